package op

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Params describes the parameter struct of an operator. Fields carry two tags:
//
//	NumFilter int   `gomx:"num_filter,pos,min=1" doc:"number of output channels"`
//	Kernel    []int `gomx:"kernel,req" doc:"size of the window"`
//	PoolType  string `gomx:"pool_type,default=max,enum=max|avg|sum|lp,prefix=Pool" doc:"…"`
//
// The first word is MXNet's name. pos: required, and a positional argument of the generated constructors. req: required.
// A required parameter that has a default may be missing from files, but is always written. default: the text of the default when it is not Go's zero value. min, max: bounds of a number. enum: the values of a
// string, and prefix: what the names of the generated constants begin with. runtime: a scalar that eager calls hand over
// at run time instead of compiling it in. none: a bool that may be written None, which stands for the default. A
// map[string]string tagged "*" takes every parameter that has no field; fields that the operator fills in itself are not
// exported and have no tag. Types: int, float64, bool, string, []int, []float64, DType, and *int, *float64, *DType, whose
// nil is None.
type Params struct {
	typ    reflect.Type
	rest   []int // the index of the field tagged *, nil without one
	Fields []Field
}

// Field is one parameter.
type Field struct {
	Name     string // MXNet's
	GoName   string // the struct field
	Doc      string
	Type     reflect.Type
	Pos      bool // positional in constructors
	Required bool
	Default  string
	Enum     []string
	Prefix   string
	Min, Max *float64
	Runtime  bool
	None     bool  // the text None stands for the default
	index    []int // as reflect counts, through embedded structs
}

func paramsOf[P any]() (*Params, error) {
	t := reflect.TypeFor[P]()
	ps := &Params{typ: t}
	for _, sf := range reflect.VisibleFields(t) { // those of embedded structs too
		if !sf.IsExported() || sf.Anonymous {
			continue
		}
		tag, ok := sf.Tag.Lookup("gomx")
		if !ok {
			return nil, fmt.Errorf("field %s has no gomx tag", sf.Name)
		}
		if tag == "*" {
			ps.rest = sf.Index
			continue
		}
		f := Field{GoName: sf.Name, Doc: sf.Tag.Get("doc"), Type: sf.Type, index: sf.Index}
		if err := f.parseTag(tag); err != nil {
			return nil, err
		}
		ps.Fields = append(ps.Fields, f)
	}
	p := ps.New()
	for i := range ps.Fields {
		if f := &ps.Fields[i]; f.Default != "" {
			if err := ps.Set(p, f.Name, f.Default); err != nil {
				return nil, err
			}
		}
	}
	return ps, nil
}

func (f *Field) parseTag(tag string) error {
	words := splitTag(tag)
	f.Name = words[0]
	for _, w := range words[1:] {
		key, val, _ := strings.Cut(w, "=")
		switch key {
		case "pos":
			f.Pos, f.Required = true, true
		case "req":
			f.Required = true
		case "runtime":
			f.Runtime = true
		case "none":
			f.None = true
		case "default":
			f.Default = val
		case "enum":
			f.Enum = strings.Split(val, "|")
		case "prefix":
			f.Prefix = val
		case "min", "max":
			v, err := strconv.ParseFloat(val, 64)
			if err != nil {
				return err
			}
			if key == "min" {
				f.Min = &v
			} else {
				f.Max = &v
			}
		default:
			return fmt.Errorf("parameter %s: unknown tag %q", f.Name, w)
		}
	}
	return nil
}

// splitTag splits at commas outside parentheses, since defaults such as (1, 1) hold commas.
func splitTag(tag string) []string {
	var words []string
	depth, start := 0, 0
	for i, r := range tag {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				words = append(words, tag[start:i])
				start = i + 1
			}
		}
	}
	return append(words, tag[start:])
}

// New is a parameter struct with MXNet's defaults, as a pointer.
func (ps *Params) New() any {
	p := reflect.New(ps.typ)
	for i := range ps.Fields {
		f := &ps.Fields[i]
		if f.Default == "" {
			continue
		}
		if v, err := parseParam(f.Type, f.Default); err == nil {
			p.Elem().FieldByIndex(f.index).Set(v)
		}
	}
	return p.Interface()
}

// Field finds a parameter by MXNet's name, nil when there is none.
func (ps *Params) Field(name string) *Field {
	for i := range ps.Fields {
		if ps.Fields[i].Name == name {
			return &ps.Fields[i]
		}
	}
	return nil
}

