package kvstore

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/simgpu"
	"github.com/gomx-org/gomx/ndarray"
)

func TestMain(m *testing.M) { os.Exit(simgpu.Main(m, simgpu.Devices(3))) }

// Memory that the host cannot address, work that nobody waits for: sums are the same, pushed and pulled again and again
// without a wait between.
func TestSimulatedGPUs(t *testing.T) {
	simgpu.Need(t)
	vals := []float64{1e8, 3, -1e8, 5, 0.25, 1e7, -3}
	inTurn := func(list []float64) (sum float32) {
		for _, v := range list {
			sum += float32(v)
		}
		return sum
	}
	fours := float32(vals[0]) // sums on the CPU go by fours behind the first, as MXNet's do
	for four := range slices.Chunk(vals[1:], 4) {
		fours += inTurn(four)
	}
	require.NotEqual(t, inTurn(vals), fours, "the numbers tell the two orders apart")
	on := func(ctx device.Context, n int, v float64) *ndarray.NDArray {
		return ndarray.Full(ndarray.Shape{n}, v, ndarray.On(ctx))
	}
	for _, kind := range Kinds() {
		kv := create(t, kind)
		want := fours
		if kv.onDevice {
			want = inTurn(vals)
		}
		var pushes, pulls []Pair
		for key, size := range []int{7, 1000, 50001} {
			require.NoError(t, kv.Init(At(key, on(device.GPU(1), size, 1))))
			var arrays []*ndarray.NDArray
			for i, v := range vals {
				arrays = append(arrays, on(device.GPU(i%3), size, v))
			}
			outs := []*ndarray.NDArray{on(device.CPU(0), size, -1)}
			for i := range 3 {
				outs = append(outs, on(device.GPU(i), size, -1))
			}
			pushes, pulls = append(pushes, At(key, arrays...)), append(pulls, At(key, outs...))
		}
		for range 3 {
			require.NoError(t, kv.Push(0, pushes...))
			require.NoError(t, kv.Pull(0, pulls...))
		}
		for _, p := range pulls {
			for _, a := range p.Arrays {
				values := a.Float32()
				assert.Equal(t, []float32{want, want}, []float32{values[0], values[len(values)-1]}, "%s: key %v on %v", kind, p.Key, a.Context())
			}
		}
		kv.SetUpdater(func(_ Key, sum, stored *ndarray.NDArray) error { return stored.CopyFrom(sum) })
		require.NoError(t, kv.Push(0, At(0, pushes[0].Arrays[0])))
		require.NoError(t, kv.Pull(0, pulls[0]))
		assert.Equal(t, float32(1e8), pulls[0].Arrays[3].Float32()[6], "one array is its own sum")
	}
}
