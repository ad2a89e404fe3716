package passes_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

// On random Programs every pass leaves the results as they are, to the bit.
func TestPassesOnRandomPrograms(t *testing.T) {
	for seed := range int64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { optimize(t, randomProgram(t, seed)) })
	}
}

func TestPassesAreDeterministic(t *testing.T) {
	for seed := range int64(20) {
		p := randomProgram(t, seed)
		want, err := passes.Optimize(p, blockDevice{}, backend.Options{})
		require.NoError(t, err)
		for range 3 {
			got, err := passes.Optimize(p, blockDevice{}, backend.Options{})
			require.NoError(t, err)
			require.Equal(t, want.String(), got.String())
		}
	}
}

var (
	randomUnary  = []string{"x -> tanh(x)", "x -> max(x, 0)", "x -> x", "x -> 2*x + 1", "x -> x*x"}
	randomBinary = []string{"x y -> x + y", "x y -> x*y", "x y -> x - 3*y", "x y -> max(x, y)"}
)

// generator makes Programs of float64 values: images (N,C,H,W) and what comes of them.
type generator struct {
	*rand.Rand
	b    *backend.Builder
	vals []backend.Value
}

func randomProgram(t *testing.T, seed int64) *backend.Program {
	r := rand.New(rand.NewSource(seed))
	p := &backend.Program{}
	g := &generator{Rand: r}
	for _, kind := range []backend.EntryKind{backend.Infer, backend.Forward, backend.Backward, backend.Step} {
		saved := g.vals
		g.b, g.vals = backend.NewBuilder(p), nil
		if kind == backend.Backward { // reads what Forward made
			for _, v := range saved {
				g.vals = append(g.vals, g.b.Value(v.ID))
			}
		}
		g.begin()
		for range 4 + r.Intn(14) {
			if v := g.call(); v.Valid() {
				g.vals = append(g.vals, v)
			}
		}
		g.end(kind)
		require.NoError(t, g.b.Finish(kind))
	}
	for i := range p.Args {
		p.Args[i].Param = p.Args[i].Name[0] == 'w'
	}
	require.NoError(t, p.Verify())
	return p
}

func (g *generator) begin() {
	n := []int{1, 15, 17}[g.Intn(3)]
	for _, s := range []backend.Shape{{n, 3, 6, 6}, {n, 3, 6, 6}} {
		g.vals = append(g.vals, g.b.Arg(fmt.Sprint("x", n, len(g.vals)%2), backend.In, s, backend.Float64))
	}
	g.vals = append(g.vals, g.b.Scalar(backend.Float64, 1.5), g.b.Const(backend.Shape{3, 1, 1}, backend.Float64, 1, 2, 3))
}

func (g *generator) pick() backend.Value { return g.vals[g.Intn(len(g.vals))] }

// images gives a value of four axes with at least two rows and columns.
func (g *generator) images() backend.Value {
	for {
		if s := g.pick(); len(s.Shape()) == 4 && s.Shape()[2] > 1 && s.Shape()[3] > 1 {
			return s
		}
	}
}

func (g *generator) call() backend.Value {
	b, x := g.b, g.pick()
	s := x.Shape()
	switch g.Intn(9) {
	case 0:
		return b.Map1(expr.MustParse(randomUnary[g.Intn(len(randomUnary))]), x)
	case 1, 2:
		y := g.pick()
		if _, ok := backend.Broadcast(s, y.Shape()); !ok {
			return backend.Value{}
		}
		return b.Map1(expr.MustParse(randomBinary[g.Intn(len(randomBinary))]), x, y)
	case 3:
		return b.Reshape(x, backend.Shape{s.Size()})
	case 4:
		if len(s) < 2 {
			return backend.Value{}
		}
		return b.Sum(x, g.Intn(len(s)))
	case 5:
		return g.pool(g.images())
	case 6:
		if len(s) != 4 {
			return backend.Value{}
		}
		flat := b.Flatten2D(x)
		k := flat.Shape()[1]
		w := b.Arg(fmt.Sprint("wfc", k), backend.In, backend.Shape{4, k}, backend.Float64)
		return b.MatMul(flat, w, backend.TransB)
	}
	return g.conv(g.images())
}

func (g *generator) pool(x backend.Value) backend.Value {
	s := x.Shape()
	a := backend.PoolAttrs{Type: backend.PoolType(g.Intn(3)), Kernel: []int{2, 2}, Stride: []int{1, 1}, Pad: []int{0, 0}}
	y := g.b.Pool(x, []int{s[2] - 1, s[3] - 1}, a)
	if g.Intn(2) == 0 {
		return y
	}
	return g.b.PoolGrad(y, x, y, a)
}

func (g *generator) conv(x backend.Value) backend.Value {
	b, s := g.b, x.Shape()
	a := backend.ConvAttrs{Kernel: []int{2, 2}, Stride: []int{1, 1}, Pad: []int{g.Intn(2), g.Intn(2)}, Dilate: []int{1, 1}, Groups: 1}
	ws := backend.Shape{3, s[1], 2, 2}
	w := b.Arg(fmt.Sprint("w", s[1]), backend.InOut, ws, backend.Float64)
	if g.Intn(3) == 0 {
		w = b.Scale(w, 0.5)
	}
	y := b.Conv(x, w, a)
	switch g.Intn(4) {
	case 0:
		return b.ConvGradData(y, w, s, a)
	case 1:
		return b.ConvGradFilter(y, x, ws, a)
	case 2:
		y = b.Add(y, b.Reshape(b.Arg("wbias", backend.In, backend.Shape{3}, backend.Float64), backend.Shape{3, 1, 1}))
	}
	return y
}

// end writes some of the values, and an update of a weight where there is one.
func (g *generator) end(kind backend.EntryKind) {
	for i := range 3 {
		v := g.vals[len(g.vals)-1-g.Intn(min(len(g.vals), 6))]
		name := fmt.Sprintf("out%v%d", kind, i)
		g.b.Arg(name, backend.Out, v.Shape(), v.DType())
		g.b.Write(name, v)
	}
	if i := g.b.P.ArgIndex("w3"); i >= 0 && kind == backend.Step {
		w := g.b.Arg("w3", backend.InOut, g.b.P.Args[i].Shape, backend.Float64)
		g.b.Write("w3", g.b.Scale(w, 0.9))
	}
}
