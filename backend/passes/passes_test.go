package passes_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

const f64 = backend.Float64

// program builds one entry; out names a result.
func program(t *testing.T, kind backend.EntryKind, build func(b *backend.Builder, out func(backend.Value))) *backend.Program {
	t.Helper()
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	n := 0
	build(b, func(v backend.Value) {
		name := "out" + string(rune('0'+n))
		n++
		b.Arg(name, backend.Out, v.Shape(), v.DType())
		b.Write(name, v)
	})
	require.NoError(t, b.Finish(kind))
	for i := range p.Args {
		p.Args[i].Param = strings.HasPrefix(p.Args[i].Name, "w")
	}
	require.NoError(t, p.Verify())
	return p
}

// wantCalls demands the listing of an entry; values count by the order in which they appear.
func wantCalls(t *testing.T, p *backend.Program, kind backend.EntryKind, want ...string) {
	t.Helper()
	var got []string
	if e := p.Entry(kind); e != nil {
		for i := range e.Calls {
			got = append(got, strings.TrimSpace(strings.ReplaceAll(p.CallString(&e.Calls[i]), "  ", " ")))
		}
	}
	require.Equal(t, renumber(want), renumber(got))
}

var valueNumber = regexp.MustCompile(`%\d+`)

func renumber(calls []string) string {
	names := make(map[string]string)
	return valueNumber.ReplaceAllStringFunc(strings.Join(calls, "\n"), func(old string) string {
		if names[old] == "" {
			names[old] = fmt.Sprintf("%%%d", len(names)+1)
		}
		return names[old]
	})
}

func unary(b *backend.Builder, text string, x backend.Value) backend.Value {
	return b.Map1(expr.MustParse("x -> "+text), x)
}

func TestDeadCode(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		x := b.Arg("x", backend.In, backend.Shape{2}, f64)
		y := unary(b, "exp(x)", x)
		unary(b, "tanh(x)", y) // nobody reads it
		b.Random(backend.DistUniform, 1, f64, backend.Shape{2})
		out(y)
	})
	q := passes.DeadCode(p)
	wantCalls(t, q, backend.Infer,
		"%2 float64(2,) = Map(x) {a -> exp(a)}",
		"%5 float64(2,) = Random(rng) uniform node 1", // the stream goes on as if it were used
		"Write(%2) -> out0")
}

func TestDeadCodeKeepsWhatBackwardReads(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2}, f64)
	saved := unary(b, "exp(x)", x)
	require.NoError(t, b.Finish(backend.Forward))
	b = backend.NewBuilder(p)
	b.Arg("dx", backend.Out, backend.Shape{2}, f64)
	b.Write("dx", b.Value(saved.ID))
	require.NoError(t, b.Finish(backend.Backward))
	require.Len(t, passes.DeadCode(p).Entry(backend.Forward).Calls, 1)
}

func TestCSE(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		x := b.Arg("x", backend.In, backend.Shape{2, 3}, f64)
		c := func() backend.Value { return b.Const(backend.Shape{3}, f64, 1, 2, 3) }
		y, z := unary(b, "exp(x)", x), unary(b, "exp(x)", x)
		r := b.Random(backend.DistUniform, 1, f64, backend.Shape{3})
		s := b.Random(backend.DistUniform, 1, f64, backend.Shape{3})
		out(b.Add(b.Mul(y, c()), b.Mul(z, c())))
		out(b.Add(r, s)) // each draw stays
		out(b.Cast(b.Sum(x, 0), backend.Float32))
		out(b.Sum(x, 0))
	})
	wantCalls(t, passes.CSE(p), backend.Infer,
		"%2 float64(2,3) = Map(x) {a -> exp(a)}",
		"%5 float64(3,) = Random(rng) uniform node 1",
		"%6 float64(3,) = Random(rng) uniform node 1",
		"%8 float64(2,3) = Map(%2, const(3,)) {a b -> (a * b)}",
		"%11 float64(2,3) = Map(%8, %8) {a b -> (a + b)}",
		"Write(%11) -> out0",
		"%12 float64(3,) = Map(%5, %6) {a b -> (a + b)}",
		"Write(%12) -> out1",
		"%13 float64(3,) = Reduce(x) sum[0]",
		"%14 float32(3,) = Map(%13) {a -> a}",
		"Write(%14) -> out2",
		"Write(%13) -> out3")
}

