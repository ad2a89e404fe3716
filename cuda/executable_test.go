package cuda

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/simgpu"
)

// floats sees the memory of a Host call.
func floats(t backend.HostTensor) []float32 {
	v := make([]float32, t.Shape.Size())
	copy(bytesOf(v), t.Data)
	return v
}

// plusOne is y = x + 1 computed in Go.
func plusOne(b *backend.Builder, x backend.Value) backend.Value {
	fn := func(in, out []backend.HostTensor) error {
		v := floats(in[0])
		for i := range v {
			v[i]++
		}
		copy(out[0].Data, bytesOf(v))
		return nil
	}
	return b.Host("plus one", fn, []backend.ValueInfo{{Shape: x.Shape()}}, x)[0]
}

// Host calls cut an entry into segments; what lies before is done when they run, what lies behind sees what they made.
func TestHostCalls(t *testing.T) {
	d := open(t, 0)
	p := say(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{2, 3}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{2, 3}, backend.Float32)
		b.Arg("z", backend.Out, backend.Shape{6}, backend.Float32)
		once := plusOne(b, b.Transpose(x))
		b.Write("z", b.Reshape(once, backend.Shape{6}))
		b.Write("y", plusOne(b, b.Transpose(once)))
	})
	x := put(t, d, count(6)...)
	y, z := put(t, d, make([]float32, 6)...), put(t, d, make([]float32, 6)...)
	b := bind(t, compile(t, d, p, backend.Options{}), backend.Infer, x, y, z)
	for range 3 {
		require.NoError(t, b.Run())
	}
	require.NoError(t, b.Wait())
	assert.Equal(t, []float32{2, 3, 4, 5, 6, 7}, get(t, d, y))
	assert.Equal(t, []float32{1, 4, 2, 5, 3, 6}, get(t, d, z))
}

// An error of a Host function names device, node and call, and ends the run.
func TestHostError(t *testing.T) {
	d := open(t, 0)
	p := say(t, backend.Infer, func(b *backend.Builder) {
		b.Node(`Custom "mine"`)
		x := b.Arg("x", backend.In, backend.Shape{4}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{4}, backend.Float32)
		fn := func(in, out []backend.HostTensor) error { return errors.New("no luck") }
		b.Write("y", b.Host("mine", fn, []backend.ValueInfo{{Shape: backend.Shape{4}}}, x)[0])
	})
	b := bind(t, compile(t, d, p, backend.Options{}), backend.Infer, put(t, d, 1, 2, 3, 4), put(t, d, 0, 0, 0, 0))
	const want = `gpu(0): Custom "mine": Host: no luck`
	assert.EqualError(t, b.Run(), want)
	assert.EqualError(t, b.Wait(), want)
	assert.EqualError(t, d.Sync(), want)
	assert.NoError(t, d.Sync())
}

// Prepare runs again when a parameter changed, and only then.
func TestPrepareFollowsParameters(t *testing.T) {
	d := open(t, 0)
	prepared := 0
	var seen backend.Value
	p := say(t, backend.Prepare, func(b *backend.Builder) {
		w := b.Arg("w", backend.In, backend.Shape{3}, backend.Float32)
		fn := func(in, out []backend.HostTensor) error {
			prepared++
			copy(out[0].Data, in[0].Data)
			return nil
		}
		seen = b.Host("seen", fn, []backend.ValueInfo{{Shape: backend.Shape{3}}}, w)[0]
	})
	p.Args[0].Param = true
	sayMore(t, p, backend.Infer, func(b *backend.Builder) {
		b.Arg("y", backend.Out, backend.Shape{3}, backend.Float32)
		b.Write("y", b.Value(seen.ID))
	})
	w, y := put(t, d, 1, 2, 3), put(t, d, 0, 0, 0)
	x := compile(t, d, p, backend.Options{})
	b := bind(t, x, backend.Infer, w, y)
	for range 3 {
		require.NoError(t, b.Run())
	}
	assert.Equal(t, 1, prepared)
	require.NoError(t, d.Copy(w, backend.HostRegion(bytesOf([]float32{5, 6, 7}))))
	require.NoError(t, b.Run())
	require.NoError(t, b.Run())
	assert.Equal(t, 2, prepared)
	assert.Equal(t, []float32{5, 6, 7}, get(t, d, y))
	another := put(t, d, 8, 8, 8)
	for another.Buffer.Version() < w.Buffer.Version() {
		another.Buffer.Touch()
	}
	other := bind(t, x, backend.Infer, another, y)
	require.NoError(t, other.Run())
	assert.Equal(t, 3, prepared, "other parameters")
	assert.Equal(t, []float32{8, 8, 8}, get(t, d, y))
	assert.ErrorIs(t, b.(backend.Rebinder).Rebind([]backend.Region{w, y}), errors.ErrUnsupported)
}

