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

// backendsFile has a line for each operator: its name and, after tabs, backends with the kinds of calls that they have no
// kernel for. A test of package op writes it.
const backendsFile = "op/testdata/backends.txt"

// readBackends makes the sentence about backends for each operator.
func readBackends(text string) map[string]string {
	said := map[string]string{}
	for line := range strings.Lines(text) {
		cols := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		has, hasNot := []string{"ref"}, ""
		for _, col := range cols[1:] {
			switch name, lacks, _ := strings.Cut(col, ":"); {
			case lacks == "":
				has = append(has, name)
			case name == "cpu":
				has = append(has, "cpu ("+strings.ReplaceAll(lacks, ",", ", ")+")")
			default:
				hasNot += "; not " + name + ", for want of " + strings.ReplaceAll(lacks, ",", ", ")
			}
		}
		said[cols[0]] = "Backends: " + strings.Join(has, ", ") + hasNot + ".\n\n"
	}
	return said
}

// writeDocs writes the page of all operators.
func writeDocs(w *bytes.Buffer, ops []*op.Def, backends map[string]string) {
	fmt.Fprintf(w, `# Operators

All %d operators: inputs, parameters with MXNet's names and defaults, what they compute. They are the same in symbols
(`+"`symbol.Convolution`"+`), arrays (`+"`ndarray.Convolution`"+`), symbol files and on every device. Backends are told for
float32, forward and backward: behind cpu, in parentheses, stands what runs there on the portable kernels of ref. What each
has for other types, `+"`gomx ops`"+` shows. This page is generated from package op by `+"`go generate ./...`"+`.

`, len(ops))
	sorted := slices.SortedFunc(slices.Values(ops), func(a, b *op.Def) int {
		return strings.Compare(strings.ToLower(strings.TrimLeft(a.Name, "_")), strings.ToLower(strings.TrimLeft(b.Name, "_")))
	})
	for _, d := range sorted {
		writeOperator(w, d, backends[d.Name])
	}
}

func writeOperator(w *bytes.Buffer, d *op.Def, backends string) {
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
	fmt.Fprint(w, ".\n\n", backends)
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
