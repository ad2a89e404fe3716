package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// kind is how a parameter looks in Go.
type kind struct {
	param  string // the type of a constructor's parameter or an option's argument
	method string // of with.Settings, that writes it
}

var kinds = map[reflect.Type]kind{
	reflect.TypeFor[int]():            {"int", "Int"},
	reflect.TypeFor[*int]():           {"int", "Int"},
	reflect.TypeFor[float64]():        {"float64", "Float"},
	reflect.TypeFor[*float64]():       {"float64", "Float"},
	reflect.TypeFor[bool]():           {"bool", "Bool"},
	reflect.TypeFor[string]():         {"string", "Param"},
	reflect.TypeFor[[]int]():          {"[]int", "Ints"},
	reflect.TypeFor[[]float64]():      {"[]float64", "Floats"},
	reflect.TypeFor[backend.DType]():  {"backend.DType", "Param"},
	reflect.TypeFor[*backend.DType](): {"backend.DType", "Param"},
}

// option is one parameter of one or more operators: a type in package with that fits these, and its constructor or, for an
// enum, its constants.
type option struct {
	param  string // MXNet's name
	goName string // of the constructor
	kind   kind
	enum   []string
	prefix string // of the constants
	oneOr  bool   // a number for some of the operators, a tuple for others
	uses   []use  // by operator
}

// use is the option as a parameter of one operator.
type use struct {
	op    *op.Def
	field *op.Field
}

// typeName is the option's type: PoolTypeValue, whose values are constants, or KernelArg, which Kernel(…) returns.
func (o *option) typeName() string {
	if o.enum != nil {
		return o.goName + "Value"
	}
	return o.goName + "Arg"
}

// options of all operators, by name, and by parameter.
type options struct {
	list []*option
	of   map[*op.Field]*option
}

// optionsOf finds the options. Operators share one where the parameter has the same name and the same type or set of
// values; a number and a tuple of numbers count as the same. Otherwise each type gets the name of its first operator.
func optionsOf(ops []*op.Def, names map[*op.Def]string) (*options, error) {
	byParam := map[string][]*option{}
	all := &options{of: map[*op.Field]*option{}}
	for _, d := range ops {
		for i := range d.Params.Fields {
			f := &d.Params.Fields[i]
			if d.Variadic && f.Name == "num_args" {
				continue // counted
			}
			k, ok := kinds[f.Type]
			if !ok {
				return nil, fmt.Errorf("%s: parameter %s has type %v, which no option can have", d.Name, f.Name, f.Type)
			}
			o := find(byParam[f.Name], f, k)
			if o == nil {
				o = &option{param: f.Name, goName: f.GoName, kind: k, enum: f.Enum, prefix: cmp.Or(f.Prefix, names[d])}
				byParam[f.Name] = append(byParam[f.Name], o)
			}
			if k.param == "[]int" && o.kind.param == "int" {
				o.kind, o.oneOr = k, true
			}
			o.oneOr = o.oneOr || k.param == "int" && o.kind.param == "[]int"
			o.uses = append(o.uses, use{d, f})
			all.of[f] = o
		}
	}
	for _, param := range slices.Sorted(maps.Keys(byParam)) {
		variants := byParam[param]
		for _, o := range variants {
			if len(variants) > 1 {
				o.goName = names[o.uses[0].op] + o.goName
			}
			all.list = append(all.list, o)
		}
	}
	slices.SortFunc(all.list, func(a, b *option) int { return strings.Compare(a.goName, b.goName) })
	return all, nil
}