// copies is y = x, one copy.
func copies(t *testing.T, n int) *backend.Program {
	return say(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{n}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{n}, backend.Float32)
		b.Write("y", x)
	})
}

func TestRebind(t *testing.T) {
	d := open(t, 0)
	x := compile(t, d, copies(t, 3), backend.Options{})
	from, to := put(t, d, 1, 2, 3), put(t, d, 0, 0, 0)
	b := bind(t, x, backend.Infer, from, to)
	require.NoError(t, b.Run())
	assert.Equal(t, []float32{1, 2, 3}, get(t, d, to))
	third := put(t, d, 0, 0, 0)
	require.NoError(t, b.(backend.Rebinder).Rebind([]backend.Region{to, third}))
	from.Buffer.Free() // no longer held
	version := third.Buffer.Version()
	require.NoError(t, b.Run())
	assert.Equal(t, []float32{1, 2, 3}, get(t, d, third))
	assert.NotEqual(t, version, third.Buffer.Version())
	args := []backend.Region{third, to}
	assert.Zero(t, testing.AllocsPerRun(20, func() {
		if err := b.(backend.Rebinder).Rebind(args); err != nil {
			t.Error(err)
		}
		if err := b.Run(); err != nil {
			t.Error(err)
		}
	}))
	assert.ErrorContains(t, b.(backend.Rebinder).Rebind([]backend.Region{third, from}), `gpu(0): bind infer: argument "y": the buffer was freed`)
	assert.ErrorIs(t, b.Run(), errClosed)
}

func TestBindRefuses(t *testing.T) {
	d := open(t, 0)
	x := compile(t, d, copies(t, 100), backend.Options{})
	buf := alloc(t, d, 1000)
	foreign := alloc(t, open(t, 1), 400)
	region := func(offset, length int) backend.Region {
		return backend.Region{Buffer: buf, Offset: offset, Length: length}
	}
	for _, c := range []struct {
		args []backend.Region
		want string
	}{
		{nil, "0 arguments, want 2"},
		{[]backend.Region{region(0, 396), region(400, 400)}, `argument "x": 396 bytes, want 400 for float32 (100,)`},
		{[]backend.Region{region(0, 400), region(396, 400)}, `arguments "x" and "y" overlap and one is written`},
		{[]backend.Region{region(0, 400), region(700, 400)}, `argument "y": bytes 700 to 1100 of 1000`},
		{[]backend.Region{region(0, 400), whole(foreign)}, `argument "y": memory of another device (gpu(1))`},
		{[]backend.Region{region(0, 400), backend.HostRegion(make([]byte, 400))}, `argument "y": host memory; a GPU works on buffers of its own`},
	} {
		_, err := x.Bind(backend.Infer, c.args)
		assert.ErrorContains(t, err, c.want)
	}
	_, err := x.Bind(backend.Step, []backend.Region{region(0, 400), region(400, 400)})
	assert.ErrorContains(t, err, "no such entry")
}

func TestUseAfterClose(t *testing.T) {
	d := open(t, 0)
	x, err := d.Compile(copies(t, 3), backend.Options{})
	require.NoError(t, err)
	args := []backend.Region{put(t, d, 1, 2, 3), put(t, d, 0, 0, 0)}
	b, err := x.Bind(backend.Infer, args)
	require.NoError(t, err)
	require.NoError(t, x.Close())
	require.NoError(t, x.Close())
	assert.ErrorIs(t, b.Run(), errClosed)
	_, err = x.Bind(backend.Infer, args)
	assert.ErrorIs(t, err, errClosed)
	b.Close()
	b.Close()
	assert.ErrorIs(t, b.Run(), errClosed)
}

func TestFreeWaitsForBounds(t *testing.T) {
	d := open(t, 0)
	x := compile(t, d, copies(t, 1000), backend.Options{})
	from, to := put(t, d, count(1000)...), put(t, d, make([]float32, 1000)...)
	b := bind(t, x, backend.Infer, from, to)
	from.Buffer.Free()
	other := put(t, d, make([]float32, 1000)...)
	assert.NotEqual(t, from.Buffer.(*buffer).mem.p, other.Buffer.(*buffer).mem.p)
	require.NoError(t, b.Run())
	assert.Equal(t, count(1000), get(t, d, to))
	_, err := x.Bind(backend.Infer, []backend.Region{from, to})
	assert.ErrorContains(t, err, `gpu(0): bind infer: argument "x": the buffer was freed`)
}

