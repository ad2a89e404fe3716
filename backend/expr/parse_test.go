package expr

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eval computes an expression on numbers, node by node.
func eval(e *Expr, in ...float64) []float64 {
	vals := make([]float64, len(e.Nodes))
	for i, n := range e.Nodes {
		switch n.Op {
		case Input:
			vals[i] = in[n.Index]
		case Const:
			vals[i] = n.Value
		default:
			vals[i] = Eval64(n.Op, vals[n.Args[0]], vals[n.Args[1]], vals[n.Args[2]])
		}
	}
	out := make([]float64, len(e.Outs))
	for i, o := range e.Outs {
		out[i] = vals[o]
	}
	return out
}

func TestParse(t *testing.T) {
	for text, want := range map[string][]float64{
		"x y -> x + y*2":                          {8},
		"x y -> (x + y)*2":                        {10},
		"x y -> x - y - 1":                        {-2},
		"x y -> -x*y":                             {-6},
		"x y -> x - -y":                           {5},
		"x y -> 12/y/x":                           {2},
		"x y -> x < y ? 10 : 20":                  {10},
		"x y -> x > y ? 1 : x == 2 ? 5 : 6":       {5},
		"x y -> x<3 && y>3 || x == 2":             {1},
		"x y -> x<3 && (y>3 || x == 1)":           {0},
		"x y -> x + 1 <= y":                       {1},
		"x y -> x != 2":                           {0},
		"x y -> max(x, y), min(x, y)":             {3, 2},
		"x y -> t = x*y; u = t + 1; u*t, t":       {42, 6},
		"x y -> pow(x, y)":                        {8},
		"x y -> select(x < 1, x, y)":              {3},
		"x y -> 1e-2*x + .5 + 1E+1":               {10.52},
		"x y -> inf":                              {math.Inf(1)},
		"x y ->\n\tx\n\t+ y":                      {5},
		"x y -> xor(x, 0), hypot(3, 4), mod(7,4)": {1, 5, 3},
		"-> 3":             {3},
		"a1 _b -> a1 - _b": {-1},
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		assert.InDeltaSlice(t, want, eval(e, 2, 3), 1e-12, text)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"x":                    "no ->",
		"x -> ":                "want a number, a name or (",
		"x -> y":               `"y" is not an input and not defined`,
		"x x -> x":             `two inputs are called "x"`,
		"1x -> 1":              `"1x" is not a name`,
		"é -> 1":               `"é" is not a name`,
		"x -> (x":              "want )",
		"x -> x)":              `did not expect ")"`,
		"x -> foo(x)":          `no function "foo"`,
		"x -> exp(x, x)":       "exp takes 1 values",
		"x -> exp(x":           "exp takes 1 values",
		"x -> max(x)":          "max takes 2 values",
		"x -> t = x; t = x; t": `"t" is defined twice`,
		"x -> x = 1; x":        `"x" is defined twice`,
		"x -> t = x t":         `want ; after the definition of "t"`,
		"x -> x ? 1":           "want : after ?",
		"x -> 1.2.3":           "is not a number",
		"x -> 1e":              "is not a number",
		"x -> x,":              "want a number",
		"x -> input(x)":        `no function "input"`,
		"x -> x +":             "want a number",
		"inf -> 1":             `two inputs are called "inf"`,
		"x -> " + strings.Repeat("(", 5000) + "x" + strings.Repeat(")", 5000): "nested too deeply",
		"x -> " + strings.Repeat("-", 5000) + "x":                             "nested too deeply",
	} {
		_, err := Parse(text)
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want, text[:min(len(text), 40)])
	}
}

func TestMustParsePanics(t *testing.T) {
	assert.PanicsWithValue(t, `BUG: expr: "x -> y" at 6: "y" is not an input and not defined`, func() { MustParse("x -> y") })
}

// What is printed parses to the same expression.
func TestPrintRoundTrip(t *testing.T) {
	for _, text := range []string{
		"x -> max(x, 0)", "w g m lr mom -> v = mom*m - lr*g; w + v, v", "x -> x*inf - nan + -inf", "x -> -0.5*x + -0 + 1e-300",
		"c a b -> c ? a : b", "x -> t = exp(x); t/(t+1), t*t, t", "-> 1, 2, 1", "x -> sign(x) - -1", "x -> 0 - x",
		"a b c d e f g h i j k l m n o p q r s t u v -> a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u*v",
	} {
		roundTrip(t, MustParse(text))
	}
	for _, op := range Ops() {
		if op.Arity() > 0 {
			b := NewBuilder(3)
			e := b.Build(b.Apply(op, []int32{b.Input(0), b.Input(1), b.Input(2)}[:op.Arity()]...))
			roundTrip(t, e)
			assert.Contains(t, e.String(), strings.TrimSpace(opTable[op].infix+op.String()[:len(op.String())*bit(opTable[op].infix == "")]))
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func roundTrip(t *testing.T, e *Expr) {
	t.Helper()
	text := e.String()
	again, err := Parse(text)
	require.NoError(t, err, text)
	require.Equal(t, text, again.String())
	require.Equal(t, e.NumInputs, again.NumInputs)
	in := []float64{0.3, 1.7, -2.5, 4}
	for len(in) < e.NumInputs {
		in = append(in, float64(len(in)))
	}
	want, got := eval(e, in...), eval(again, in...)
	for i := range want {
		if !math.IsNaN(want[i]) || !math.IsNaN(got[i]) {
			require.Equal(t, math.Float64bits(want[i]), math.Float64bits(got[i]), text)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"x -> x", "x y -> t = x*y; t + 1, t", "x -> x < 1 ? -x : exp(x)", "-> nan, inf, -inf, 1e5", "x -> max(x, min(1, 2)) && 1",
		"a b -> a==b", "x -> ((((x))))", "x -> x,", "->", "x->1e+", "x -> t0 = x; t0", trigamma} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil || strings.Count(text, "\n")+len(text) > 2000 {
			return
		}
		roundTrip(t, e)
	})
}