func find(variants []*option, f *op.Field, k kind) *option {
	for _, o := range variants {
		ints := strings.TrimPrefix(k.param, "[]") == "int" && strings.TrimPrefix(o.kind.param, "[]") == "int"
		if (o.kind.param == k.param || ints) && sameSet(o.enum, f.Enum) {
			return o
		}
	}
	return nil
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// optional lists the uses that are not positional in constructors.
func (o *option) optional() []use {
	var list []use
	for _, u := range o.uses {
		if !u.field.Pos {
			list = append(list, u)
		}
	}
	return list
}

func writeOptions(w *bytes.Buffer, ops []*op.Def, names map[*op.Def]string, opts *options) {
	w.WriteString("package with\n\n")
	var body bytes.Buffer
	for _, o := range opts.list {
		o.write(&body, names)
	}
	if bytes.Contains(body.Bytes(), []byte("backend.")) {
		w.WriteString("import \"github.com/gomx-org/gomx/backend\"\n\n")
	}
	for _, d := range ops {
		fmt.Fprintf(w, "// %[1]sOption is an option of %[2]s.\ntype %[1]sOption interface {\n\tOption\n\tfor%[1]s()\n}\n\n", names[d], d.Name)
	}
	w.WriteString("// Any, embedded, makes a type an option of every operator.\ntype Any struct{}\n\n")
	for _, d := range ops {
		fmt.Fprintf(w, "func (Any) for%s() {}\n", names[d])
	}
	w.WriteByte('\n')
	w.Write(body.Bytes())
}

// write says the type of the option and its constructor or constants.
func (o *option) write(w *bytes.Buffer, names map[*op.Def]string) {
	uses := o.optional()
	if o.enum != nil {
		o.writeEnum(w)
	} else if len(uses) > 0 {
		o.writeConstructor(w)
	}
	for _, u := range uses {
		fmt.Fprintf(w, "func (%s) for%s() {}\n", o.typeName(), names[u.op])
	}
	w.WriteByte('\n')
}

func (o *option) writeEnum(w *bytes.Buffer) {
	fmt.Fprintf(w, "// %s is a value of the parameter %s", o.typeName(), o.param)
	o.writeUses(w, o.uses)
	fmt.Fprintf(w, "type %s string\n\n// The values of %s.\nconst (\n", o.typeName(), o.param)
	for _, v := range o.enum {
		fmt.Fprintf(w, "%s%s %s = %q\n", o.prefix, camel(v), o.typeName(), v)
	}
	fmt.Fprintf(w, ")\n\n// Apply sets %[2]s.\nfunc (v %[1]s) Apply(s *Settings) { s.Param(%[2]q, string(v)) }\n\n", o.typeName(), o.param)
}

func (o *option) writeConstructor(w *bytes.Buffer) {
	fmt.Fprintf(w, "// %[1]s is what %[2]s returns.\ntype %[1]s struct{ v %[3]s }\n\n", o.typeName(), o.goName, o.kind.param)
	arg := "v " + strings.Replace(o.kind.param, "[]", "...", 1)
	fmt.Fprintf(w, "// %s sets the parameter %s", o.goName, o.param)
	o.writeUses(w, o.optional())
	fmt.Fprintf(w, "func %[1]s(%[2]s) %[3]s { return %[3]s{v} }\n\n", o.goName, arg, o.typeName())
	set := fmt.Sprintf("s.%s(%q, o.v)", o.kind.method, o.param)
	switch {
	case o.oneOr:
		set = fmt.Sprintf("s.Param(%q, oneOrInts(o.v))", o.param)
	case o.kind.param == "backend.DType":
		set = fmt.Sprintf("s.Param(%q, o.v.String())", o.param)
	}
	fmt.Fprintf(w, "// Apply sets %s.\nfunc (o %s) Apply(s *Settings) { %s }\n\n", o.param, o.typeName(), set)
}

// writeUses ends a comment with the meaning of the parameter: one line for all operators, or a list.
func (o *option) writeUses(w *bytes.Buffer, uses []use) {
	texts := map[string][]string{}
	var order []string
	for _, u := range uses {
		t := u.field.Doc + defaultText(u.field)
		if texts[t] == nil {
			order = append(order, t)
		}
		texts[t] = append(texts[t], u.op.Name)
	}
	if len(order) == 1 {
		fmt.Fprintf(w, " of %s: %s.\n", strings.Join(texts[order[0]], ", "), order[0])
		return
	}
	w.WriteString(".\n//\n")
	for _, t := range order {
		fmt.Fprintf(w, "//   - %s: %s.\n", strings.Join(texts[t], ", "), t)
	}
}

func defaultText(f *op.Field) string {
	switch {
	case f.Pos:
		return ""
	case f.Required:
		return "; required"
	case f.Default != "":
		return "; default " + f.Default
	}
	return "; default " + op.FormatParam(reflect.Zero(f.Type).Interface())
}
