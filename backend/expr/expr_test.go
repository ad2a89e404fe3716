package expr

import (
	"math"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSimplify(t *testing.T) {
	for text, want := range map[string]string{
		"x -> x + 0": "a -> a", "x -> 0 + x": "a -> a", "x -> x - 0": "a -> a", "x -> 0 - x": "a -> neg(a)", "x -> x*1": "a -> a", "x -> 1*x": "a -> a",
		"x -> x/1": "a -> a", "x -> - -x": "a -> a", "x -> pow(x, 1)": "a -> a", "x -> pow(x, 2)": "a -> (a * a)", "x -> x*0": "a -> (a * 0)",
		"x -> 2*3 + x": "a -> (6 + a)", "x -> 1 ? x : 2": "a -> a", "x -> 0 ? 2 : x": "a -> a", "x -> x ? 3 : 3": "a -> 3",
		"x -> exp(x) + exp(x)": "a -> t0 = exp(a); (t0 + t0)", "x -> t = exp(x); x": "a -> a",
	} {
		assert.Equal(t, want, MustParse(text).String(), text)
	}
	assert.True(t, MustParse("x -> x*1").IsIdentity())
	assert.False(t, MustParse("x y -> x").IsIdentity())
	assert.False(t, MustParse("x -> x, x").IsIdentity())
}

func TestBindRenameUses(t *testing.T) {
	e := MustParse("a b c -> a*b + c")
	two := 2.0
	assert.Equal(t, "a b -> ((a * 2) + b)", e.Bind([]*float64{nil, &two, nil}).String())
	assert.Equal(t, "a b -> ((b * a) + b)", e.Rename(2, []int{1, 0, 1}).String())
	assert.Equal(t, []bool{true, false, true}, MustParse("a b c -> a + c").Uses())
	assert.NotEqual(t, e.Key(), MustParse("a b c -> a*b - c").Key())
	assert.Equal(t, e.Key(), MustParse("x y z -> x*y + z").Key())
}

// ranges are where the derivative of each operation is compared; all operands, unless said otherwise, from (0.1, 0.9).
var ranges = map[Op][2]float64{
	Abs: {-2, 2}, Neg: {-2, 2}, Sin: {-3, 3}, Cos: {-3, 3}, Tan: {-1, 1}, Asin: {-0.9, 0.9}, Acos: {-0.9, 0.9}, Atan: {-3, 3}, Sinh: {-2, 2}, Cosh: {-2, 2},
	Tanh: {-2, 2}, Asinh: {-3, 3}, Acosh: {1.1, 3}, Atanh: {-0.9, 0.9}, Sigmoid: {-3, 3}, Softplus: {-3, 3}, Erf: {-2, 2}, Erfinv: {-0.9, 0.9},
	Exp: {-2, 2}, Expm1: {-2, 2}, Log1p: {-0.5, 3}, Gamma: {0.3, 4}, Lgamma: {0.3, 9}, Digamma: {-2.7, 9}, Cbrt: {0.2, 3}, Sqrt: {0.2, 3}, Rsqrt: {0.2, 3},
	Mod: {0.5, 4}, Add: {-2, 2}, Sub: {-2, 2}, Mul: {-2, 2}, Max: {-2, 2}, Min: {-2, 2}, Hypot: {-2, 2}, Select: {-2, 2}, Pow: {0.3, 2},
}

// Every derivative agrees with the numeric one, and where a rule says zero the function is flat.
func TestGradients(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, op := range Ops() {
		n := op.Arity()
		if n == 0 {
			continue
		}
		b := NewBuilder(n)
		var in []int32
		var wrt []int
		for i := range n {
			in, wrt = append(in, b.Input(i)), append(wrt, i)
		}
		e := b.Build(b.Apply(op, in...))
		g := e.Grad(wrt...)
		lim, ok := ranges[op]
		if !ok {
			lim = [2]float64{0.1, 0.9}
		}
		for range 50 {
			x := make([]float64, n)
			for i := range x {
				x[i] = lim[0] + (lim[1]-lim[0])*r.Float64()
			}
			if kink(op, x) {
				continue
			}
			got := eval(g, append(append([]float64{}, x...), 1.5)...)
			for i := range n {
				want := 1.5 * slope(func(v float64) float64 {
					y := append([]float64{}, x...)
					y[i] = v
					return eval(e, y...)[0]
				}, x[i])
				assert.InDelta(t, want, got[i], 1e-5*(1+math.Abs(want)), "%v by operand %d at %v", op, i, x)
			}
		}
	}
}

// slope is the numeric derivative by a central difference of fourth order.
func slope(f func(float64) float64, x float64) float64 {
	const h = 1e-4
	return (8*(f(x+h)-f(x-h)) - (f(x+2*h) - f(x-2*h))) / (12 * h)
}

// kink reports whether an operation has a corner or a pole too near to x for a numeric derivative.
func kink(op Op, x []float64) bool {
	near := func(v float64) bool { return math.Abs(v) < 1e-2 }
	switch op {
	case Abs, Sign:
		return near(x[0])
	case Digamma:
		return x[0] < 0.05 && near((x[0]-math.Round(x[0]))/10)
	case Max, Min, Lt, Le, Gt, Ge, Eq, Ne:
		return near(x[0] - x[1])
	case Select:
		return near(x[0])
	case Floor, Ceil, Round, Rint, Trunc:
		return near(x[0]-math.Round(x[0])) || near(x[0]-math.Floor(x[0])-0.5)
	case Mod:
		q := x[0] / x[1]
		return near(q - math.Round(q))
	case And, Or, Xor:
		return near(x[0]) || near(x[1])
	case Not:
		return near(x[0])
	}
	return false
}

// The chain rule: several outputs, shared nodes, inputs that the result does not depend on.
func TestGradientOfExpressions(t *testing.T) {
	e := MustParse("x y z w -> t = exp(x*y); t*z + sin(t), t/z - x")
	g := e.Grad(0, 1, 2, 3)
	x, dy := []float64{0.3, -0.7, 1.3, 5}, []float64{1.2, -0.4}
	got := eval(g, append(append([]float64{}, x...), dy...)...)
	for i := range x {
		want := slope(func(v float64) float64 {
			at := append([]float64{}, x...)
			at[i] = v
			out := eval(e, at...)
			return dy[0]*out[0] + dy[1]*out[1]
		}, x[i])
		assert.InDelta(t, want, got[i], 1e-7, "input %d", i)
	}
	assert.Equal(t, "a b c d e f -> 0", e.Grad(3).String())
}

// An infinite gradient on the branch not taken stays there.
func TestGradientSelects(t *testing.T) {
	g := MustParse("x -> x > 0 ? 3*x : 0").Grad(0)
	assert.Equal(t, []float64{0}, eval(g, -1, math.Inf(1)))
	g = MustParse("x -> max(x, 0)").Grad(0)
	assert.Equal(t, []float64{0}, eval(g, -1, math.Inf(1)))
	assert.Equal(t, []float64{7}, eval(g, 1, 7))
}

func TestEval64(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		op      Op
		x, y, z float64
		want    float64
	}{
		{Rint, 2.5, 0, 0, 2}, {Rint, -2.5, 0, 0, -3}, {Rint, 3.5, 0, 0, 3}, {Rint, 2.6, 0, 0, 3}, {Round, 2.5, 0, 0, 3}, {Round, -2.5, 0, 0, -3},
		{Mod, 5, 3, 0, 2}, {Mod, -5, 3, 0, 1}, {Mod, 5, -3, 0, -1}, {Mod, 5, 0, 0, 0}, {Sign, -3, 0, 0, -1}, {Sign, 0, 0, 0, 0}, {Sign, nan, 0, 0, nan},
		{Max, nan, 1, 0, nan}, {Max, 1, nan, 0, nan}, {Min, nan, 1, 0, nan}, {Min, 1, 2, 0, 1}, {Log, -1, 0, 0, nan}, {Sqrt, -1, 0, 0, nan}, {Softplus, 1000, 0, 0, 1000},
		{Softplus, -1000, 0, 0, 0}, {Sigmoid, -1000, 0, 0, 0}, {Sigmoid, 0, 0, 0, 0.5}, {Digamma, 1, 0, 0, -0.5772156649015329}, {Digamma, -0.5, 0, 0, 0.03648997397857652},
		{Digamma, 0, 0, 0, nan}, {Digamma, 10, 0, 0, 2.251752589066721}, {Lgamma, -0.5, 0, 0, 1.2655121234846454}, {Lgamma, -inf, 0, 0, inf}, {Rsqrt, 4, 0, 0, 0.5}, {Rsqrt, 0, 0, 0, inf},
		{Select, nan, 1, 2, 1}, {Select, 0, 1, 2, 2}, {Not, 0, 0, 0, 1}, {Not, 3, 0, 0, 0}, {Xor, 1, 2, 0, 0}, {And, 1, 2, 0, 1}, {Or, 0, 0, 0, 0}, {Eq, nan, nan, 0, 0},
		{Ne, nan, nan, 0, 1}, {Div, 1, 0, 0, inf}, {Input, 1, 1, 1, nan}, {Trunc, -1.7, 0, 0, -1}, {Cbrt, -8, 0, 0, -2},
	} {
		got := Eval64(c.op, c.x, c.y, c.z)
		if math.IsNaN(c.want) {
			assert.True(t, math.IsNaN(got), "%v(%v, %v) is %v", c.op, c.x, c.y, got)
		} else if math.IsInf(c.want, 0) {
			assert.Equal(t, c.want, got, "%v(%v, %v)", c.op, c.x, c.y)
		} else {
			assert.InDelta(t, c.want, got, 1e-12, "%v(%v, %v)", c.op, c.x, c.y)
		}
	}
	require.Len(t, Ops(), int(numOps))
	for _, op := range Ops() {
		assert.NotEmpty(t, op.String())
	}
}
