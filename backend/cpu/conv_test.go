//go:build cgo

package cpu

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

// inN16 is the device with a taste for images in the lanes; inPlain one without.
type inN16 struct{ *Device }

func (inN16) Prefers(p *backend.Program, c *backend.Call) backend.Layout {
	switch c.Kind {
	case backend.Conv, backend.ConvGradData, backend.ConvGradFilter, backend.Pool, backend.PoolGrad:
		return backend.N16
	}
	return backend.Plain
}

type inPlain struct{ *Device }

func (inPlain) Prefers(p *backend.Program, c *backend.Call) backend.Layout { return backend.Plain }

// runFloat32 puts p, of one entry, into the layouts that as prefers, fuses it, runs it on d with the given arguments and
// gives all arguments afterwards. Calls of the kinds in own must not fall back to ref.
func runFloat32(t testing.TB, d *Device, as backend.Supporter, p *backend.Program, args map[string][]float32, own ...backend.Kind) map[string][]float32 {
	t.Helper()
	defer func(old bool) { guarding = old }(guarding)
	guarding = true // NaN in everything that a kernel does not write, and zones round all memory
	require.NoError(t, p.Verify())
	q := passes.Fuse(passes.Layout(p, as), as)
	require.NoError(t, q.Verify())
	e := q.Entries[0]
	for i := range e.Calls {
		require.NotEqual(t, backend.Map, e.Calls[i].Kind, "not an epilogue: %s", q.CallString(&e.Calls[i]))
		for _, k := range own {
			if e.Calls[i].Kind == k {
				require.True(t, d.Supports(q, &e.Calls[i]), q.CallString(&e.Calls[i]))
			}
		}
	}
	x, err := d.Compile(q, backend.Options{NoFuse: true, NoLayout: true})
	require.NoError(t, err)
	defer x.Close()
	regions := make([]backend.Region, len(p.Args))
	out := make(map[string][]float32)
	for i := range p.Args {
		data := args[p.Args[i].Name]
		if data == nil {
			data = make([]float32, p.Args[i].Shape.Size())
			for k := range data {
				data[k] = float32(math.NaN())
			}
		}
		require.Len(t, data, p.Args[i].Shape.Size(), p.Args[i].Name)
		regions[i] = backend.HostRegion(bytesOf(data))
		out[p.Args[i].Name] = data
	}
	b, err := x.Bind(e.Kind, regions)
	require.NoError(t, err)
	defer b.Close()
	require.NoError(t, b.Run())
	return out
}

// eachLevel runs test on a device of every instruction set that this machine has.
func eachLevel(t *testing.T, test func(t *testing.T, d *Device)) {
	ensurePool()
	for _, d := range levels() {
		t.Run(d.level.String(), func(t *testing.T) { test(t, d) })
	}
}

// numbers are n floats between −1 and 1 that look random.
func numbers(n int, seed uint32) []float32 {
	out := make([]float32, n)
	s := seed*2654435761 + 12345
	for i := range out {
		s = s*1664525 + 1013904223
		out[i] = float32(int32(s)) / (1 << 31)
	}
	return out
}

type convCase struct {
	x, w        backend.Shape
	stride, pad []int
	dilate      []int
	groups      int
	bias        bool
	act         string // after the bias
	residual    bool   // then max(y·s + r·k, 0) for s per filter, r like y and one number k
}

func (c *convCase) attrs() backend.ConvAttrs {
	k := len(c.x) - 2
	a := backend.ConvAttrs{Kernel: c.w[2:], Stride: c.stride, Pad: c.pad, Dilate: c.dilate, Groups: max(1, c.groups)}
	fill := func(s []int, v int) []int {
		for len(s) < k {
			s = append(s, v)
		}
		return s
	}
	a.Stride, a.Pad, a.Dilate = fill(a.Stride, 1), fill(a.Pad, 0), fill(a.Dilate, 1)
	return a
}

func (c *convCase) String() string { return fmt.Sprintf("%v*%v,%v", c.x, c.w, c.stride) }

