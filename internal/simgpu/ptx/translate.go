package ptx

import (
	"fmt"
	"strconv"
	"strings"
)

// Options for Translate.
type Options struct {
	// Check makes the C++ ask the executor about the address of every read and write.
	Check bool
}

// Translate gives the C++ of a module. Name is what messages and debuggers call the PTX.
func Translate(name, source string, o Options) (string, error) {
	mod, err := parse(name, source)
	if err != nil {
		return "", err
	}
	g := &generator{mod: mod, check: o.Check, top: newScope(nil), siteOf: map[*instruction]int{}, known: map[string]bool{}}
	var functions []string
	if err := g.globals(); err != nil {
		return "", err
	}
	if err := g.signatures(); err != nil {
		return "", err
	}
	for _, f := range mod.functions {
		g.known[f.name] = true
		if !f.defined {
			continue
		}
		text, err := g.function(f)
		if err != nil {
			return "", err
		}
		functions = append(functions, text)
	}
	return g.assemble(functions), nil
}

// assemble puts the parts of the file into an order that C++ likes.
func (g *generator) assemble(functions []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Translated from %s.\n", g.mod.file)
	if g.check {
		b.WriteString("#define SIM_CHECK\n")
	}
	b.WriteString("#include \"thread.h\"\n")
	b.WriteString("namespace {\n")
	g.writeSites(&b)
	b.WriteString(g.dataText)
	g.shared.write(&b)
	for _, f := range g.mod.functions {
		if f.defined && !f.entry {
			fmt.Fprintf(&b, "void %s;\n", g.signature(f))
		}
	}
	for _, f := range functions {
		b.WriteString(f)
	}
	b.WriteString("#line 1 \"kernels\"\nconst sim_data data[] = {\n")
	for _, d := range g.data {
		fmt.Fprintf(&b, "{%q, %s, sizeof %s},\n", d.v.name, d.name, d.name)
	}
	b.WriteString("{}};\n")
	var table strings.Builder
	for _, f := range g.mod.functions {
		if f.entry && f.defined {
			g.writeEntry(&b, &table, f)
		}
	}
	b.WriteString("} // namespace\n")
	fmt.Fprintf(&b, "const sim_kernel sim_kernels[] = {\n%s{}};\n", table.String())
	b.WriteString("const unsigned sim_module_version = 1;\n")
	return b.String()
}

func (g *generator) writeSites(b *strings.Builder) {
	b.WriteString("[[maybe_unused]] const sim_site sim_sites[] = {\n")
	for _, s := range g.sites {
		fmt.Fprintf(b, "%s,\n", s)
	}
	b.WriteString("{}};\n")
}

// writeEntry writes what the table says of a kernel.
func (g *generator) writeEntry(b, table *strings.Builder, f *function) {
	var offsets, sizes []string
	at := layoutParams(f.params)
	for i, p := range f.params {
		offsets = append(offsets, strconv.Itoa(at[i]))
		sizes = append(sizes, strconv.Itoa(p.bytes()))
	}
	id := f.cpp
	if len(f.params) > 0 {
		fmt.Fprintf(b, "const uint32_t %s_offset[] = {%s};\nconst uint32_t %s_bytes[] = {%s};\n", id, strings.Join(offsets, ", "), id, strings.Join(sizes, ", "))
	}
	s := g.shared.of(f)
	if len(s.variables) > 0 {
		fmt.Fprintf(b, "const sim_variable %s_shared[] = {\n", id)
		for _, v := range s.variables {
			fmt.Fprintf(b, "{%q, %s, %d},\n", v.name, v.cpp, v.bytes)
		}
		b.WriteString("};\n")
	}
	ref := func(has bool, suffix string) string {
		if has {
			return id + suffix
		}
		return "nullptr"
	}
	fmt.Fprintf(table, "{%q, %d, %s, %s, %d, %d, %d, %d, %s, {%d, %d, %d}, %t, %s, %d, %s, data},\n", f.name, len(f.params),
		ref(len(f.params) > 0, "_offset"), ref(len(f.params) > 0, "_bytes"), at[len(f.params)], s.bytes, f.maxThreads,
		f.registers, id, f.required[0], f.required[1], f.required[2], g.reaches(f, func(f *function) bool { return f.collective }),
		s.span, len(s.variables), ref(len(s.variables) > 0, "_shared"))
}

// layoutParams gives the offset of each parameter, and the size of all.
func layoutParams(params []*variable) []int {
	at := make([]int, len(params)+1)
	end := 0
	for i, p := range params {
		at[i] = roundUp(end, p.align)
		end = at[i] + p.bytes()
	}
	at[len(params)] = end
	return at
}

func roundUp(n, align int) int { return (n + align - 1) / align * align }

// reaches reports whether a function, or one that it calls, has a property.
func (g *generator) reaches(f *function, has func(*function) bool) bool {
	seen := map[*function]bool{}
	var visit func(f *function) bool
	visit = func(f *function) bool {
		if seen[f] {
			return false
		}
		seen[f] = true
		if has(f) {
			return true
		}
		for _, c := range f.calls {
			if visit(c) {
				return true
			}
		}
		return false
	}
	return visit(f)
}
