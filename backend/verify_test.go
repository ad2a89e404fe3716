package backend_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// sample has an argument of each mode and most kinds of calls. Values: %0 x, %1 w, %2 convolution, %3 pooled, %4 flat, %5 %6
// mean and variance, %7 product, %8 sum, %9 of the Map, %10 the scalar 2, %11 the new w. Calls: 0 Conv, 1 Pool, 2 Write,
// 3 Reshape, 4 Stats, 5 MatMul, 6 Reduce, 7 Map, 8 Map, 9 Write.
func sample(t *testing.T) *backend.Program {
	t.Helper()
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2, 4, 6, 6}, backend.Float32)
	w := b.Arg("w", backend.InOut, backend.Shape{8, 4, 3, 3}, backend.Float32)
	b.Arg("y", backend.Out, backend.Shape{2, 8, 2, 2}, backend.Float32)
	conv := b.Conv(x, w, backend.ConvAttrs{Kernel: []int{3, 3}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{1, 1}, Groups: 1})
	pool := b.Pool(conv, []int{2, 2}, backend.PoolAttrs{Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{0, 0}})
	b.Write("y", pool)
	flat := b.Flatten2D(conv)
	mean, _ := b.Stats(flat, 0)
	sum := b.Sum(b.MatMul(flat, flat, backend.TransA), 1)
	b.Map1(expr.MustParse("a b -> a + b"), mean, sum)
	b.Write("w", b.Scale(w, 2))
	require.NoError(t, b.Finish(backend.Infer))
	require.NoError(t, p.Verify(), p.String())
	return p
}

