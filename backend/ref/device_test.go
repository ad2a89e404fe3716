package ref_test

import (
	"errors"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
)

// region is the memory of a slice.
func region[T any](s []T) backend.Region {
	var zero T
	return backend.HostRegion(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), int(unsafe.Sizeof(zero))*len(s)))
}

func program(t *testing.T, kind backend.EntryKind, say func(b *backend.Builder)) *backend.Program {
	t.Helper()
	p := &backend.Program{}
	addEntry(t, p, kind, say)
	return p
}

func addEntry(t *testing.T, p *backend.Program, kind backend.EntryKind, say func(b *backend.Builder)) {
	t.Helper()
	b := backend.NewBuilder(p)
	say(b)
	require.NoError(t, b.Finish(kind))
}

func compile(t *testing.T, p *backend.Program, o backend.Options) backend.Executable {
	t.Helper()
	exe, err := ref.New(0).Compile(p, o)
	require.NoError(t, err)
	return exe
}

func bind(t *testing.T, exe backend.Executable, kind backend.EntryKind, args ...backend.Region) backend.Bound {
	t.Helper()
	bound, err := exe.Bind(kind, args)
	require.NoError(t, err)
	return bound
}

func TestDense(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{2, 3}, backend.Float32)
		w := b.Arg("w", backend.In, backend.Shape{4, 3}, backend.Float32)
		c := b.Arg("b", backend.In, backend.Shape{4}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{2, 4}, backend.Float32)
		b.Write("y", b.Map1(expr.MustParse("x -> max(x, 0)"), b.Add(b.MatMul(x, w, backend.TransB), c)))
	})
	y := make([]float32, 8)
	bound := bind(t, compile(t, p, backend.Options{}), backend.Infer, region([]float32{1, 2, 3, 4, 5, 6}),
		region([]float32{1, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1}), region([]float32{0, 10, 20, 0}), region(y))
	require.NoError(t, bound.Run())
	assert.Equal(t, []float32{1, 12, 23, 0, 4, 15, 26, 0}, y)
	assert.NoError(t, bound.Wait())
}

// Integers compute exactly, divide towards zero and wrap around when stored.
func TestIntegers(t *testing.T) {
	x := []int64{7, -7, math.MaxInt64, 1 << 60, 5}
	y := []int64{2, 2, 1, 3, 0}
	for src, want := range map[string][]int64{
		"a b -> a / b":             {3, -3, math.MaxInt64, 1 << 60 / 3, 0},
		"a b -> mod(a, b)":         {1, 1, 0, 1 << 60 % 3, 0},
		"a b -> a + b":             {9, -5, math.MinInt64, 1<<60 + 3, 5},
		"a b -> a * 1.9":           {7, -7, math.MaxInt64, 1 << 60, 5}, // a scalar is truncated first, as in MXNet
		"a b -> abs(a) > 6 && b<3": {1, 1, 1, 0, 0},
		"a b -> sqrt(b * b * b)":   {2, 2, 1, 5, 0},
	} {
		p := program(t, backend.Infer, func(b *backend.Builder) {
			a := b.Arg("a", backend.In, backend.Shape{5}, backend.Int64)
			c := b.Arg("b", backend.In, backend.Shape{5}, backend.Int64)
			b.Arg("y", backend.Out, backend.Shape{5}, backend.Int64)
			b.Write("y", b.Map1(expr.MustParse(src), a, c))
		})
		got := make([]int64, 5)
		require.NoError(t, bind(t, compile(t, p, backend.Options{}), backend.Infer, region(x), region(y), region(got)).Run())
		assert.Equal(t, want, got, src)
	}
}

