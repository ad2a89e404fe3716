package main

import (
	"fmt"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// source is what one .cu file declares.
type source struct {
	file, family string
	structs      []structure
	kernels      []entry
}

// structure is a struct that kernels take by value.
type structure struct {
	file, name string
	fields     []field
}

type field struct {
	typ, name string
	count     int // of an array; 0 for a single number
}

// entry is a kernel.
type entry struct {
	file, name string
	block      [3]int
	params     []param
}

type param struct {
	typ, name string
	pointer   bool
}

// scalar is a type that passes by value.
type scalar struct {
	size   int
	goType string
	make   string // makes an arg of it
}

var scalars = map[string]scalar{
	"u32": {4, "uint32", "u32"}, "i32": {4, "int32", "i32"}, "f32": {4, "float32", "f32"}, "u64": {8, "uint64", "u64"},
}

var (
	comments   = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	kernelLine = regexp.MustCompile(`\bKERNEL\(([^)]*)\)\s*void\s+(\w+)\s*\(([^)]*)\)`)
	structText = regexp.MustCompile(`\bstruct\s+(\w+)\s*\{([^}]*)\}\s*;`)
	fieldText  = regexp.MustCompile(`^(\w+)(?:\[(\d+)\])?$`)
)

// parse reads a file. A struct counts as a parameter when a kernel takes it by value.
func parse(file, text string) (*source, error) {
	s := &source{file: file, family: strings.TrimSuffix(file, ".cu")}
	text = comments.ReplaceAllString(text, "")
	known := map[string]structure{}
	for _, m := range structText.FindAllStringSubmatch(text, -1) {
		d := structure{file: file, name: m[1]}
		if d.parseFields(m[2]) == nil { // others stay inside the kernels
			known[d.name] = d
		}
	}
	used := map[string]bool{}
	for _, m := range kernelLine.FindAllStringSubmatch(text, -1) {
		k := entry{file: file, name: m[2], block: [3]int{1, 1, 1}}
		for i, n := range strings.Split(m[1], ",") {
			v, err := strconv.Atoi(strings.TrimSpace(n))
			if err != nil || v < 1 || i > 2 {
				return nil, fmt.Errorf("%s: %s: KERNEL(%s), want up to three numbers of threads", file, k.name, m[1])
			}
			k.block[i] = v
		}
		for _, p := range strings.Split(m[3], ",") {
			q, err := parseParam(p)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, k.name, err)
			}
			if d, ok := known[q.typ]; ok && !q.pointer {
				if !used[q.typ] {
					s.structs = append(s.structs, d)
				}
				used[q.typ] = true
			} else if _, ok := scalars[q.typ]; !ok && !q.pointer {
				return nil, fmt.Errorf("%s: %s: parameter %s has type %s, want a pointer, u32, i32, f32, u64 or a struct of those defined in this file", file, k.name, q.name, q.typ)
			}
			k.params = append(k.params, q)
		}
		s.kernels = append(s.kernels, k)
	}
	if n := strings.Count(text, "KERNEL("); n != len(s.kernels) {
		return nil, fmt.Errorf("%s: %d kernels begin with KERNEL(, %d are understood; want KERNEL(threads) void name(parameters)", file, n, len(s.kernels))
	}
	return s, nil
}

func (d *structure) parseFields(text string) error {
	for _, line := range strings.Split(text, ";") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		typ, names, ok := strings.Cut(line, " ")
		if _, known := scalars[typ]; !ok || !known {
			return fmt.Errorf("field %q", line)
		}
		for _, n := range strings.Split(names, ",") {
			m := fieldText.FindStringSubmatch(strings.TrimSpace(n))
			if m == nil {
				return fmt.Errorf("field %q", line)
			}
			count, _ := strconv.Atoi(m[2]) // empty: a single number
			d.fields = append(d.fields, field{typ, m[1], count})
		}
	}
	return nil
}

func parseParam(text string) (param, error) {
	var p param
	words := strings.Fields(strings.ReplaceAll(text, "*", " * "))
	for _, w := range words {
		switch w {
		case "const", "__restrict__", "struct":
		case "*":
			p.pointer = true
		default:
			if p.typ == "" {
				p.typ = w
			} else {
				p.name = w
			}
		}
	}
	if p.name == "" {
		return p, fmt.Errorf("parameter %q has no name or no type", strings.TrimSpace(text))
	}
	return p, nil
}

// size is what C makes of the struct.
func (d *structure) size() int {
	at, align := 0, 1
	for _, f := range d.fields {
		n := scalars[f.typ].size
		align = max(align, n)
		at = (at+n-1)/n*n + n*max(f.count, 1)
	}
	return (at + align - 1) / align * align
}

func (p *param) bytes(s *source) int {
	if p.pointer {
		return 8
	}
	for i := range s.structs {
		if s.structs[i].name == p.typ {
			return s.structs[i].size()
		}
	}
	return scalars[p.typ].size
}

func (p *param) goType() string {
	switch t, ok := scalars[p.typ]; {
	case p.pointer:
		return "place"
	case ok:
		return t.goType
	}
	return "*" + camel(p.typ)
}

// arg is the expression that makes a launch argument.
func (p *param) arg() string {
	switch t, ok := scalars[p.typ]; {
	case p.pointer:
		return "ptr(" + goName(p.name) + ")"
	case ok:
		return t.make + "(" + goName(p.name) + ")"
	}
	return "blob(" + goName(p.name) + ".bytes())"
}

func (k *entry) variable() string {
	c := camel(k.name)
	return "kernel" + strings.ToUpper(c[:1]) + c[1:]
}

// camel turns reduce_rows into reduceRows.
func camel(s string) string {
	parts := strings.Split(s, "_")
	for i, p := range parts {
		if i > 0 && p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

// goName is camel, kept clear of Go's keywords and of what the wrappers use.
func goName(s string) string {
	switch n := camel(s); {
	case token.IsKeyword(n), n == "grid", n == "cx", n == "ptr", n == "blob", scalars[n].size > 0:
		return n + "_"
	default:
		return n
	}
}
