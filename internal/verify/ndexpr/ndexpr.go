// Package ndexpr says in Go what recorded Python expressions on MXNet's arrays say, so that their recorded results can be
// compared: "a+1", "c.sum(axis=1)", "nd.dot(a,a.T)".
package ndexpr

import (
	"fmt"
	"math"

	nd "github.com/gomx-org/gomx/ndarray"
)

// Arrays are the variables of an expression by name.
type Arrays map[string]*nd.NDArray

// eval computes an expression: a *ndarray.NDArray, or what Python prints of something else as a string.
type eval func(v Arrays) any

// Eval computes the expression. known is false for expressions that have no counterpart yet. An expression that fails, as
// some recorded ones do, gives its error.
func Eval(expr string, v Arrays) (result any, known bool, err error) {
	fn, known := table[expr]
	if !known {
		return nil, false, nil
	}
	err = nd.Try(func() { result = fn(v) })
	return result, true, err
}

// Check compares a result with what was recorded: the text that Python printed, and the array unless it is nil. Numbers may
// differ by 1e-5 times the largest recorded one. The text must be equal to the letter, but where numbers differ in their
// last digits, since libraries round differently, it is the recorded array that has to print as recorded.
func Check(result any, text string, array *nd.NDArray) error {
	same := true
	if array != nil {
		got, ok := result.(*nd.NDArray)
		if !ok {
			return fmt.Errorf("is %T %v, want an array", result, result)
		}
		var err error
		if same, err = compare(got, array); err != nil {
			return err
		}
	}
	got := fmt.Sprint(result)
	if !same && got != text {
		got = array.String()
	}
	if got != text {
		return fmt.Errorf("prints %q, want %q", got, text)
	}
	return nil
}

// compare reports whether the numbers are the same bits; an error when they are too far apart.
func compare(got, want *nd.NDArray) (same bool, err error) {
	if !got.Shape().Equal(want.Shape()) || got.DType() != want.DType() {
		return false, fmt.Errorf("is %v %v, want %v %v", got.DType(), got.Shape(), want.DType(), want.Shape())
	}
	g, w := got.Float64(), want.Float64()
	largest := 1.0
	for _, x := range w {
		if a := math.Abs(x); !math.IsInf(a, 0) {
			largest = max(largest, a)
		}
	}
	same = true
	for i := range w {
		switch {
		case g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i]):
		case math.Abs(g[i]-w[i]) <= 1e-5*largest:
			same = false
		default:
			return false, fmt.Errorf("element %d is %v, want %v", i, g[i], w[i])
		}
	}
	return same, nil
}

var table = map[string]eval{}

// add puts rows into the table.
func add(rows map[string]eval) {
	for expr, fn := range rows {
		if _, taken := table[expr]; taken {
			panic("BUG: two rows for " + expr)
		}
		table[expr] = fn
	}
}

// vec is nd.array([...]).
func vec(data ...float64) *nd.NDArray { return nd.Array(data, nil) }
