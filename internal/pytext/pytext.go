// Package pytext writes values as Python's str does, which is what MXNet's files hold: True, 2e-05, (3, 3), (3,).
package pytext

import (
	"math"
	"strconv"
	"strings"
)

// None in a list of whole numbers is written as None: a bound left out.
const None = math.MinInt

// Bool is True or False.
func Bool(v bool) string {
	if v {
		return "True"
	}
	return "False"
}

// Int is the number in digits.
func Int(v int) string {
	if v == None {
		return "None"
	}
	return strconv.Itoa(v)
}

// Float is Python's repr: the shortest digits that read back, with a point or an exponent.
func Float(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case math.IsNaN(v):
		return "nan"
	}
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// Ints is a tuple of whole numbers.
func Ints(v []int) string { return tuple(v, Int) }

// Floats is a tuple of numbers.
func Floats(v []float64) string { return tuple(v, Float) }

func tuple[T any](v []T, text func(T) string) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = text(x)
	}
	if len(v) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
