//go:build cgo

package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// domain is where a function is tested; every function also gets the special numbers.
type domain struct{ lo, hi float64 }

var domains = map[expr.Op]domain{
	expr.Exp: {-87, 88.7}, expr.Expm1: {-80, 88}, expr.Sin: {-7000, 7000}, expr.Cos: {-7000, 7000}, expr.Tan: {-20, 20},
	expr.Sinh: {-80, 80}, expr.Cosh: {-80, 80}, expr.Sigmoid: {-87, 87}, expr.Softplus: {-86, 100}, expr.Asin: {-1, 1},
	expr.Acos: {-1, 1}, expr.Atanh: {-1, 1}, expr.Erfinv: {-1, 1}, expr.Gamma: {-8, 30}, expr.Lgamma: {-8, 100},
	expr.Digamma: {-8, 100}, expr.Tanh: {-12, 12}, expr.Erf: {-5, 5}, expr.Acosh: {1, 100},
}

// conditioned are functions that magnify the last bit of float64 near their zeros or poles; there an absolute error counts.
var conditioned = map[expr.Op]float64{expr.Lgamma: 1e-6, expr.Digamma: 1e-6, expr.Gamma: 1e-6, expr.Sin: 1e-7, expr.Cos: 1e-7}

// maxULP is the promise of simd_math.h.
const maxULP = 4

func TestElementaryFunctions(t *testing.T) {
	for _, op := range expr.Ops() {
		if op.Arity() == 0 {
			continue
		}
		t.Run(op.String(), func(t *testing.T) {
			d, ok := domains[op]
			if !ok {
				d = domain{-100, 100}
			}
			x := arguments(d, op.Arity())
			for _, dev := range levels() {
				got := evaluate(t, dev, op, x)
				checkULP(t, dev, op, x, got)
			}
		})
	}
}

// arguments gives operands: random ones, uniform and near 0, and all combinations of special numbers.
func arguments(d domain, arity int) [3][]float32 {
	inf := math.Inf(1)
	special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 2, 3, -2, 2.5, -2.5, 1e-10, inf, -inf, math.NaN(), 16777217, -3e9}
	rng := rand.New(rand.NewPCG(3, 4))
	var x [3][]float32
	add := func(a, b, c float64) {
		x[0], x[1], x[2] = append(x[0], float32(a)), append(x[1], float32(b)), append(x[2], float32(c))
	}
	number := func() float64 { return d.lo + (d.hi-d.lo)*rng.Float64() }
	for range 20000 {
		a := number()
		if rng.IntN(3) == 0 {
			a = d.lo + (a-d.lo)*rng.Float64()*0.01
		}
		if rng.IntN(3) == 0 && d.lo <= 0 {
			a = number() * math.Exp(-20*rng.Float64())
		}
		add(a, number(), number())
	}
	for _, a := range special {
		for _, b := range special {
			if arity == 1 {
				add(a, 0, 0)
				break
			}
			add(a, b, 7)
		}
	}
	return x
}

func evaluate(t *testing.T, dev *Device, op expr.Op, x [3][]float32) []float32 {
	t.Helper()
	m := newNet()
	b := expr.NewBuilder(op.Arity())
	var args []int32
	var in []backend.Value
	for i := range op.Arity() {
		args = append(args, b.Input(i))
		in = append(in, m.given(x[i], len(x[i])))
	}
	m.out(m.b.Map1(b.Build(b.Apply(op, args...)), in...))
	out := m.run(t, dev)
	require.Len(t, out, 1)
	return floatsOf(out[0])
}

// checkULP compares with the definition in float64. Denormal numbers may count as zero.
func checkULP(t *testing.T, dev *Device, op expr.Op, x [3][]float32, got []float32) {
	t.Helper()
	bad := 0
	for i, g := range got {
		want := expr.Eval64(op, float64(x[0][i]), float64(x[1][i]), float64(x[2][i]))
		e := ulps(float64(g), want)
		if e > maxULP && math.Abs(float64(g)-want) <= conditioned[op] {
			continue
		}
		if e > maxULP {
			if bad++; bad <= 5 {
				t.Errorf("%v: %v(%v, %v, %v) = %v, want %v", dev.level, op, x[0][i], x[1][i], x[2][i], g, want)
			}
		}
	}

}

// ulps is the distance in units of the last place of float32.
func ulps(got, want float64) float64 {
	const smallest = 0x1p-126
	w32 := float64(float32(want))
	switch {
	case math.IsNaN(want) || math.IsNaN(got):
		if math.IsNaN(want) && math.IsNaN(got) {
			return 0
		}
		return math.Inf(1)
	case got == w32:
		return 0
	case math.Abs(want) < smallest && math.Abs(got) <= smallest:
		return 0
	case math.IsInf(w32, 0) || math.IsInf(got, 0):
		if math.Abs(want) > 3.4e38 && math.Abs(got) > 3.4e38 {
			return 0
		}
		return math.Inf(1)
	}
	ulp := math.Max(math.Abs(math.Ldexp(1, math.Ilogb(want)-23)), 0x1p-149)
	return math.Abs(got-want) / ulp
}
