// Package keyword turns structs into MXNet's keyword arguments and back: the fields of an optimizer, a schedule or an
// initializer have the names, defaults and spellings that MXNet's files and command lines use.
//
// Fields carry a tag, `gomx:"beta1,default=0.9"`. A zero field stands for its default; Zero stands for a true 0 where the
// default is another number. `gomx:"not bias_correction"` is a bool that says the opposite of the argument, which is true by
// default. Types: float64, int, bool, string, []int, map[string]float64.
package keyword

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// Zero is a number so small that float32 rounds it to 0, for fields in which 0 stands for the default.
const Zero = math.SmallestNonzeroFloat64

// Arg is one keyword argument in the text form of JSON.
type Arg struct{ Name, JSON string }

type field struct {
	name, def string
	index     int
	not       bool
}

func fieldsOf(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("gomx")
		if !ok {
			continue
		}
		name, rest, _ := strings.Cut(tag, ",")
		name, not := strings.CutPrefix(name, "not ")
		fs = append(fs, field{name, strings.TrimPrefix(rest, "default="), i, not})
	}
	return fs
}

// Args lists the arguments of the struct p, or what it points to, in the order of its fields, defaults filled in. Maps,
// lists and strings that are empty and have no default are left out.
func Args(p any) []Arg {
	v := reflect.Indirect(reflect.ValueOf(p))
	var args []Arg
	for _, f := range fieldsOf(v.Type()) {
		x := v.Field(f.index)
		if f.def != "" {
			d := reflect.New(x.Type()).Elem()
			if err := parse(d, f.def); err != nil {
				panic("BUG: default of " + f.name + ": " + err.Error())
			}
			if x.IsZero() {
				x = d
			}
			if x.Kind() == reflect.Float64 && x.Float() == d.Float() { // as MXNet writes it, 1.0 where it has a float
				args = append(args, Arg{f.name, f.def})
				continue
			}
		}
		if k := x.Kind(); (k == reflect.Map || k == reflect.Slice || k == reflect.String) && x.Len() == 0 {
			continue
		}
		if f.not {
			x = reflect.ValueOf(!x.Bool())
		}
		args = append(args, Arg{f.name, format(x)})
	}
	return args
}

// format writes a value as Python's json.dumps does, whole numbers without a point.
func format(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case float64:
		if x == Zero {
			x = 0
		}
		return formatFloat(x)
	case []int:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = strconv.Itoa(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]float64:
		names := make([]string, 0, len(x))
		for name := range x {
			names = append(names, name)
		}
		sort.Strings(names)
		for i, name := range names {
			names[i] = quote(name) + ": " + formatFloat(x[name])
		}
		return "{" + strings.Join(names, ", ") + "}"
	case string:
		return quote(x)
	}
	return fmt.Sprint(v.Interface()) // int and bool
}

func formatFloat(x float64) string {
	if a := math.Abs(x); a >= 1e-4 && a < 1e16 || a == 0 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'e', -1, 64)
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("BUG: a string has a JSON form: " + err.Error())
	}
	return string(b)
}

// Set parses text into the field called name of the struct that p points to. A number given as 0 stays 0 even where 0
// stands for another default.
func Set(p any, name, text string) error {
	v := reflect.ValueOf(p).Elem()
	var names []string
	for _, f := range fieldsOf(v.Type()) {
		if f.name != name {
			names = append(names, f.name)
			continue
		}
		x := v.Field(f.index)
		if err := parse(x, strings.TrimSpace(text)); err != nil {
			return fmt.Errorf("%s=%q: %w", name, text, err)
		}
		if f.not {
			x.SetBool(!x.Bool())
		}
		if x.Kind() == reflect.Float64 && x.Float() == 0 && f.def != "" {
			x.SetFloat(Zero)
		}
		if x.Kind() == reflect.Int && x.Int() == 0 && f.def != "" {
			return fmt.Errorf("%s=%q: want a number other than 0", name, text)
		}
		return nil
	}
	return fmt.Errorf("no parameter %q; there are %s", name, strings.Join(names, ", "))
}

func parse(v reflect.Value, text string) error {
	switch p := v.Addr().Interface().(type) {
	case *float64:
		if text == "None" || text == "null" {
			*p = 0
			return nil
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("want a number")
		}
		*p = x
	case *int:
		x, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("want a whole number")
		}
		*p = x
	case *bool:
		switch text {
		case "True", "true", "1":
			*p = true
		case "False", "false", "0":
			*p = false
		default:
			return fmt.Errorf("want True or False")
		}
	case *string:
		*p = text
	case *[]int:
		return parseInts(p, text)
	case *map[string]float64:
		if err := json.Unmarshal([]byte(text), p); err != nil {
			return fmt.Errorf(`want names and numbers, such as {"fc1_weight": 0.1}`)
		}
	default:
		panic(fmt.Sprintf("BUG: a keyword argument cannot be a %v", v.Type()))
	}
	return nil
}

// parseInts reads [3, 5], (3, 5), 3,5 and a bare 3.
func parseInts(p *[]int, text string) error {
	*p = nil
	inner := strings.TrimSpace(strings.Trim(text, "[]() "))
	for _, part := range strings.Split(strings.TrimSuffix(inner, ","), ",") {
		x, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("want a list of whole numbers, such as [3, 5]")
		}
		*p = append(*p, x)
	}
	return nil
}

// Marshal writes name and arguments as MXNet's attribute __init__ holds them: ["xavier", {"magnitude": 3}].
func Marshal(name string, args []Arg) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = quote(a.Name) + ": " + a.JSON
	}
	return "[" + quote(name) + ", {" + strings.Join(parts, ", ") + "}]"
}

// Unmarshal reads what Marshal wrote; a bare name stands for no arguments. Values come as texts for Set: strings without
// their quotes, everything else as JSON has it.
func Unmarshal(text string) (name string, args map[string]string, err error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") {
		if text == "" || strings.ContainsAny(text, "{}[]\" ") {
			return "", nil, fmt.Errorf(`%.60q is neither a name nor ["name", {arguments}]`, text)
		}
		return text, nil, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) < 1 || len(list) > 2 {
		return "", nil, fmt.Errorf(`%.60q: want ["name", {arguments}]`, text)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(list[0], &name); err != nil || name == "" {
		return "", nil, fmt.Errorf("%.60q: the first element is not a name", text)
	}
	if len(list) == 2 {
		if err := json.Unmarshal(list[1], &raw); err != nil {
			return "", nil, fmt.Errorf("%.60q: the second element holds no arguments", text)
		}
	}
	args = make(map[string]string, len(raw))
	for key, r := range raw {
		args[key] = Text(string(r))
	}
	return name, args, nil
}

// Text is a JSON value as a keyword argument's text: a string loses its quotes.
func Text(jsonValue string) string {
	var s string
	if strings.HasPrefix(jsonValue, `"`) && json.Unmarshal([]byte(jsonValue), &s) == nil {
		return s
	}
	return jsonValue
}

// Get gives a number, or def where x is 0.
func Get(x, def float64) float64 {
	if x == 0 {
		return def
	}
	return x
}