// One mistake at a time, each of which Verify must name.
func TestVerifyCatches(t *testing.T) {
	call := func(i int, change func(c *backend.Call)) func(p *backend.Program) {
		return func(p *backend.Program) { change(&p.Entries[0].Calls[i]) }
	}
	attrs := func(i int, a backend.Attrs) func(p *backend.Program) {
		return call(i, func(c *backend.Call) { c.Attrs = a })
	}
	out := func(i int, s ...int) func(p *backend.Program) {
		return func(p *backend.Program) { p.Values[p.Entries[0].Calls[i].Out[0]].Shape = s }
	}
	for want, spoil := range map[string]func(p *backend.Program){
		"value %9 has shape unknown": func(p *backend.Program) { p.Values[9].Shape = nil },
		"value %9 has shape (-1,)":   func(p *backend.Program) { p.Values[9].Shape = backend.Shape{-1} },
		"type dtype(77)":             func(p *backend.Program) { p.Values[9].DType = 77 },
		"has 1 numbers": func(p *backend.Program) {
			p.NewValue(backend.ValueInfo{Kind: backend.ConstValue, Shape: backend.Shape{2}, Const: []float64{1}})
		},
		"is argument 7 of 3":                 func(p *backend.Program) { p.Values[0].Arg = 7 },
		`its argument "x" float32 (2,4,6,6)`: func(p *backend.Program) { p.Values[0].Shape = backend.Shape{2} },
		`argument "x" has the value %1`:      func(p *backend.Program) { p.Args[0].Value = 1 },
		"second of its kind":                 func(p *backend.Program) { p.Entries = append(p.Entries, p.Entries[0]) },
		"unknown kind 9":                     func(p *backend.Program) { p.Entries[0].Kind = 9 },
		"Kind(99) (call 1): unknown kind":    call(1, func(c *backend.Call) { c.Kind = 99 }),
		"reads %9 before it is made":         call(1, func(c *backend.Call) { c.In[0] = 9 }),
		"reads %-1 before":                   call(1, func(c *backend.Call) { c.In[0] = -1 }),
		"reads %99 before":                   call(1, func(c *backend.Call) { c.In[0] = 99 }),
		"makes %2, which is made elsewhere":  call(1, func(c *backend.Call) { c.Out[0] = 2 }),
		"makes %0, which is made elsewhere":  call(1, func(c *backend.Call) { c.Out[0] = 0 }),
		"makes %5, which is made elsewhere":  call(4, func(c *backend.Call) { c.Out[1] = 5 }),
		`reads argument "w" after its Write`: func(p *backend.Program) {
			c := p.Entries[0].Calls
			c[8], c[9] = backend.Call{Kind: backend.Write, Attrs: &backend.WriteAttrs{Arg: 1}, In: []backend.ValueID{1}}, c[8]
		},
		`argument "y" is written twice`:                    func(p *backend.Program) { p.Entries[0].Calls = append(p.Entries[0].Calls, p.Entries[0].Calls[2]) },
		`argument "x" is read-only`:                        func(p *backend.Program) { p.Args[1].Mode = backend.In; p.Args[1].Name = "x" },
		"argument 5 of 3":                                  attrs(9, &backend.WriteAttrs{Arg: 5}),
		"has attributes *backend.SoftmaxAttrs":             attrs(1, &backend.SoftmaxAttrs{}),
		"has attributes <nil>":                             attrs(0, nil),
		"has 2 inputs, want 1":                             call(1, func(c *backend.Call) { c.In = append(c.In, 0) }),
		"has 0 outputs, want 1":                            call(6, func(c *backend.Call) { c.Out = nil }),
		"has 1 outputs, want 2":                            call(4, func(c *backend.Call) { c.Out = c.Out[:1] }),
		"has no expression":                                attrs(7, &backend.MapAttrs{}),
		"the expression 3 and 1":                           attrs(7, &backend.MapAttrs{E: expr.MustParse("a b c -> a")}),
		"input (128,) does not broadcast to (7,)":          out(7, 7),
		"axes [2] do not fit shape (128,128)":              attrs(6, &backend.ReduceAttrs{Axes: []int{2}}),
		"axes [1 0] do not fit":                            attrs(6, &backend.ReduceAttrs{Axes: []int{1, 0}}),
		"output is (3,), want (128,)":                      func(p *backend.Program) { out(6, 3)(p); p.Entries[0].Calls = p.Entries[0].Calls[:7] },
		"variance is (9,), want (128,)":                    func(p *backend.Program) { p.Values[6].Shape = backend.Shape{9} },
		"cannot multiply (2,128) and (2,128): 128 columns": attrs(5, &backend.MatMulAttrs{}),
		"in 2 groups":                                      attrs(0, &backend.ConvAttrs{Kernel: []int{3, 3}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{1, 1}, Groups: 2}),
		"k[3 3] s[1 1] p[0 0] d[2 1] g1 do not give 4":     attrs(0, &backend.ConvAttrs{Kernel: []int{3, 3}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{2, 1}, Groups: 1}),
		"does not fit data":                                attrs(0, &backend.ConvAttrs{Kernel: []int{3}, Stride: []int{1}, Pad: []int{0}, Dilate: []int{1}, Groups: 1}),
		"do not give 2":                                    attrs(1, &backend.PoolAttrs{Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{2, 0}}),
		"mixes float32 and float64":                        func(p *backend.Program) { p.Values[3].DType = backend.Float64 },
		`argument "y" is float32, the value float64`: func(p *backend.Program) {
			p.Values[3].DType, p.Values[2].DType, p.Values[0].DType, p.Values[1].DType = backend.Float64, backend.Float64, backend.Float64, backend.Float64
			p.Args[0].DType, p.Args[1].DType = backend.Float64, backend.Float64
		},
		"value for y is (2,8,2,2), want (2,32)":         func(p *backend.Program) { p.Args[2].Shape = backend.Shape{2, 32} },
		"cannot see float32 (2,8,4,4) as float32 (2,7)": out(3, 2, 7),
		"from an entry that it does not see": func(p *backend.Program) {
			y := p.NewValue(backend.ValueInfo{Shape: backend.Shape{2, 8, 2, 2}})
			p.Entries = append(p.Entries, backend.Entry{Kind: backend.Step, Calls: []backend.Call{
				{Kind: backend.Softmax, Attrs: &backend.SoftmaxAttrs{Axis: 1}, In: []backend.ValueID{3}, Out: []backend.ValueID{y}}}})
		},
		"Softmax (call 0): has attributes": call(1, func(c *backend.Call) { c.Body = []backend.Call{{Kind: backend.Softmax, In: c.In, Out: c.Out}} }),
		"its body does not make %3":        call(1, func(c *backend.Call) { c.Body = []backend.Call{} }),
		"Write inside a fused call": call(1, func(c *backend.Call) {
			c.Body = []backend.Call{{Kind: backend.Pool, Attrs: c.Attrs, In: c.In, Out: c.Out}, {Kind: backend.Write, Attrs: &backend.WriteAttrs{Arg: 2}, In: c.Out}}
		}),
	} {
		p := sample(t)
		spoil(p)
		assert.ErrorContains(t, p.Verify(), want)
	}
}

