package op

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/pytext"
)

// None in a tuple of whole numbers stands for a bound left out.
const None = pytext.None

// FormatParam writes a parameter as Python's str does, which is what MXNet's files hold: (3, 3), (3,), True, 2e-05, None.
func FormatParam(v any) string {
	switch x := v.(type) {
	case bool:
		return pytext.Bool(x)
	case int:
		return pytext.Int(x)
	case float64:
		return pytext.Float(x)
	case []int:
		return pytext.Ints(x)
	case backend.Shape:
		return pytext.Ints(x)
	case []float64:
		return pytext.Floats(x)
	case *int:
		if x == nil {
			return "None"
		}
		return pytext.Int(*x)
	case *float64:
		if x == nil {
			return "None"
		}
		return pytext.Float(*x)
	case *backend.DType:
		if x == nil {
			return "None"
		}
		return x.String()
	}
	return fmt.Sprint(v) // DType and strings
}

var (
	intsType   = reflect.TypeFor[[]int]()
	floatsType = reflect.TypeFor[[]float64]()
	optInt     = reflect.TypeFor[*int]()
	optFloat   = reflect.TypeFor[*float64]()
	dtypeType  = reflect.TypeFor[backend.DType]()
	optDType   = reflect.TypeFor[*backend.DType]()
)

// parseParam reads text as a value of type t, in all the spellings that MXNet's files hold.
func parseParam(t reflect.Type, text string) (reflect.Value, error) {
	text = strings.TrimSpace(text)
	switch t {
	case intsType:
		v, err := parseTuple(text, parseBound)
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
	case optDType:
		return parseOptional(text, backend.ParseDType)
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

// parseBound reads a whole number or None.
func parseBound(text string) (int, error) {
	if text == "None" {
		return None, nil
	}
	return parseInt(text)
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
	switch strings.ToLower(text) {
	case "true", "1":
		return true, nil
	case "false", "0":
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