// program says all three passes of the convolution.
func (c *convCase) program(t testing.TB) *backend.Program {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	a := c.attrs()
	x := b.Arg("x", backend.In, c.x, backend.Float32)
	w := b.Arg("w", backend.In, c.w, backend.Float32)
	y := b.Conv(x, w, a)
	dy := b.Arg("dy", backend.In, y.Shape(), backend.Float32)
	if c.bias {
		bias := make(backend.Shape, len(c.x)-1)
		for i := range bias {
			bias[i] = 1
		}
		bias[0] = c.w[0]
		y = b.Add(y, b.Reshape(b.Arg("b", backend.In, backend.Shape{c.w[0]}, backend.Float32), bias))
	}
	if c.act != "" {
		y = b.Map1(expr.MustParse(c.act), y)
	}
	if c.residual {
		per := make(backend.Shape, len(c.x))
		for i := range per {
			per[i] = 1
		}
		k := b.Arg("k", backend.In, per.Clone(), backend.Float32)
		per[1] = c.w[0]
		s, r := b.Arg("s", backend.In, per, backend.Float32), b.Arg("r", backend.In, y.Shape(), backend.Float32)
		y = b.Map1(expr.MustParse("y s r k -> max(y*s + r*k, 0)"), y, s, r, k)
	}
	for name, v := range map[string]backend.Value{
		"y": y, "dx": b.ConvGradData(dy, w, c.x, a), "dw": b.ConvGradFilter(dy, x, c.w, a),
	} {
		b.Arg(name, backend.Out, v.Shape(), v.DType())
		b.Write(name, v)
	}
	require.NoError(t, b.Finish(backend.Step))
	return p
}

func (c *convCase) check(t *testing.T, d *Device, as backend.Supporter) {
	t.Helper()
	p := c.program(t)
	ys := p.Args[p.ArgIndex("dy")].Shape
	args := map[string][]float32{"x": numbers(c.x.Size(), 1), "w": numbers(c.w.Size(), 2), "dy": numbers(ys.Size(), 3)}
	if c.bias {
		args["b"] = numbers(c.w[0], 4)
	}
	if c.residual {
		args["k"], args["s"], args["r"] = numbers(1, 5), numbers(c.w[0], 6), numbers(ys.Size(), 7)
	}
	got := runFloat32(t, d, as, p, args, backend.Conv, backend.ConvGradData, backend.ConvGradFilter)
	want, big := convLoops(c, ys, args["x"], args["w"], args["dy"], args["b"])
	for name, w := range want {
		for i := range w {
			v := w[i]
			if name == "y" {
				v = actOf(c.act, v)
			}
			if name == "y" && c.residual {
				f := i / ys[2:].Size() % c.w[0]
				v = max(v*float64(args["s"][f])+float64(args["r"][i])*float64(args["k"][0]), 0)
			}
			if tol := 1e-6 * (big[name][i] + math.Abs(v) + 1); !(math.Abs(v-float64(got[name][i])) <= tol) {
				t.Fatalf("%v: %s[%d] is %v, want %v ± %.1g", c, name, i, got[name][i], v, tol)
			}
		}
	}
}

// Batches and filters round the block edges 16 and 4, tiles of 6, 3 and 2 columns and taps, strides, borders.
var n16Cases = func() (cases []convCase) {
	for _, n := range []int{1, 8, 15, 16, 17, 33} {
		cases = append(cases, convCase{x: backend.Shape{n, 3, 7, 9}, w: backend.Shape{5, 3, 3, 3}, pad: []int{1, 1}, bias: true, act: "x -> tanh(x)"})
	}
	for width := 1; width <= 14; width++ {
		cases = append(cases, convCase{x: backend.Shape{2, 2, 4, width + 2}, w: backend.Shape{3, 2, 2, 3}})
	}
	for f := 1; f <= 9; f++ {
		cases = append(cases, convCase{x: backend.Shape{17, f, 5, 5}, w: backend.Shape{f, f, 2, 2}, act: "x -> max(x, 0)"})
	}
	for _, k := range []int{1, 2, 3, 4, 5, 7, 11} {
		for s := 1; s <= 3; s++ {
			cases = append(cases, convCase{x: backend.Shape{3, 2, 13, 12}, w: backend.Shape{4, 2, k, k}, stride: []int{s, s}, pad: []int{k / 2, k / 2}, bias: true})
			cases = append(cases, convCase{x: backend.Shape{3, 2, 12, 13}, w: backend.Shape{4, 2, k, 1}, stride: []int{s, 1}, act: "x -> sigmoid(x)"})
		}
	}
	return append(cases,
		convCase{x: backend.Shape{2, 1, 2, 2}, w: backend.Shape{1, 1, 5, 5}, pad: []int{2, 2}}, // windows larger than the data
		convCase{x: backend.Shape{2, 1, 3, 1}, w: backend.Shape{2, 1, 3, 3}, pad: []int{4, 4}}, // some see the border only
		convCase{x: backend.Shape{2, 2, 9, 9}, w: backend.Shape{2, 2, 2, 2}, stride: []int{4, 5}},
		convCase{x: backend.Shape{2, 2, 6, 6}, w: backend.Shape{2, 2, 3, 3}, bias: true, act: "x -> softplus(x)"},
		convCase{x: backend.Shape{17, 2, 6, 6}, w: backend.Shape{7, 2, 3, 3}, stride: []int{1, 1}, bias: true, residual: true},
		convCase{x: backend.Shape{17, 1, 28, 28}, w: backend.Shape{20, 1, 5, 5}, bias: true, act: "x -> tanh(x)"},
	)
}()

