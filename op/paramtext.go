package op

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// FormatParam writes a parameter as Python's str does, which is what MXNet's files hold: (3, 3), (3,), True, 2e-05, None.
func FormatParam(v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(x)
	case float64:
		return formatFloat(x)
	case string:
		return x
	case []int:
		return tuple(len(x), func(i int) string { return strconv.Itoa(x[i]) })
	case backend.Shape:
		return FormatParam([]int(x))
	case []float64:
		return tuple(len(x), func(i int) string { return formatFloat(x[i]) })
	case *int:
		if x == nil {
			return "None"
		}
		return strconv.Itoa(*x)
	case *float64:
		if x == nil {
			return "None"
		}
		return formatFloat(*x)
	}
	return fmt.Sprint(v) // DType and named strings
}

func tuple(n int, at func(int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = at(i)
	}
	if n == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// formatFloat is Python's repr of a float: the shortest digits that read back, with a point or an exponent.
func formatFloat(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	case math.IsNaN(x):
		return "nan"
	}
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

var (
	intsType   = reflect.TypeFor[[]int]()
	floatsType = reflect.TypeFor[[]float64]()
	optInt     = reflect.TypeFor[*int]()
	optFloat   = reflect.TypeFor[*float64]()
	dtypeType  = reflect.TypeFor[backend.DType]()
)

// parseParam reads text as a value of type t, in all the spellings that MXNet's files hold.
func parseParam(t reflect.Type, text string) (reflect.Value, error) {
	text = strings.TrimSpace(text)
	switch t {
	case intsType:
		v, err := parseTuple(text, parseInt)
		return reflect.ValueOf(v), err
	case floatsType:
		v, err := parseTuple(text, parseFloat)
		return reflect.ValueOf(v), err
	case optInt:
		return parseOptional(text, parseInt)
	case optFloat:
		return parseOptional(text, parseFloat)
	case dtypeType:
		v, err := backend.ParseDType(text)
		return reflect.ValueOf(v), err
	}
	switch t.Kind() {
	case reflect.Int:
		v, err := parseInt(text)
		return reflect.ValueOf(v), err
	case reflect.Float64:
		v, err := parseFloat(text)
		return reflect.ValueOf(v), err
	case reflect.Bool:
		v, err := parseBool(text)
		return reflect.ValueOf(v), err
	case reflect.String:
		return reflect.ValueOf(text).Convert(t), nil
	}
	return reflect.Value{}, fmt.Errorf("a parameter cannot be of type %v", t)
}

func parseInt(text string) (int, error) {
	v, err := strconv.ParseInt(strings.TrimSuffix(text, "L"), 10, 64)
	if err != nil || v != int64(int(v)) {
		return 0, fmt.Errorf("want a whole number")
	}
	return int(v), nil
}

func parseFloat(text string) (float64, error) {
	switch text { // Python's and C's spellings
	case "True", "true":
		return 1, nil
	case "False", "false":
		return 0, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("want a number")
	}
	return v, nil
}

func parseBool(text string) (bool, error) {
	switch text {
	case "True", "true", "1":
		return true, nil
	case "False", "false", "0":
		return false, nil
	}
	return false, fmt.Errorf("want True or False")
}

func parseOptional[T any](text string, parse func(string) (T, error)) (reflect.Value, error) {
	if text == "None" || text == "" {
		return reflect.ValueOf((*T)(nil)), nil
	}
	v, err := parse(text)
	return reflect.ValueOf(&v), err
}

// parseTuple reads (3, 3), [3,3], (3L,3L), (3,), (), and a bare number as one element.
func parseTuple[T any](text string, parse func(string) (T, error)) ([]T, error) {
	if text == "None" {
		return nil, nil
	}
	inner := text
	if n := len(text); n >= 2 && (text[0] == '(' && text[n-1] == ')' || text[0] == '[' && text[n-1] == ']') {
		inner = text[1 : n-1]
	}
	inner = strings.TrimSuffix(strings.TrimSpace(inner), ",")
	out := []T{}
	if inner == "" {
		return out, nil
	}
	for _, part := range strings.Split(inner, ",") {
		v, err := parse(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("want a tuple such as (3, 3)")
		}
		out = append(out, v)
	}
	return out, nil
}

// ParseTuple reads a tuple of whole numbers in any of MXNet's spellings.
func ParseTuple(text string) ([]int, error) { return parseTuple(strings.TrimSpace(text), parseInt) }
