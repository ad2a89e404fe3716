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
