package passes_test

import (
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

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
	require.Equal(t, []string{"fold", "cse", "deadcode", "mirror", "prepare", "deadcode"}, names)
	require.Equal(t, p.Entry(backend.Infer), q.Entry(backend.Infer))
}