func TestConvN16(t *testing.T) {
	eachLevel(t, func(t *testing.T, d *Device) {
		for _, c := range n16Cases {
			c.check(t, d, inN16{d})
		}
	})
}

// Any kernel, stride, border, dilation and groups, two and three axes; sizes that make one and several chunks and pieces.
var plainCases = func() (cases []convCase) {
	for _, c := range n16Cases[:len(n16Cases)-1] {
		if len(cases) < 12 || c.stride != nil {
			cases = append(cases, c)
		}
	}
	return append(cases,
		convCase{x: backend.Shape{2, 4, 9, 8}, w: backend.Shape{6, 2, 3, 3}, pad: []int{1, 1}, groups: 2, bias: true},
		convCase{x: backend.Shape{2, 4, 9, 8}, w: backend.Shape{4, 4, 3, 2}, stride: []int{2, 1}, pad: []int{2, 0}, dilate: []int{2, 3}},
		convCase{x: backend.Shape{3, 5, 9, 8}, w: backend.Shape{7, 5, 1, 1}, bias: true, act: "x -> max(x, 0)"},
		convCase{x: backend.Shape{3, 6, 9, 8}, w: backend.Shape{4, 3, 1, 1}, groups: 2},
		convCase{x: backend.Shape{2, 5, 9, 18}, w: backend.Shape{5, 1, 3, 3}, pad: []int{1, 1}, groups: 5, bias: true, act: "x -> tanh(x)"},
		convCase{x: backend.Shape{2, 3, 9, 8}, w: backend.Shape{6, 1, 3, 3}, stride: []int{2, 2}, pad: []int{1, 1}, groups: 3, residual: true},
		convCase{x: backend.Shape{2, 4, 9, 8}, w: backend.Shape{6, 2, 3, 3}, groups: 2, bias: true, residual: true},
		convCase{x: backend.Shape{2, 3, 40, 1}, w: backend.Shape{4, 3, 5, 1}, pad: []int{2, 0}},
		convCase{x: backend.Shape{2, 3, 5, 6, 7}, w: backend.Shape{4, 3, 2, 3, 2}, stride: []int{2, 1, 2}, pad: []int{1, 1, 0}, bias: true},
		convCase{x: backend.Shape{1, 2, 4, 4, 4}, w: backend.Shape{2, 1, 3, 3, 3}, pad: []int{1, 1, 1}, groups: 2},
		convCase{x: backend.Shape{1, 40, 17, 15}, w: backend.Shape{70, 40, 3, 3}, pad: []int{1, 1}, bias: true},
		convCase{x: backend.Shape{2, 130, 5, 5}, w: backend.Shape{300, 130, 1, 1}},
	)
}()

func TestConvPlain(t *testing.T) {
	eachLevel(t, func(t *testing.T, d *Device) {
		for _, c := range plainCases {
			c.check(t, d, inPlain{d})
		}
	})
}

// One and two threads give the same bits, in both layouts.
func TestConvThreads(t *testing.T) {
	d := levels()[len(levels())-1]
	defer func() { require.NoError(t, SetThreads(0)) }()
	for _, c := range []convCase{
		{x: backend.Shape{33, 3, 14, 14}, w: backend.Shape{9, 3, 3, 3}, pad: []int{1, 1}, bias: true},
		{x: backend.Shape{5, 8, 14, 14}, w: backend.Shape{16, 1, 3, 3}, pad: []int{1, 1}, groups: 8},
	} {
		for _, as := range []backend.Supporter{inN16{d}, inPlain{d}} {
			p := c.program(t)
			args := map[string][]float32{"x": numbers(c.x.Size(), 1), "w": numbers(c.w.Size(), 2), "dy": numbers(p.Args[p.ArgIndex("dy")].Shape.Size(), 3), "b": numbers(c.w[0], 4)}
			require.NoError(t, SetThreads(1))
			want := runFloat32(t, d, as, p, args)
			require.NoError(t, SetThreads(2))
			require.Equal(t, want, runFloat32(t, d, as, p, args))
		}
	}
}