func TestFold(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		x := b.Arg("x", backend.In, backend.Shape{2, 3}, f64)
		k := unary(b, "2*x", b.Const(backend.Shape{3}, f64, 1, 2, 3))
		y := b.Mul(b.Reshape(b.Reshape(x, backend.Shape{6}), backend.Shape{2, 3}), k)
		out(b.Reshape(b.Reshape(y, backend.Shape{6}), backend.Shape{3, 2}))
	})
	q := passes.DeadCode(passes.Fold(p))
	wantCalls(t, q, backend.Infer,
		"%5 float64(2,3) = Map(x, const(3,)) {a b -> (a * b)}",
		"%7 float64(3,2) = Reshape(%5)",
		"Write(%7) -> out0")
	require.Equal(t, []float64{2, 4, 6}, q.Value(q.Entry(backend.Infer).Calls[0].In[1]).Const)
	sameResults(t, p, q)
}

// Backward must see the argument as Forward saw it.
func TestFoldKeepsSavedArguments(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2, 1}, f64)
	saved := b.Reshape(x, backend.Shape{2})
	require.NoError(t, b.Finish(backend.Forward))
	b = backend.NewBuilder(p)
	b.Arg("dx", backend.Out, backend.Shape{2, 1}, f64)
	b.Write("dx", b.Value(saved.ID))
	require.NoError(t, b.Finish(backend.Backward))
	q := passes.DeadCode(passes.Fold(p))
	require.Len(t, q.Entry(backend.Forward).Calls, 1)
}

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

func TestPrepare(t *testing.T) {
	p := program(t, backend.Infer, convNet)
	q, err := passes.Optimize(p, blockDevice{}, backend.Options{})
	require.NoError(t, err)
	wantCalls(t, q, backend.Prepare, "%14 float64(3,1,2,2)@F4 = Relayout(w)")
	sameResults(t, p, q)
}

func TestPrepareCopiesViews(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		w := b.Arg("w", backend.In, backend.Shape{2, 2}, f64)
		flat := b.Reshape(w, backend.Shape{4})
		x := b.Arg("x", backend.In, backend.Shape{4}, f64)
		out(b.Add(b.Add(unary(b, "exp(x)", flat), x), flat))
	})
	q := passes.Prepare(p)
	wantCalls(t, q, backend.Prepare, "%6 float64(4,) = Reshape(w)", "%3 float64(4,) = Map(%6) {a -> exp(a)}")
	wantCalls(t, q, backend.Infer,
		"%1 float64(4,) = Reshape(w)",
		"%4 float64(4,) = Map(%3, x) {a b -> (a + b)}",
		"%5 float64(4,) = Map(%4, %1) {a b -> (a + b)}",
		"Write(%5) -> out0")
	sameResults(t, p, q)
}

// A parameter that Infer writes is another one at every run.
func TestPrepareLeavesWrittenParameters(t *testing.T) {
	p := program(t, backend.Infer, func(b *backend.Builder, out func(backend.Value)) {
		w := b.Arg("w", backend.InOut, backend.Shape{2}, f64)
		out(unary(b, "exp(x)", w))
		b.Write("w", b.Full(f64, backend.Shape{2}, 1))
	})
	require.Nil(t, passes.Prepare(p).Entry(backend.Prepare))
}

func TestOptions(t *testing.T) {
	p := program(t, backend.Infer, convNet)
	var names []string
	q, err := passes.Optimize(p, blockDevice{}, backend.Options{NoFuse: true, NoLayout: true, Trace: func(pass string, _ *backend.Program) { names = append(names, pass) }})
	require.NoError(t, err)
	require.Equal(t, []string{"fold", "cse", "deadcode", "prepare", "deadcode"}, names)
	require.Equal(t, p.Entry(backend.Infer), q.Entry(backend.Infer))
}