// Kinds that sample has not, each with one call that is right and ways to make it wrong.
func TestVerifyKinds(t *testing.T) {
	type spoiled map[string]func(c *backend.Call, p *backend.Program)
	shape := func(s ...int) func(c *backend.Call, p *backend.Program) {
		return func(c *backend.Call, p *backend.Program) { p.Values[c.Out[0]].Shape = s }
	}
	attrs := func(a backend.Attrs) func(c *backend.Call, p *backend.Program) {
		return func(c *backend.Call, p *backend.Program) { c.Attrs = a }
	}
	for name, k := range map[string]struct {
		say   func(b *backend.Builder, x, i backend.Value)
		wrong spoiled
	}{
		"ArgReduce": {func(b *backend.Builder, x, i backend.Value) { b.ArgMax(x, 1, false) },
			spoiled{"output is (9,)": shape(9), "axes [5]": attrs(&backend.ArgReduceAttrs{Axis: 5})}},
		"Softmax": {func(b *backend.Builder, x, i backend.Value) { b.Softmax(x, 1) },
			spoiled{"output is (5,3)": shape(5, 3), "axes [2]": attrs(&backend.SoftmaxAttrs{Axis: 2})}},
		"Sort": {func(b *backend.Builder, x, i backend.Value) { b.Sort(x, 1, true) },
			spoiled{"values is (5,3)": shape(5, 3), "axes [2]": attrs(&backend.SortAttrs{Axis: 2}), "has attributes": attrs(&backend.SoftmaxAttrs{}),
				"has 1 outputs, want 2":                             func(c *backend.Call, p *backend.Program) { c.Out = c.Out[:1] },
				"gives float32 and float32, want float32 and int32": func(c *backend.Call, p *backend.Program) { p.Values[c.Out[1]].DType = backend.Float32 },
				"order is (3,4), want (3,5)":                        func(c *backend.Call, p *backend.Program) { p.Values[c.Out[1]].Shape = backend.Shape{3, 4} }}},
		"Transpose": {func(b *backend.Builder, x, i backend.Value) { b.Transpose(x) },
			spoiled{"axes [0]": attrs(&backend.TransposeAttrs{Axes: []int{0}}), "axes [1 1]": attrs(&backend.TransposeAttrs{Axes: []int{1, 1}}), "output is (3,5)": shape(3, 5)}},
		"Slice": {func(b *backend.Builder, x, i backend.Value) { b.SliceAxis(x, 1, 1, 3) },
			spoiled{"axis 1: ": attrs(&backend.SliceAttrs{Begin: []int{0, 3}, Step: []int{1, 1}}), "axis 0: ": attrs(&backend.SliceAttrs{Begin: []int{0, 0}, Step: []int{0, 1}}),
				"does not fit shapes": attrs(&backend.SliceAttrs{Begin: []int{0}, Step: []int{1}})}},
		"Concat": {func(b *backend.Builder, x, i backend.Value) { b.Concat(1, x, x) },
			spoiled{"output is (3,9), want (3,10)": shape(3, 9), "axes [2]": attrs(&backend.ConcatAttrs{Axis: 2}), "differ in axes": func(c *backend.Call, p *backend.Program) { c.In[1] = 1; p.Values[1].DType = 0; p.Args[1].DType = 0 }}},
		"Pad": {func(b *backend.Builder, x, i backend.Value) {
			b.Pad(x, backend.PadReflect, []int{1, 1}, []int{0, 1}, 0)
		},
			spoiled{"axis 1: cannot pad 5 to 4": shape(4, 4), "axis 0: cannot pad 3 to 40": shape(40, 7)}},
		"Gather": {func(b *backend.Builder, x, i backend.Value) { b.Gather(x, i, 1, false) },
			spoiled{"gathered is (3,5)": shape(3, 5), "axes [4]": attrs(&backend.GatherAttrs{Axis: 4})}},
		"ScatterAdd": {func(b *backend.Builder, x, i backend.Value) {
			b.ScatterAdd(b.Gather(x, i, 1, false), i, x.Shape(), 1, false)
		},
			spoiled{"gathered is (3,2)": shape(4, 5)}},
		"Random": {func(b *backend.Builder, x, i backend.Value) { b.Random(0, 1, backend.Float32, backend.Shape{2}) },
			spoiled{"rng is float32": func(c *backend.Call, p *backend.Program) { c.In[0] = 0 }}},
		"PoolGrad": {func(b *backend.Builder, x, i backend.Value) {
			v := b.Reshape(x, backend.Shape{1, 1, 3, 5})
			a := backend.PoolAttrs{Kernel: []int{1, 1}, Stride: []int{1, 1}, Pad: []int{0, 0}}
			b.PoolGrad(v, v, b.Pool(v, []int{3, 5}, a), a)
		}, spoiled{"output is (1,1,5,3)": shape(1, 1, 5, 3), "has 2 inputs, want 3": func(c *backend.Call, p *backend.Program) { c.In = c.In[:2] }}},
		"Host": {func(b *backend.Builder, x, i backend.Value) {
			b.Host("f", func(in, out []backend.HostTensor) error { return nil }, []backend.ValueInfo{{Shape: backend.Shape{1}}}, x)
		}, spoiled{"has no function": attrs(&backend.HostAttrs{})}},
	} {
		for want, spoil := range k.wrong {
			p := &backend.Program{}
			b := backend.NewBuilder(p)
			x := b.Arg("x", backend.In, backend.Shape{3, 5}, backend.Float32)
			i := b.Arg("i", backend.In, backend.Shape{2}, backend.Int32)
			k.say(b, x, i)
			require.NoError(t, b.Finish(backend.Infer), name)
			require.NoError(t, p.Verify(), name)
			c := &p.Entries[0].Calls[len(p.Entries[0].Calls)-1]
			require.Equal(t, name, c.Kind.String())
			spoil(c, p)
			assert.ErrorContains(t, p.Verify(), want, name)
		}
	}
}