func TestStoreConversions(t *testing.T) {
	cast := func(to backend.DType, x ...float32) []byte {
		p := program(t, backend.Infer, func(b *backend.Builder) {
			v := b.Arg("x", backend.In, backend.Shape{len(x)}, backend.Float32)
			b.Arg("y", backend.Out, v.Shape(), to)
			b.Write("y", v)
		})
		y := make([]byte, len(x)*to.Size())
		require.NoError(t, bind(t, compile(t, p, backend.Options{}), backend.Infer, region(x), region(y)).Run())
		return y
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	assert.Equal(t, []byte{44, 255, 0, 200, 0, 0}, cast(backend.Uint8, 300, -1.9, 0.9, 200, nan, inf))
	assert.Equal(t, []byte{1, 1, 0, 1}, cast(backend.Bool, 300, -1.9, 0, nan))
	assert.Equal(t, []byte{127, 128, 128}, cast(backend.Int8, 127.9, 128, -128))
	assert.Equal(t, []byte{0, 0x3c, 1, 0x3c, 0xff, 0x7b, 0, 0x7c}, cast(backend.Float16, 1, 1.0009765625, 65504, 65520))
	assert.Equal(t, []byte{0x80, 0x3f, 0x80, 0x3f, 0x82, 0x3f}, cast(backend.BFloat16, 1, 1.00390625, 1.01171875)) // ties to even
}

// twoEntries is y = x · prepared, where Prepare makes prepared = w².
func twoEntries(t *testing.T, runs *int) *backend.Program {
	var made backend.Value
	p := program(t, backend.Prepare, func(b *backend.Builder) {
		w := b.Arg("w", backend.In, backend.Shape{4}, backend.Float32)
		made = b.Host("count", func(in, out []backend.HostTensor) error {
			*runs++
			copy(out[0].Data, in[0].Data)
			return nil
		}, []backend.ValueInfo{{Shape: backend.Shape{4}, DType: backend.Float32}}, b.Mul(w, w))[0]
	})
	addEntry(t, p, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{4}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{4}, backend.Float32)
		b.Write("y", b.Mul(x, b.Value(made.ID)))
	})
	p.Args[0].Param = true
	return p
}

func TestPrepareRunsWhenParametersChange(t *testing.T) {
	runs := 0
	dev := ref.New(0)
	exe, err := dev.Compile(twoEntries(t, &runs), backend.Options{})
	require.NoError(t, err)
	buffer := func(v ...float32) backend.Region {
		b, err := dev.Alloc(4 * len(v))
		require.NoError(t, err)
		r := backend.Region{Buffer: b, Length: 4 * len(v)}
		require.NoError(t, dev.Copy(r, region(v)))
		return r
	}
	w, x, y := buffer(1, 2, 3, 4), buffer(1, 1, 1, 1), buffer(0, 0, 0, 0)
	bound := bind(t, exe, backend.Infer, w, x, y)
	result := func() []float32 {
		require.NoError(t, bound.Run())
		got := make([]float32, 4)
		require.NoError(t, dev.Copy(region(got), y))
		return got
	}
	assert.Equal(t, []float32{1, 4, 9, 16}, result())
	assert.Equal(t, []float32{1, 4, 9, 16}, result())
	assert.Equal(t, 1, runs)
	require.NoError(t, dev.Copy(x, region([]float32{2, 2, 2, 2})))
	assert.Equal(t, []float32{2, 8, 18, 32}, result())
	assert.Equal(t, 1, runs, "other data is no reason to prepare again")
	require.NoError(t, dev.Copy(w, region([]float32{1, 1, 1, 5})))
	assert.Equal(t, []float32{2, 2, 2, 50}, result())
	assert.Equal(t, 2, runs)
	other := bind(t, exe, backend.Infer, buffer(3, 3, 3, 3), x, y)
	require.NoError(t, other.Run())
	assert.Equal(t, 3, runs, "another buffer")
	assert.Equal(t, []float32{2, 2, 2, 50}, result(), "and back")
	assert.Equal(t, 4, runs)
	host := bind(t, exe, backend.Infer, region([]float32{1, 1, 1, 1}), x, y)
	require.NoError(t, host.Run())
	require.NoError(t, host.Run())
	assert.Equal(t, 6, runs, "host memory may change at any time")
}

func TestVersionsCountWrites(t *testing.T) {
	dev := ref.New(0)
	b, err := dev.Alloc(16)
	require.NoError(t, err)
	p := program(t, backend.Step, func(b *backend.Builder) {
		w := b.Arg("w", backend.InOut, backend.Shape{4}, backend.Float32)
		b.Write("w", b.Scale(w, 2))
	})
	exe, err := dev.Compile(p, backend.Options{})
	require.NoError(t, err)
	r := backend.Region{Buffer: b, Length: 16}
	require.NoError(t, dev.Copy(r, region([]float32{1, 2, 3, 4})))
	before := b.Version()
	require.NoError(t, bind(t, exe, backend.Step, r).Run())
	assert.NotEqual(t, before, b.Version())
	assert.Equal(t, []float32{2, 4, 6, 8}, unsafe.Slice((*float32)(unsafe.Pointer(&b.Bytes()[0])), 4))
}

