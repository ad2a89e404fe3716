package ref_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
)

var (
	reluExpr = expr.MustParse("x -> tanh(x)")
	tanhGrad = expr.MustParse("dy y -> dy * (1 - y*y)")
	sgdExpr  = expr.MustParse("w g lr -> w - lr*g")
)

// lenet says one training step of LeNet on n images.
func lenet(tb testing.TB, n int) *backend.Program {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	f := backend.Float32
	arg := func(name string, mode backend.ArgMode, s ...int) backend.Value { return b.Arg(name, mode, s, f) }
	conv := backend.ConvAttrs{Kernel: []int{5, 5}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{1, 1}, Groups: 1}
	pool := backend.PoolAttrs{Type: backend.PoolMax, Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{0, 0}}
	x, label, lr := arg("x", backend.In, n, 1, 28, 28), arg("label", backend.In, n, 10), arg("lr", backend.In, 1)
	names := []string{"w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4"}
	shapes := []backend.Shape{{20, 1, 5, 5}, {20}, {50, 20, 5, 5}, {50}, {500, 800}, {500}, {10, 500}, {10}}
	w := map[string]backend.Value{}
	for i, name := range names {
		w[name] = arg(name, backend.InOut, shapes[i]...)
	}
	grads := map[string]backend.Value{}
	layer := func(x backend.Value, i string, c int) (backend.Value, backend.Value) {
		y := b.Map1(reluExpr, b.Add(b.Conv(x, w["w"+i], conv), b.Reshape(w["b"+i], backend.Shape{1, c, 1, 1})))
		s := y.Shape()
		return y, b.Pool(y, []int{s[2] / 2, s[3] / 2}, pool)
	}
	y1, p1 := layer(x, "1", 20)
	y2, p2 := layer(p1, "2", 50)
	flat := b.Flatten2D(p2)
	h := b.Map1(reluExpr, b.Add(b.MatMul(flat, w["w3"], backend.TransB), w["b3"]))
	out := b.Softmax(b.Add(b.MatMul(h, w["w4"], backend.TransB), w["b4"]), 1)
	d := b.Scale(b.Sub(out, label), 1/float64(n))
	dense := func(d, x backend.Value, i string) backend.Value {
		grads["w"+i], grads["b"+i] = b.MatMul(d, x, backend.TransA), b.Sum(d, 0)
		return b.MatMul(d, w["w"+i])
	}
	d = b.Map1(tanhGrad, dense(d, h, "4"), h)
	d = b.Reshape(dense(d, flat, "3"), p2.Shape())
	back := func(d, x, y, pooled backend.Value, i string) backend.Value {
		d = b.Map1(tanhGrad, b.PoolGrad(d, y, pooled, pool), y)
		grads["w"+i], grads["b"+i] = b.ConvGradFilter(d, x, w["w"+i].Shape(), conv), b.Sum(d, 0, 2, 3)
		return d
	}
	d = back(d, p1, y2, p2, "2")
	back(b.ConvGradData(d, w["w2"], p1.Shape(), conv), x, y1, p1, "1")
	for _, name := range names {
		b.Write(name, b.Map1(sgdExpr, w[name], grads[name], lr))
	}
	b.Arg("out", backend.Out, out.Shape(), f)
	b.Write("out", out)
	require.NoError(tb, b.Finish(backend.Step))
	require.NoError(tb, p.Verify())
	return p
}

func bindAll(tb testing.TB, p *backend.Program, kind backend.EntryKind) (backend.Bound, [][]float32) {
	exe, err := ref.New(0).Compile(p, backend.Options{})
	require.NoError(tb, err)
	regions := make([]backend.Region, len(p.Args))
	mem := make([][]float32, len(p.Args))
	for i := range p.Args {
		mem[i] = make([]float32, p.Args[i].Shape.Size())
		for k := range mem[i] {
			mem[i][k] = float32((i+k*7919)%101)/1010 - 0.05
		}
		regions[i] = region(mem[i])
	}
	bound, err := exe.Bind(kind, regions)
	require.NoError(tb, err)
	return bound, mem
}

// A training step allocates nothing once it has run.
func TestStepAllocatesNothing(t *testing.T) {
	bound, _ := bindAll(t, lenet(t, 4), backend.Step)
	require.NoError(t, bound.Run())
	require.Zero(t, testing.AllocsPerRun(3, func() { _ = bound.Run() }))
}

func BenchmarkLeNetStep(b *testing.B) {
	bound, _ := bindAll(b, lenet(b, 64), backend.Step)
	for b.Loop() {
		_ = bound.Run()
	}
	b.ReportMetric(64*float64(b.N)/b.Elapsed().Seconds(), "img/s")
}