// All that the device lacks is in one error.
func TestNoKernel(t *testing.T) {
	d := open(t, 0)
	p := say(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{4, 4}, backend.Float64)
		b.Arg("y", backend.Out, backend.Shape{4, 4}, backend.Float64)
		b.Write("y", b.Softmax(b.MatMul(x, x), 1))
	})
	_, err := d.Compile(p, backend.Options{})
	var gaps *backend.NoKernelError
	require.ErrorAs(t, err, &gaps)
	assert.Len(t, gaps.Gaps, 2)
	assert.Regexp(t, `^gpu\(0\): no kernel for .*MatMul.*, .*Softmax`, err)
}

// Goroutines share the device; each has its own executable and gets its own numbers.
func TestConcurrentRuns(t *testing.T) {
	d := open(t, 0)
	const n = 70000 // floats, so that inputs take the way of batches
	x := compile(t, d, copies(t, n), backend.Options{})
	var all sync.WaitGroup
	for g := range 4 {
		from, to := put(t, d, make([]float32, n)...), put(t, d, make([]float32, n)...)
		b := bind(t, x, backend.Infer, from, to)
		all.Go(func() {
			want, got := count(n), make([]float32, n)
			for i := range 5 {
				want[0] = float32(10*g + i)
				assert.NoError(t, d.Copy(from, backend.HostRegion(bytesOf(want))))
				assert.NoError(t, b.Run())
				spare, err := d.Alloc(4 * n)
				assert.NoError(t, err)
				assert.NoError(t, d.Copy(whole(spare), to))
				assert.NoError(t, d.Copy(backend.HostRegion(bytesOf(got)), whole(spare)))
				spare.Free()
				assert.Equal(t, want, got)
			}
			assert.NoError(t, b.Wait())
		})
	}
	all.Wait()
	assert.NoError(t, d.Sync())
}

// Modules that nobody uses any more are kept up to a limit.
func TestIdleModulesAreUnloaded(t *testing.T) {
	d := open(t, 0)
	text, err := ptxFiles.ReadFile("ptx/matmul.ptx")
	require.NoError(t, err)
	ms, kept := &d.modules, map[*loadedModule]bool{}
	first := kernel{name: "sgemm_64x64", module: &module{name: "kept", text: func() string { return string(text) }}}
	_, err = ms.use(d, &first, kept)
	require.NoError(t, err)
	ms.idle += maxIdleModules // as if so many had been loaded
	other := first
	other.module = &module{name: "other", text: func() string { return string(text) + "\n" }}
	held := map[*loadedModule]bool{}
	_, err = ms.use(d, &other, held)
	require.NoError(t, err)
	assert.Len(t, ms.loaded, 2)
	require.NoError(t, ms.release(d, held))
	assert.Len(t, ms.loaded, 1)
	assert.Zero(t, ms.idle)
	require.NoError(t, ms.release(d, kept))
	assert.Len(t, ms.loaded, 1, "kept for the next")
	assert.Equal(t, 1, ms.idle)
}

func TestDeviceClosed(t *testing.T) {
	simgpu.Need(t)
	d, err := New(0)
	require.NoError(t, err)
	b, err := d.Alloc(100)
	require.NoError(t, err)
	b.Free()
	require.NoError(t, d.Close())
	require.NoError(t, d.Close())
	_, err = d.Alloc(100)
	assert.EqualError(t, err, "gpu(0): the device was closed")
}

// What the driver's compiler says of PTX is in the error.
func TestBadPTX(t *testing.T) {
	d := open(t, 0)
	bad := kernel{name: "k", module: &module{name: "bad.ptx", text: func() string { return ".version 6.0\n.target sm_52\n.address_size 64\nfrobnicate;\n" }}}
	_, err := d.modules.use(d, &bad, map[*loadedModule]bool{})
	assert.ErrorContains(t, err, "bad.ptx: cuModuleLoadData: a PTX JIT compilation failed (CUDA_ERROR_INVALID_PTX, 218): ")
	assert.ErrorContains(t, err, "frobnicate")
	bad.module.text = func() string { return ".version 6.0\n.target sm_52\n.address_size 64\n" }
	_, err = d.modules.use(d, &bad, map[*loadedModule]bool{})
	assert.ErrorContains(t, err, "cuModuleGetFunction k: ")
}