func TestBindRefuses(t *testing.T) {
	p := program(t, backend.Step, func(b *backend.Builder) {
		w := b.Arg("w", backend.InOut, backend.Shape{4}, backend.Float32)
		g := b.Arg("g", backend.In, backend.Shape{4}, backend.Float32)
		h := b.Arg("h", backend.In, backend.Shape{4}, backend.Float32)
		b.Write("w", b.Add(b.Sub(w, g), h))
	})
	dev := ref.New(3)
	exe, err := dev.Compile(p, backend.Options{})
	require.NoError(t, err)
	w, g := make([]float32, 4), make([]float32, 6)
	buf, err := dev.Alloc(64)
	require.NoError(t, err)
	freed, err := dev.Alloc(16)
	require.NoError(t, err)
	freed.Free()
	freed.Free()
	for want, args := range map[string][]backend.Region{
		`arguments "w" and "g" overlap and one is written`:     {region(g[:4]), region(g[2:]), region(w)},
		`argument "g" has 12 bytes, want 16 for float32 (4,)`:  {region(w), region(g[:3]), region(g[:4])},
		`argument "g": no memory given`:                        {region(w), {Length: 16}, region(g[:4])},
		`argument "g" has 0 bytes`:                             {region(w), {}, region(g[:4])},
		`argument "h": bytes 60 to 76 of a buffer of 64`:       {region(w), region(g[:4]), {Buffer: buf, Offset: 60, Length: 16}},
		`argument "h": bytes -4 to 12`:                         {region(w), region(g[:4]), {Buffer: buf, Offset: -4, Length: 16}},
		`argument "w": the buffer is freed`:                    {{Buffer: freed, Length: 16}, region(g[:4]), region(w)},
		`ref(3): 2 regions given, the program has 3 arguments`: {region(w), region(g[:4])},
	} {
		_, err := exe.Bind(backend.Step, args)
		assert.ErrorContains(t, err, want)
	}
	_, err = exe.Bind(backend.Infer, make([]backend.Region, 3))
	assert.ErrorContains(t, err, "no entry infer")
	_, err = exe.Bind(backend.Step, []backend.Region{region(w), region(g[:4]), region(g[2:])})
	assert.NoError(t, err, "arguments that are only read may overlap")
}

// Rebind points an entry, and its Prepare, at other memory without allocating.
func TestRebind(t *testing.T) {
	runs := 0
	exe := compile(t, twoEntries(t, &runs), backend.Options{})
	args := func(w float32) ([]backend.Region, []float32) {
		y := make([]float32, 4)
		return []backend.Region{region([]float32{w, w, w, w}), region([]float32{1, 2, 3, 4}), region(y)}, y
	}
	first, y1 := args(1)
	second, y2 := args(3)
	bound := bind(t, exe, backend.Infer, first...)
	require.NoError(t, bound.Run())
	re := bound.(interface{ Rebind([]backend.Region) error })
	require.NoError(t, re.Rebind(second))
	require.NoError(t, bound.Run())
	assert.Equal(t, []float32{1, 2, 3, 4}, y1)
	assert.Equal(t, []float32{9, 18, 27, 36}, y2)
	assert.Zero(t, testing.AllocsPerRun(3, func() { _ = re.Rebind(first) }))
	assert.ErrorContains(t, re.Rebind(second[:2]), "2 regions given")
	assert.ErrorContains(t, bound.Run(), "closed")
	assert.ErrorContains(t, re.Rebind(second), "closed")
}

func TestHostErrorNamesItsNode(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{2}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{2}, backend.Float32)
		b.Node(`Custom "mine"`)
		b.Write("y", b.Host("fn", func(in, out []backend.HostTensor) error { return errors.New("no luck") },
			[]backend.ValueInfo{{Shape: backend.Shape{2}, DType: backend.Float32}}, x)[0])
	})
	dev := ref.New(0)
	exe, err := dev.Compile(p, backend.Options{})
	require.NoError(t, err)
	bound := bind(t, exe, backend.Infer, region(make([]float32, 2)), region(make([]float32, 2)))
	err = bound.Run()
	assert.EqualError(t, err, `ref(0): Custom "mine": Host fn: no luck`)
	var e *backend.Error
	assert.ErrorAs(t, err, &e)
	assert.Equal(t, err, bound.Wait())
	assert.Equal(t, err, dev.Sync(), "the first error since the last Sync")
	assert.NoError(t, dev.Sync())
}