// Set parses text into one parameter of p.
func (ps *Params) Set(p any, name, text string) error {
	f := ps.Field(name)
	if f == nil && ps.rest != nil {
		rest := reflect.ValueOf(p).Elem().FieldByIndex(ps.rest)
		if rest.IsNil() {
			rest.Set(reflect.MakeMap(rest.Type()))
		}
		rest.SetMapIndex(reflect.ValueOf(name), reflect.ValueOf(text))
		return nil
	}
	if f == nil {
		return fmt.Errorf("no parameter %q; there are %s", name, ps.names())
	}
	if f.Enum != nil {
		if !slices.Contains(f.Enum, text) {
			return fmt.Errorf("%s=%q: want one of %s", name, text, strings.Join(f.Enum, ", "))
		}
	}
	if f.None && strings.TrimSpace(text) == "None" {
		text = cmp.Or(f.Default, "False")
	}
	v, err := parseParam(f.Type, text)
	if err != nil {
		return fmt.Errorf("%s=%q: %w", name, text, err)
	}
	reflect.ValueOf(p).Elem().FieldByIndex(f.index).Set(v)
	return f.check(v)
}

func (ps *Params) names() string {
	if len(ps.Fields) == 0 {
		return "none"
	}
	var s []string
	for i := range ps.Fields {
		s = append(s, ps.Fields[i].Name)
	}
	return strings.Join(s, ", ")
}

// Missing names a required parameter that attrs does not give, "" when all are there.
func (ps *Params) Missing(attrs map[string]string, variadic bool) string {
	for i := range ps.Fields {
		f := &ps.Fields[i]
		if _, given := attrs[f.Name]; f.Required && f.Default == "" && !given && !(variadic && f.Name == "num_args") {
			return f.Name
		}
	}
	return ""
}

// Check holds p to the bounds and sets of values in the tags.
func (ps *Params) Check(p any) error {
	v := reflect.ValueOf(p).Elem()
	for i := range ps.Fields {
		f := &ps.Fields[i]
		if f.Enum != nil && !slices.Contains(f.Enum, v.FieldByIndex(f.index).String()) {
			return fmt.Errorf("%s=%q: want one of %s", f.Name, v.FieldByIndex(f.index).String(), strings.Join(f.Enum, ", "))
		}
		if err := f.check(v.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	return nil
}

func (f *Field) check(v reflect.Value) error {
	if f.Min == nil && f.Max == nil {
		return nil
	}
	var nums []float64
	switch x := v.Interface().(type) {
	case int:
		nums = []float64{float64(x)}
	case float64:
		nums = []float64{x}
	case []int:
		for _, e := range x {
			nums = append(nums, float64(e))
		}
	}
	for _, n := range nums {
		if f.Min != nil && n < *f.Min {
			return fmt.Errorf("%s is %v, want at least %v", f.Name, n, *f.Min)
		}
		if f.Max != nil && n > *f.Max {
			return fmt.Errorf("%s is %v, want at most %v", f.Name, n, *f.Max)
		}
	}
	return nil
}

// NumArgs reads the parameter num_args of a variadic operator.
func (ps *Params) NumArgs(p any) int {
	if f := ps.Field("num_args"); f != nil {
		return int(reflect.ValueOf(p).Elem().FieldByIndex(f.index).Int())
	}
	return 0
}

// Get reads one parameter as its Go value.
func (ps *Params) Get(p any, name string) any {
	return reflect.ValueOf(p).Elem().FieldByIndex(ps.Field(name).index).Interface()
}

// Attrs writes the parameters of p that differ from their defaults, and the required ones, in the text form of files; none
// when p is nil.
func (ps *Params) Attrs(p any) map[string]string {
	attrs := map[string]string{}
	if p == nil {
		return attrs
	}
	v, def := reflect.ValueOf(p).Elem(), reflect.ValueOf(ps.New()).Elem()
	for i := range ps.Fields {
		f := &ps.Fields[i]
		text := FormatParam(v.FieldByIndex(f.index).Interface())
		if f.Required || text != FormatParam(def.FieldByIndex(f.index).Interface()) {
			attrs[f.Name] = text
		}
	}
	if ps.rest != nil {
		maps.Copy(attrs, v.FieldByIndex(ps.rest).Interface().(map[string]string))
	}
	return attrs
}
