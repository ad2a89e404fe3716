package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gomx-org/gomx/op"
)

// constructor is one generated function, but for the type of its arrays.
type constructor struct {
	d      *op.Def
	goName string
	inputs []string // positional arrays, by their names in Go
	pos    []*op.Field
	opts   *options
}

// writeSymbol says the constructors of package symbol.
func writeSymbol(w *bytes.Buffer, ops []*op.Def, names map[*op.Def]string, opts *options) {
	writeFile(w, "symbol", ops, opts, func(d *op.Def) {
		if slices.Contains(byHand["symbol"], names[d]) {
			return
		}
		c := newConstructor(d, names[d], opts, d.Args(d.Params.New()), true)
		c.writeDoc(w, "")
		c.writeHead(w, "*Symbol", "*Symbol")
		fmt.Fprintf(w, "\treturn apply(%q, %q, %s, s)\n}\n\n", hint(d), d.Name, c.list("*Symbol"))
	})
}

// hint is what automatic names begin with: in Python an operator with an underscore in front is called by its alias without,
// and what stands behind x % 2 and maximum(x, 2) by its name of old, _ModScalar.
func hint(d *op.Def) string {
	name := strings.ToLower(d.Name)
	switch name {
	case "_mod_scalar", "_rmod_scalar", "_rpower_scalar", "_maximum_scalar", "_minimum_scalar", "_hypot_scalar":
		return strings.Replace(name, "_scalar", "scalar", 1)
	}
	if bare := strings.TrimPrefix(name, "_"); slices.Contains(d.Aliases, bare) {
		return bare
	}
	return name
}

// writeNDArray says the functions of package ndarray, which compute at once. Auxiliary states are inputs too.
func writeNDArray(w *bytes.Buffer, ops []*op.Def, names map[*op.Def]string, opts *options) {
	writeFile(w, "ndarray", ops, opts, func(d *op.Def) {
		if slices.Contains(byHand["ndarray"], names[d]) {
			return
		}
		param := d.Params.New()
		inputs := append(slices.Clone(d.Args(param)), d.Aux(param)...)
		c := newConstructor(d, names[d], opts, inputs, false)
		result, pick := "*NDArray", "[0]"
		if len(d.Outputs(param)) != 1 {
			result, pick = "[]*NDArray", ""
		}
		hint := ""
		if len(inputs) > 1 && slices.ContainsFunc(d.Params.Fields, func(f op.Field) bool { return strings.HasPrefix(f.Name, "no_") }) {
			hint = "An input that options leave out is nil."
		}
		c.writeDoc(w, hint)
		c.writeHead(w, "*NDArray", result)
		fmt.Fprintf(w, "\treturn invoke(%q, %s, s)%s\n}\n\n", d.Name, c.list("*NDArray"), pick)
	})
}

func writeFile(w *bytes.Buffer, pkg string, ops []*op.Def, opts *options, each func(*op.Def)) {
	fmt.Fprintf(w, "package %s\n\nimport (\n", pkg)
	if slices.ContainsFunc(ops, func(d *op.Def) bool { return usesDType(d) }) {
		fmt.Fprintf(w, "\t%q\n", "github.com/gomx-org/gomx/backend")
	}
	fmt.Fprintf(w, "\t%q\n)\n\n", "github.com/gomx-org/gomx/with")
	for _, d := range ops {
		each(d)
	}
}

func usesDType(d *op.Def) bool {
	return slices.ContainsFunc(d.Params.Fields, func(f op.Field) bool { return f.Pos && kinds[f.Type].param == "backend.DType" })
}

func newConstructor(d *op.Def, goName string, opts *options, inputs []string, leaveOut bool) *constructor {
	c := &constructor{d: d, goName: goName, opts: opts}
	for _, in := range inputs {
		if !(leaveOut && automatic(inputs[0], in)) {
			c.inputs = append(c.inputs, lowerCamel(in))
		}
	}
	if d.Variadic {
		c.inputs = nil
	}
	for i := range d.Params.Fields {
		if f := &d.Params.Fields[i]; f.Pos {
			c.pos = append(c.pos, f)
		}
	}
	return c
}

func (c *constructor) writeDoc(w *bytes.Buffer, hint string) {
	name := "MXNet's operator of that name"
	if c.goName != c.d.Name {
		name = "MXNet's " + c.d.Name
	}
	writeComment(w, fmt.Sprintf("%s is %s: %s. %s", c.goName, name, c.d.Doc, hint))
	if len(c.pos) > 0 {
		w.WriteString("//\n")
	}
	for _, f := range c.pos {
		writeComment(w, fmt.Sprintf("  - %s: %s", lowerCamel(f.Name), f.Doc))
	}
}

// writeComment breaks text into lines of a width that Go code is read at.
func writeComment(w *bytes.Buffer, text string) {
	const width = 117
	line := "//"
	if strings.HasPrefix(text, "  ") {
		line = "//  "
	}
	for _, word := range strings.Fields(text) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			w.WriteString(line + "\n")
			line = "//"
		}
		line += " " + word
	}
	w.WriteString(line + "\n")
}

// writeHead says the function up to its settings s.
func (c *constructor) writeHead(w *bytes.Buffer, array, result string) {
	var params []string
	switch {
	case c.d.Variadic:
		params = append(params, "args []"+array)
	case len(c.inputs) > 0:
		params = append(params, strings.Join(c.inputs, ", ")+" "+array)
	}
	for _, f := range c.pos {
		params = append(params, lowerCamel(f.Name)+" "+c.typeOf(f))
	}
	params = append(params, fmt.Sprintf("opts ...with.%sOption", c.goName))
	fmt.Fprintf(w, "func %s(%s) %s {\n\ts := with.Gather(opts)\n", c.goName, strings.Join(params, ", "), result)
	for _, f := range c.pos {
		k, arg := kinds[f.Type], lowerCamel(f.Name)
		switch {
		case f.Enum != nil:
			arg = "string(" + arg + ")"
		case k.param == "backend.DType":
			arg += ".String()"
		}
		fmt.Fprintf(w, "\ts.%s(%q, %s)\n", k.method, f.Name, arg)
	}
}

func (c *constructor) typeOf(f *op.Field) string {
	if f.Enum != nil {
		return "with." + c.opts.of[f].typeName()
	}
	return kinds[f.Type].param
}

// list is the inputs as a slice.
func (c *constructor) list(array string) string {
	switch {
	case c.d.Variadic:
		return "args"
	case len(c.inputs) == 0:
		return "nil"
	}
	return fmt.Sprintf("[]%s{%s}", array, strings.Join(c.inputs, ", "))
}
