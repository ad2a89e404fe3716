package cuda

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/simgpu"
)

// orderFault makes the simulated driver fail; see simgpu.Fail.
func orderFault(t *testing.T, fault string) {
	require.NoError(t, simgpu.Fail(fault))
	t.Cleanup(func() { assert.NoError(t, simgpu.Fail("")) })
}

// chain is y = x·w·w·…, each product at a node of its own.
func chain(t *testing.T, products int) *backend.Program {
	return say(t, backend.Infer, func(b *backend.Builder) {
		v, w := b.Arg("x", backend.In, backend.Shape{4, 4}, backend.Float32), b.Arg("w", backend.In, backend.Shape{4, 4}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{4, 4}, backend.Float32)
		for i := range products {
			b.Node(fmt.Sprintf("FullyConnected \"fc%d\"", i))
			v = b.MatMul(v, w)
		}
		b.Write("y", v)
	})
}

// openChain binds a chain; products run on the own kernel.
func openChain(t *testing.T, products int) (*Device, backend.Bound) {
	d := open(t, 0)
	hideBLAS(d)
	x := compile(t, d, chain(t, products), backend.Options{})
	return d, bind(t, x, backend.Infer, put(t, d, make([]float32, 16)...), put(t, d, make([]float32, 16)...), put(t, d, make([]float32, 16)...))
}

// A launch that is refused is named at once, and hurts nobody else.
func TestLaunchFailure(t *testing.T) {
	d, b := openChain(t, 3)
	require.NoError(t, b.Run())
	orderFault(t, "launch=2:701")
	const want = `gpu(0): FullyConnected "fc1": kernel sgemm_32x128 (call 1 of infer): ` +
		`cuLaunchKernel: too many resources requested for launch (CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, 701)`
	assert.EqualError(t, b.Run(), want)
	assert.EqualError(t, b.Wait(), want)
	assert.EqualError(t, d.Sync(), want)
	assert.NoError(t, d.Sync())
	require.NoError(t, b.Run())
	assert.NoError(t, b.Wait())
}

// everythingFails asks for everything that a device does.
func everythingFails(t *testing.T, d *Device, b backend.Bound, want string) {
	buf := b.(*bound).held[0]
	_, allocErr := d.Alloc(1 << 20)
	_, compileErr := d.Compile(chain(t, 1), backend.Options{})
	_, bindErr := b.(*bound).x.Bind(backend.Infer, make([]backend.Region, 3))
	for i, err := range []error{
		b.Run(), b.Wait(), d.Sync(), d.Sync(), allocErr, compileErr,
		d.Copy(whole(buf), backend.HostRegion(make([]byte, 64))), d.Copy(backend.HostRegion(make([]byte, 64)), whole(buf)),
	} {
		assert.EqualError(t, err, want, "%d", i)
	}
	assert.ErrorContains(t, bindErr, want)
}

// A fault shows later. It is narrowed down, and then all that the device is asked fails with the same line.
func TestFaultIsNarrowedDown(t *testing.T) {
	d, b := openChain(t, 300)
	require.NoError(t, b.Run())
	require.NoError(t, b.Wait())
	orderFault(t, "launch=171:700")
	require.NoError(t, b.Run())
	err := b.Wait()
	require.Error(t, err)
	m := regexp.MustCompile(`^gpu\(0\): \w+: an illegal memory access was encountered \(CUDA_ERROR_ILLEGAL_ADDRESS, 700\), in one of (\d+) operations ` +
		`from FullyConnected "fc(\d+)": kernel sgemm_32x128 \(call \d+ of infer\) to FullyConnected "fc(\d+)": kernel .*; GOMX_DEBUG=sync tells which$`).
		FindStringSubmatch(err.Error())
	require.NotNil(t, m, err)
	number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
	assert.LessOrEqual(t, number(1), progressEvery)
	assert.LessOrEqual(t, number(2), 170)
	assert.GreaterOrEqual(t, number(3), 170)
	everythingFails(t, d, b, err.Error())
}

// What was never enqueued is not suspected.
func TestRefusedLaunchesAreNotSuspected(t *testing.T) {
	d, b := openChain(t, 20)
	orderFault(t, "launch=5:701")
	require.Error(t, b.Run()) // enqueues four
	require.Error(t, d.Sync())
	orderFault(t, "launch=3:700")
	require.NoError(t, b.Run())
	assert.ErrorContains(t, b.Wait(), "in one of 24 operations from ")
}

// GOMX_DEBUG=sync finds the very launch.
func TestFaultUnderSync(t *testing.T) {
	t.Setenv("GOMX_DEBUG", "sync")
	d, b := openChain(t, 5)
	orderFault(t, "launch=3:719")
	err := b.Run()
	assert.EqualError(t, err, `gpu(0): FullyConnected "fc2": kernel sgemm_32x128 (call 2 of infer): `+
		`after cuLaunchKernel: unspecified launch failure (CUDA_ERROR_LAUNCH_FAILED, 719)`)
	everythingFails(t, d, b, err.Error())
}

// Another device goes on.
func TestDeviceIsLost(t *testing.T) {
	d, b := openChain(t, 5)
	other := open(t, 1)
	r := put(t, other, 1, 2, 3)
	orderFault(t, "op=3:46@0")
	require.NoError(t, b.Run())
	err := b.Wait()
	assert.ErrorContains(t, err, "gpu(0): the device is lost: ")
	everythingFails(t, d, b, err.Error())
	assert.ErrorContains(t, other.CopyPeer(r, backend.Region{Buffer: b.(*bound).held[0], Length: 12}), "gpu(0): the device is lost: ")
	assert.Equal(t, []float32{1, 2, 3}, get(t, other, r))
	assert.NoError(t, other.Sync())
}