// A fused call runs its body, also when bodies use the same names, also through NewKernel.
func TestFusedCallsRunTheirBody(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{2, 2}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{2, 2}, backend.Float32)
		b.Write("y", b.Softmax(b.Softmax(x, 1), 0))
	})
	// %2, %3 are the softmaxes; each becomes a fused MatMul(a, a)+a whose body squares and adds.
	inner := p.NewValue(backend.ValueInfo{Shape: backend.Shape{2, 2}, DType: backend.Float32})
	e := expr.MustParse("p a -> p + a")
	for i := range 2 {
		c := &p.Entries[0].Calls[i]
		a := c.In[0]
		*c = backend.Call{Kind: backend.MatMul, Attrs: &backend.MatMulAttrs{Epilogue: e}, In: []backend.ValueID{a, a, a}, Out: c.Out, Body: []backend.Call{
			{Kind: backend.MatMul, Attrs: &backend.MatMulAttrs{}, In: []backend.ValueID{a, a}, Out: []backend.ValueID{inner}},
			{Kind: backend.Map, Attrs: &backend.MapAttrs{E: e}, In: []backend.ValueID{inner, a}, Out: c.Out},
		}}
	}
	require.NoError(t, p.Verify())
	x, y := []float32{1, 1, 0, 1}, make([]float32, 4)
	require.NoError(t, bind(t, compile(t, p, backend.Options{}), backend.Infer, region(x), region(y)).Run())
	assert.Equal(t, []float32{6, 15, 0, 6}, y)
	k, err := ref.NewKernel(p, &p.Entries[0].Calls[0])
	require.NoError(t, err)
	in := region(x).Bytes()
	require.NoError(t, k.Run([][]byte{in, in, in}, [][]byte{region(y).Bytes()}))
	assert.Equal(t, []float32{2, 3, 0, 2}, y)
	p.Entries[0].Calls[0].Body = nil
	_, err = ref.New(0).Compile(p, backend.Options{})
	var gap *backend.NoKernelError
	require.ErrorAs(t, err, &gap)
	assert.Len(t, gap.Gaps, 1)
}

func TestProfileAndTrace(t *testing.T) {
	var passes []string
	p := program(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{8, 8}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{8, 8}, backend.Float32)
		b.Node(`softmax "s"`)
		b.Write("y", b.Softmax(x, 1))
	})
	exe := compile(t, p, backend.Options{Profile: true, Trace: func(pass string, p *backend.Program) { passes = append(passes, pass) }})
	bound := bind(t, exe, backend.Infer, region(make([]float32, 64)), region(make([]float32, 64)))
	for range 3 {
		require.NoError(t, bound.Run())
	}
	assert.Contains(t, passes, "inline")
	timings := exe.Profile()
	require.Len(t, timings, 1, "the Write has nothing to do")
	assert.Equal(t, 3, timings[0].Runs)
	assert.Equal(t, `softmax "s"`, timings[0].Node)
	assert.Positive(t, timings[0].Seconds)
}

func TestClosed(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder) {
		b.Arg("y", backend.Out, backend.Shape{2}, backend.Float32)
		b.Write("y", b.Full(backend.Float32, backend.Shape{2}, 3))
	})
	exe := compile(t, p, backend.Options{})
	y := region(make([]float32, 2))
	bound, other := bind(t, exe, backend.Infer, y), bind(t, exe, backend.Infer, y)
	bound.Close()
	assert.ErrorContains(t, bound.Run(), "closed")
	require.NoError(t, other.Run())
	require.NoError(t, exe.Close())
	assert.ErrorContains(t, other.Run(), "closed")
	_, err := exe.Bind(backend.Infer, []backend.Region{y})
	assert.ErrorContains(t, err, "closed")
}

func TestCopyAndAlloc(t *testing.T) {
	dev := ref.New(0)
	b, err := dev.Alloc(100)
	require.NoError(t, err)
	assert.Zero(t, uintptr(unsafe.Pointer(&b.Bytes()[0]))%64)
	assert.ErrorContains(t, dev.Copy(backend.Region{Buffer: b, Length: 8}, region(make([]byte, 9))), "9 bytes to 8")
	assert.ErrorContains(t, dev.Copy(backend.Region{Buffer: b, Offset: 96, Length: 8}, region(make([]byte, 8))), "of a buffer of 100")
	_, err = dev.Alloc(-1)
	assert.Error(t, err)
	_, err = dev.Alloc(math.MaxInt)
	assert.Error(t, err)
	zero, err := dev.Alloc(0)
	require.NoError(t, err)
	assert.NoError(t, dev.Copy(backend.Region{Buffer: zero}, region([]byte{})))
	assert.Equal(t, "ref(0)", dev.Info().Name)
}
