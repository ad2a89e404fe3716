package passes_test

import (
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

func convNet(b *backend.Builder, out func(backend.Value)) {
	a := backend.ConvAttrs{Kernel: []int{2, 2}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{1, 1}, Groups: 1}
	pool := backend.PoolAttrs{Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{0, 0}}
	x := b.Arg("x", backend.In, backend.Shape{17, 1, 5, 5}, f64)
	w := b.Arg("w", backend.In, backend.Shape{3, 1, 2, 2}, f64)
	bias := b.Arg("wb", backend.In, backend.Shape{3}, f64)
	y := unary(b, "tanh(x)", b.Add(b.Conv(x, w, a), b.Reshape(bias, backend.Shape{3, 1, 1})))
	z := b.Pool(y, []int{2, 2}, pool)
	out(b.Flatten2D(z))
	dy := b.PoolGrad(b.Arg("dz", backend.In, z.Shape(), f64), y, z, pool)
	dy = b.Map1(expr.MustParse("g y -> g*(1 - y*y)"), dy, y)
	out(b.ConvGradFilter(dy, x, backend.Shape{3, 1, 2, 2}, a))
	out(b.Sum(dy, 0, 2, 3))
}

func TestLayout(t *testing.T) {
	p := program(t, backend.Step, convNet)
	q := passes.Layout(p, blockDevice{})
	wantCalls(t, q, backend.Step,
		"%13 float64(17,1,5,5)@N16 = Relayout(x)",
		"%14 float64(3,1,2,2)@F4 = Relayout(w)",
		"%3 float64(17,3,4,4)@N16 = Conv(%13, %14) k[2 2] s[1 1] p[0 0] d[1 1] g1",
		"%4 float64(3,1,1) = Reshape(wb)",
		"%5 float64(17,3,4,4)@N16 = Map(%3, %4) {a b -> (a + b)}",
		"%6 float64(17,3,4,4)@N16 = Map(%5) {a -> tanh(a)}",
		"%7 float64(17,3,2,2)@N16 = Pool(%6) max k[2 2] s[2 2] p[0 0]",
		"%15 float64(17,3,2,2) = Relayout(%7)",
		"%8 float64(17,12) = Reshape(%15)",
		"Write(%8) -> out0",
		"%16 float64(17,3,2,2)@N16 = Relayout(dz)",
		"%10 float64(17,3,4,4)@N16 = PoolGrad(%16, %6, %7) max k[2 2] s[2 2] p[0 0]",
		"%11 float64(17,3,4,4)@N16 = Map(%10, %6) {a b -> (a * (1 - (b * b)))}",
		"%12 float64(3,1,2,2) = ConvGradFilter(%11, %13) k[2 2] s[1 1] p[0 0] d[1 1] g1",
		"Write(%12) -> out1",
		"%17 float64(3,) = Reduce(%11) sum[0 2 3]",
		"Write(%17) -> out2")
	sameResults(t, p, q)
}

// plainOnly has blocked kernels for convolutions alone.
type plainOnly struct{ blockDevice }

func (plainOnly) Supports(p *backend.Program, c *backend.Call) bool {
	return c.Kind == backend.Conv || c.Kind == backend.ConvGradFilter
}

func TestLayoutFallsBackToPlain(t *testing.T) {
	p := program(t, backend.Step, convNet)
	q := passes.Layout(p, plainOnly{})
	sameResults(t, p, q)
	for _, c := range q.Entry(backend.Step).Calls {
		if c.Kind == backend.Map || c.Kind == backend.Pool {
			require.Equal(t, backend.Plain, q.Value(c.In[0]).Layout, q.CallString(&c))
			require.Equal(t, backend.Plain, q.Value(c.Out[0]).Layout, q.CallString(&c))
		}
	}
}
