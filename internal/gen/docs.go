package main

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// writeDocs writes the page of all operators.
func writeDocs(w *bytes.Buffer, ops []*op.Def) {
	fmt.Fprintf(w, `# Operators

All %d operators: inputs, parameters with MXNet's names and defaults, what they compute. They are the same in symbols
(`+"`symbol.Convolution`"+`), arrays (`+"`ndarray.Convolution`"+`), symbol files and on every device; which backend has which
kernel, `+"`gomx ops`"+` shows. This page is generated from package op by `+"`go generate ./...`"+`.

`, len(ops))
	sorted := slices.SortedFunc(slices.Values(ops), func(a, b *op.Def) int {
		return strings.Compare(strings.ToLower(strings.TrimLeft(a.Name, "_")), strings.ToLower(strings.TrimLeft(b.Name, "_")))
	})
	for _, d := range sorted {
		writeOperator(w, d)
	}
}

func writeOperator(w *bytes.Buffer, d *op.Def) {
	fmt.Fprintf(w, "## %s\n\n", escape(d.Name))
	if len(d.Aliases) > 0 {
		fmt.Fprintf(w, "Also `%s`.\n\n", strings.Join(d.Aliases, "`, `"))
	}
	if d.Doc != "" {
		fmt.Fprintf(w, "%s.\n\n", escape(strings.TrimSuffix(d.Doc, ".")))
	}
	p := d.Params.New()
	inputs := d.Args(p)
	text := "`" + strings.Join(inputs, "`, `") + "`"
	switch {
	case d.Variadic:
		text = "any number of arrays"
	case len(inputs) == 0:
		text = "none"
	}
	fmt.Fprintf(w, "Inputs: %s", text)
	if aux := d.Aux(p); len(aux) > 0 {
		fmt.Fprintf(w, "; auxiliary states: `%s`", strings.Join(aux, "`, `"))
	}
	if outs := d.Outputs(p); len(outs) > 1 {
		fmt.Fprintf(w, "; outputs: `%s`", strings.Join(outs, "`, `"))
	}
	if !d.HasGrad {
		fmt.Fprint(w, "; no gradient")
	}
	fmt.Fprint(w, ".\n\n")
	if len(d.Params.Fields) == 0 {
		return
	}
	fmt.Fprint(w, "| parameter | type | default | |\n|---|---|---|---|\n")
	for i := range d.Params.Fields {
		f := &d.Params.Fields[i]
		def := "`" + f.Default + "`"
		switch {
		case f.Required:
			def = "required"
		case f.Default == "":
			def = zeroText(f.Type)
		}
		fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", f.Name, typeText(f), def, escape(f.Doc))
	}
	fmt.Fprintln(w)
}

// zeroText is the default of a parameter that says none.
func zeroText(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "`False`"
	case reflect.Slice:
		return "`()`"
	case reflect.Pointer, reflect.String:
		return ""
	}
	return "`0`"
}

// typeText names the type of a parameter for people.
func typeText(f *op.Field) string {
	if len(f.Enum) > 0 {
		return "`" + strings.Join(f.Enum, "`, `") + "`"
	}
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[backend.DType]():
		return "element type"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Float64:
		return "numbers"
	case t.Kind() == reflect.Slice:
		return "whole numbers"
	case t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32:
		return "number"
	case t.Kind() == reflect.Bool:
		return "bool"
	case t.Kind() == reflect.String:
		return "text"
	}
	return "whole number"
}

// escape keeps Markdown from reading signs in plain text.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "_", `\_`, "*", `\*`, "<", "&lt;", "[", `\[`).Replace(s)
}
