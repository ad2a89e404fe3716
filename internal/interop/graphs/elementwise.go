package graphs

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
)

// elementwise are operators that treat each number by itself, alone or with those at the same place of others.
var elementwise = []maker{unary, unary, binary, broadcast, withScalar, addN, clips, where, casts}

// unary draws a function of one array, fed with numbers for which it is not steep.
func unary(d *drawing) {
	f := functions[d.IntN(len(functions))]
	x := d.tame(d.array(any1, 1), 1.5)
	if f.positive {
		x = d.apply("_plus_scalar", "scalar=0.3", d.apply("abs", "", x))
	}
	if f.bounded {
		x = d.apply("_mul_scalar", "scalar=0.6", x)
	}
	y := d.apply(f.name, "", x)
	y.largest = 5
	d.keep(y)
}

// function is one of them: of positive numbers, or of numbers between -0.9 and 0.9.
type function struct {
	name              string
	positive, bounded bool
}

var functions = []function{
	{"sqrt", true, false}, {"rsqrt", true, false}, {"cbrt", true, false}, {"rcbrt", true, false}, {"log", true, false},
	{"log2", true, false}, {"log10", true, false}, {"log1p", true, false}, {"reciprocal", true, false}, {"gammaln", true, false},
	{"gamma", true, false}, {"arcsin", false, true}, {"arccos", false, true}, {"arctanh", false, true}, {"erfinv", false, true},
	{"square", false, false}, {"exp", false, false}, {"expm1", false, false}, {"sin", false, false}, {"cos", false, false}, {"tan", false, true},
	{"arctan", false, false}, {"sinh", false, false}, {"cosh", false, false}, {"tanh", false, false}, {"arcsinh", false, false},
	{"erf", false, false}, {"relu", false, false}, {"sigmoid", false, false}, {"softsign", false, false}, {"negative", false, false},
	{"abs", false, false}, {"sign", false, false}, {"degrees", false, false}, {"radians", false, false}, {"identity", false, false},
	{"BlockGrad", false, false}, {"zeros_like", false, false}, {"ones_like", false, false}, {"hard_sigmoid", false, false},
}

func binary(d *drawing) {
	x := d.array(any1, 1)
	y := d.take(func(s backend.Shape) bool { return s.Equal(x.shape) }, x.shape...)
	op := d.one("elemwise_add", "elemwise_sub", "elemwise_mul", "elemwise_div", "_maximum", "_minimum", "_hypot", "_greater", "_equal")
	if op == "elemwise_div" {
		y = d.apply("_plus_scalar", "scalar=0.5", d.apply("abs", "", y))
	}
	z := d.apply(op, "", x, y)
	z.largest = product(op, x, y)
	d.keep(z)
}

// product is about the largest number of x op y.
func product(op string, x, y value) float64 {
	switch op {
	case "elemwise_mul", "broadcast_mul", "dot", "batch_dot":
		return x.largest * y.largest
	}
	return 2 * max(x.largest, y.largest)
}

func broadcast(d *drawing) {
	x := d.array(any1, 1)
	other := d.partner(x.shape)
	y := d.take(func(s backend.Shape) bool { return s.Equal(other) }, other...)
	op := d.one("broadcast_add", "broadcast_sub", "broadcast_mul", "broadcast_div", "broadcast_maximum", "broadcast_minimum", "broadcast_hypot", "broadcast_power", "broadcast_lesser")
	switch op {
	case "broadcast_div":
		y = d.apply("_plus_scalar", "scalar=0.5", d.apply("abs", "", y))
	case "broadcast_power":
		x, y = d.apply("_plus_scalar", "scalar=0.5", d.apply("abs", "", d.tame(x, 1.5))), d.tame(y, 1.5)
	}
	z := d.apply(op, "", x, y)
	z.largest = product(op, x, y)
	d.keep(z)
}

// partner is a shape that broadcasts with s: some of its axes are 1, or 1 in s and more in it.
func (d *drawing) partner(s backend.Shape) []int {
	other := make([]int, len(s))
	for i, n := range s {
		switch {
		case n == 1:
			other[i] = d.int(1, 3)
		case d.IntN(2) == 0:
			other[i] = 1
		default:
			other[i] = n
		}
	}
	return other
}

func withScalar(d *drawing) {
	op := d.one("_plus_scalar", "_minus_scalar", "_rminus_scalar", "_mul_scalar", "_div_scalar", "_rdiv_scalar", "_maximum_scalar", "_minimum_scalar", "_power_scalar", "_rpower_scalar", "_hypot_scalar", "_greater_scalar", "smooth_l1")
	x := d.array(any1, 1)
	if op == "_rdiv_scalar" || op == "_power_scalar" {
		x = d.apply("_plus_scalar", "scalar=0.5", d.apply("abs", "", x))
	}
	if op == "_power_scalar" || op == "_rpower_scalar" {
		x = d.tame(x, 2)
	}
	y := d.apply(op, "scalar="+d.one("0.7", "1.3", "2"), x)
	y.largest *= 2
	d.keep(y)
}

func addN(d *drawing) {
	x := d.array(any1, 1)
	in := []value{x}
	for range d.int(0, 3) {
		in = append(in, d.take(func(s backend.Shape) bool { return s.Equal(x.shape) }, x.shape...))
	}
	y := d.apply("add_n", "", in...)
	y.largest *= float64(len(in))
	d.keep(y)
}

func clips(d *drawing) {
	d.keep(d.apply("clip", fmt.Sprintf("a_min=%s; a_max=%s", d.one("-0.5", "-0.1"), d.one("0.4", "0.9")), d.array(any1, 1)))
}

func where(d *drawing) {
	x := d.array(any1, 1)
	y := d.take(func(s backend.Shape) bool { return s.Equal(x.shape) }, x.shape...)
	shape := []int(x.shape)
	if len(shape) > 1 && d.IntN(2) == 0 {
		shape = shape[:1]
	}
	d.keep(d.apply("where", "", d.indices(d.wholes(0, 2), shape...), x, y))
}

// casts computes in float64 for a while, which would not go together with a graph that is all float64.
func casts(d *drawing) {
	if !d.alone() {
		return
	}
	x := d.apply("Cast", "dtype=float64", d.tame(d.array(any1, 1), 2))
	f := d.one("square", "tanh", "exp", "sin")
	y := d.apply("Cast", "dtype=float32", d.apply(f, "", x))
	y.largest = math.Exp(x.largest)
	d.keep(y)
}
