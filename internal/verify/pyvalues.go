package verify

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomx-org/gomx/internal/pytext"
	nd "github.com/gomx-org/gomx/ndarray"
)

// pyOps are Python's operators on two arrays, on an array and a number, and on a number and an array.
var pyOps = map[string]struct {
	pair    func(a, b *nd.NDArray) *nd.NDArray
	number  func(a *nd.NDArray, v float64) *nd.NDArray
	reverse func(v float64, a *nd.NDArray) *nd.NDArray
	plain   func(a, b float64) float64
}{
	"+":  {nd.Add, nd.AddScalar, swapped(nd.AddScalar), func(a, b float64) float64 { return a + b }},
	"-":  {nd.Sub, nd.SubScalar, nd.RSubScalar, func(a, b float64) float64 { return a - b }},
	"*":  {nd.Mul, nd.MulScalar, swapped(nd.MulScalar), func(a, b float64) float64 { return a * b }},
	"/":  {nd.Div, nd.DivScalar, nd.RDivScalar, func(a, b float64) float64 { return a / b }},
	"%":  {nd.Mod, nd.ModScalar, nd.RModScalar, nil},
	"**": {nd.Pow, nd.PowScalar, nd.RPowScalar, math.Pow},
	"==": {nd.Equal, nd.EqualScalar, swapped(nd.EqualScalar), nil},
	"!=": {nd.NotEqual, nd.NotEqualScalar, swapped(nd.NotEqualScalar), nil},
	">":  {nd.Greater, nd.GreaterScalar, swapped(nd.LesserScalar), nil},
	">=": {nd.GreaterEqual, nd.GreaterEqualScalar, swapped(nd.LesserEqualScalar), nil},
	"<":  {nd.Lesser, nd.LesserScalar, swapped(nd.GreaterScalar), nil},
	"<=": {nd.LesserEqual, nd.LesserEqualScalar, swapped(nd.GreaterEqualScalar), nil},

	"maximum":     {nd.Maximum, nd.MaximumScalar, swapped(nd.MaximumScalar), nil},
	"minimum":     {nd.Minimum, nd.MinimumScalar, swapped(nd.MinimumScalar), nil},
	"hypot":       {nd.Hypot, nd.HypotScalar, swapped(nd.HypotScalar), nil},
	"logical_and": {nd.LogicalAnd, nd.LogicalAndScalar, swapped(nd.LogicalAndScalar), nil},
	"logical_or":  {nd.LogicalOr, nd.LogicalOrScalar, swapped(nd.LogicalOrScalar), nil},
	"logical_xor": {nd.LogicalXor, nd.LogicalXorScalar, swapped(nd.LogicalXorScalar), nil},
}

// pyFunctions are functions that do what operators do.
var pyFunctions = map[string]string{
	"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "true_divide": "/", "modulo": "%", "power": "**",
	"equal": "==", "not_equal": "!=", "greater": ">", "greater_equal": ">=", "lesser": "<", "lesser_equal": "<=",
	"maximum": "maximum", "minimum": "minimum", "hypot": "hypot",
	"logical_and": "logical_and", "logical_or": "logical_or", "logical_xor": "logical_xor",
}

func swapped(f func(*nd.NDArray, float64) *nd.NDArray) func(float64, *nd.NDArray) *nd.NDArray {
	return func(v float64, a *nd.NDArray) *nd.NDArray { return f(a, v) }
}

func (p *python) arithmetic(op string, a, b any) any {
	f, known := pyOps[op]
	if !known {
		p.unknown("operator %s", op)
	}
	x, isX := a.(*nd.NDArray)
	y, isY := b.(*nd.NDArray)
	switch {
	case isX && isY:
		return f.pair(x, y)
	case isX:
		return f.number(x, p.number(b))
	case isY:
		return f.reverse(p.number(a), y)
	case f.plain == nil:
		p.unknown("operator %s of numbers", op)
	}
	v := f.plain(p.number(a), p.number(b))
	_, wholeA := a.(int)
	_, wholeB := b.(int)
	if wholeA && wholeB && op != "/" && v == math.Trunc(v) {
		return int(v)
	}
	return v
}

func (p *python) negative(v any) any {
	switch v := v.(type) {
	case *nd.NDArray:
		return nd.Neg(v)
	case int:
		return -v
	}
	return -p.number(v)
}

// inPlace changes an array by another, or by a number.
func inPlace(op string, a *nd.NDArray, v any) {
	pairs := map[string]func(*nd.NDArray) *nd.NDArray{"+": a.AddInPlace, "-": a.SubInPlace, "*": a.MulInPlace, "/": a.DivInPlace}
	if b, ok := v.(*nd.NDArray); ok {
		pairs[op](b)
		return
	}
	numbers := map[string]func(float64) *nd.NDArray{"+": a.AddScalarInPlace, "-": a.SubScalarInPlace, "*": a.MulScalarInPlace, "/": a.DivScalarInPlace}
	numbers[op]((&python{}).number(v))
}

func (p *python) number(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	case pyScalar:
		return v.value
	}
	p.unknown("number %v (%T)", v, v)
	return 0
}

func (p *python) whole(v any) int {
	i, ok := v.(int)
	if !ok {
		p.unknown("whole number %v (%T)", v, v)
	}
	return i
}

func (p *python) array(v any) *nd.NDArray {
	a, ok := v.(*nd.NDArray)
	if !ok {
		p.unknown("array %v (%T)", v, v)
	}
	return a
}

// sequence is the items of a tuple or a list.
func sequence(v any) ([]any, bool) {
	switch v := v.(type) {
	case pyTuple:
		return v, true
	case pyList:
		return v, true
	}
	return nil, false
}

// ints are whole numbers: a tuple, a list or a single one.
func (p *python) ints(v any) []int {
	items, ok := sequence(v)
	if !ok {
		return []int{p.whole(v)}
	}
	list := make([]int, len(items))
	for i, x := range items {
		list[i] = p.whole(x)
	}
	return list
}

// pyText is str of a value; arguments of operators have the same form.
func pyText(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return pytext.Bool(v)
	case float64:
		return pytext.Float(v)
	case pyScalar:
		return v.text
	case pyTuple:
		return "(" + pyTexts(v) + map[bool]string{true: ",)", false: ")"}[len(v) == 1]
	case pyList:
		return "[" + pyTexts(v) + "]"
	}
	return fmt.Sprint(v)
}

func pyTexts(list []any) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = pyText(v)
	}
	return strings.Join(texts, ", ")
}
