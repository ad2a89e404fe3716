package passes_test

import (
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

func TestFuse(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		x := b.Arg("x", backend.In, backend.Shape{2, 3}, f64)
		w := b.Arg("w", backend.In, backend.Shape{4, 3}, f64)
		bias := b.Arg("wb", backend.In, backend.Shape{4}, f64)
		y := b.MatMul(x, w, backend.TransB)
		out(unary(b, "tanh(x)", b.Add(y, bias)))
		e := unary(b, "exp(x)", x)
		out(b.Mul(e, unary(b, "x + 1", e)))
		s := unary(b, "x*x", x) // read twice: stays
		out(b.Sum(s, 0))
		out(unary(b, "x - 1", s))
	})
	q := passes.Fuse(p, blockDevice{})
	wantCalls(t, q, backend.Infer,
		"%5 float64(2,4) = MatMul(x, w, wb) transB then {a b -> tanh((a + b))}",
		"Write(%5) -> out0",
		"%8 float64(2,3) = Map(x) {a -> t0 = exp(a); (t0 * (t0 + 1))}",
		"Write(%8) -> out1",
		"%9 float64(2,3) = Map(x) {a -> (a * a)}",
		"%10 float64(3,) = Reduce(%9) sum[0]",
		"Write(%10) -> out2",
		"%11 float64(2,3) = Map(%9) {a -> (a - 1)}",
		"Write(%11) -> out3")
	require.Len(t, q.Entry(backend.Infer).Calls[0].Body, 3)
	sameResults(t, p, q)
}

// An activation's gradient reads its output; the sum before it is free to disappear. A read must not pass a Write.
func TestFuseLeavesWhatOthersNeed(t *testing.T) {
	p := program(t, backend.Step, func(b *backend.Builder, out func(backend.Value)) {
		x := b.Arg("x", backend.In, backend.Shape{2, 2}, f64)
		w := b.Arg("w", backend.InOut, backend.Shape{2, 2}, f64)
		y := b.MatMul(x, w)
		h := unary(b, "tanh(x)", y)
		out(b.Map1(expr.MustParse("h y -> 1 - h*h + y"), h, y))
		out(b.Sum(y, 0))
		grown := unary(b, "2*x", w)
		b.Write("w", unary(b, "3*x", x))
		out(b.Add(grown, b.Sum(x, 0)))
	})
	q := passes.Fuse(p, blockDevice{})
	wantCalls(t, q, backend.Step,
		"%2 float64(2,2) = MatMul(x, w)",
		"%4 float64(2,2) = Map(%2) {a -> t0 = tanh(a); ((1 - (t0 * t0)) + a)}",
		"Write(%4) -> out0",
		"%8 float64(2,) = Reduce(%2) sum[0]",
		"Write(%8) -> out1",
		"%5 float64(2,2) = Map(w) {a -> (2 * a)}",
		"%6 float64(2,2) = Map(x) {a -> (3 * a)}",
		"Write(%6) -> w",
		"%9 float64(2,) = Reduce(x) sum[0]",
		"%7 float64(2,2) = Map(%5, %9) {a b -> (a + b)}",
		"Write(%7) -> out2")
	sameResults(t, p, q)
}

// The gradient of the layer below may be computed before the weight is written: the Map moves up rather than the product down.
func TestFuseMovesMapsUp(t *testing.T) {
	p := program(t, backend.Step, func(b *backend.Builder, out func(backend.Value)) {
		dy := b.Arg("dy", backend.In, backend.Shape{2, 2}, f64)
		h := unary(b, "tanh(x)", dy)
		w := b.Arg("w", backend.InOut, backend.Shape{2, 2}, f64)
		dx := b.MatMul(dy, w)
		b.Write("w", unary(b, "0.9*x", w))
		out(b.Map1(expr.MustParse("g y -> g*(1 - y*y)"), dx, h))
		out(b.Sum(h, 0))
	})
	q := passes.Fuse(p, blockDevice{})
	wantCalls(t, q, backend.Step,
		"%1 float64(2,2) = Map(dy) {a -> tanh(a)}",
		"%2 float64(2,2) = MatMul(dy, w, %1) then {a b -> (a * (1 - (b * b)))}",
		"%3 float64(2,2) = Map(w) {a -> (0.9 * a)}",
		"Write(%3) -> w",
		"Write(%2) -> out0",
		"%4 float64(2,) = Reduce(%1) sum[0]",
		"Write(%4) -> out1")
	sameResults(t, p, q)
}

// What is rounded between two Maps must stay rounded.
func TestFuseKeepsRounding(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		x := b.Arg("x", backend.In, backend.Shape{2}, f64)
		out(b.Cast(unary(b, "x + 1", b.Cast(x, backend.Float32)), f64))
		out(unary(b, "x + 1", b.Cast(x, backend.Int32)))
	})
	require.Equal(t, p.String(), passes.Fuse(p, blockDevice{}).String())
}