// Prepare's values are seen everywhere, Forward's by Backward.
func TestVerifyEntries(t *testing.T) {
	p := &backend.Program{}
	var made backend.Value
	for _, kind := range []backend.EntryKind{backend.Prepare, backend.Infer, backend.Forward, backend.Backward} {
		b := backend.NewBuilder(p)
		x := b.Arg("x", backend.In, backend.Shape{2}, backend.Float32)
		if made.Valid() && kind != backend.Forward {
			x = b.Add(x, b.Value(made.ID))
		}
		v := b.Scale(x, 2)
		if kind != backend.Infer {
			made = v
		}
		require.NoError(t, b.Finish(kind))
	}
	assert.NoError(t, p.Verify())
	assert.True(t, backend.Write.HasEffects() && backend.Random.HasEffects() && backend.Host.HasEffects() && !backend.Map.HasEffects())
}

// A clone shares nothing that a pass may change.
func TestClone(t *testing.T) {
	p := sample(t)
	p.Entries[0].Calls[1].Body = []backend.Call{{Kind: backend.Pool, Attrs: p.Entries[0].Calls[1].Attrs, In: []backend.ValueID{2}, Out: []backend.ValueID{3}}}
	text := p.String()
	q := p.Clone()
	require.Equal(t, text, q.String())
	q.Entries[0].Calls[1].In[0] = 0
	q.Entries[0].Calls[1].Body[0].In[0] = 0
	q.Entries[0].Calls = q.Entries[0].Calls[1:]
	q.Values[4].DType = backend.Int8
	q.Args[0].Name = "other"
	assert.Equal(t, text, p.String())
	assert.Equal(t, backend.ValueID(2), p.Entries[0].Calls[1].Body[0].In[0])
}

func TestPrint(t *testing.T) {
	text := sample(t).String()
	for _, want := range []string{
		"arg 1   inout float32(8,4,3,3)  w\n", "infer:\n", "   0  %2 float32(2,8,4,4) = Conv(x, w) k[3 3] s[1 1] p[0 0] d[1 1] g1\n",
		"   2  Write(%3) -> y\n", "%5 float32(128,), %6 float32(128,) = Stats(%4) [0]", "Map(w) {a -> (a * 2)}",
	} {
		assert.Contains(t, text, want)
	}
}

func TestErrors(t *testing.T) {
	err := &backend.NoKernelError{Device: "gpu(0)", Gaps: []string{"Sort", "Pool"}}
	assert.EqualError(t, err, "gpu(0): no kernel for Sort, Pool")
	assert.EqualError(t, &backend.Error{Device: "cpu(0)", Node: `dot "d"`, Call: "MatMul", Err: assert.AnError}, `cpu(0): dot "d": MatMul: `+assert.AnError.Error())
	assert.ErrorIs(t, &backend.Error{Err: assert.AnError}, assert.AnError)
}
