package ptx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// function writes the C++ of a PTX function.
func (g *generator) function(f *function) (string, error) {
	g.fn, g.at, g.instruction = f, f.place, nil
	g.scope = newScope(g.top)
	g.taken = map[string]bool{"t": true, "P": true, "S": true, "cc": true}
	g.registers, g.arrays, g.temporaries = map[string][]string{}, nil, 0
	g.out.Reset()
	g.file, g.line = "", 0
	f.usesShared = map[*sharedVariable]bool{}
	if err := g.parameters(f); err != nil {
		return "", err
	}
	if err := g.labels(f.body); err != nil {
		return "", err
	}
	for i := range f.body {
		if err := g.statement(i); err != nil {
			return "", err
		}
		g.flush()
	}
	var b strings.Builder
	name, line := g.mod.file, f.line
	fmt.Fprintf(&b, "#line %d %q\nvoid %s {\n", line, name, g.signature(f))
	b.WriteString("[[maybe_unused]] const u8 *const P = t->block->params; [[maybe_unused]] const u64 S = (u64)t->block->shared; [[maybe_unused]] bool cc = false;\n")
	g.writeRegisters(&b)
	for _, a := range g.arrays {
		b.WriteString(a + "\n")
	}
	b.WriteString(g.out.String())
	b.WriteString("}\n")
	return b.String(), nil
}

// writeRegisters defines the registers, full of ones as memory is: NaN, when nobody writes them before they are read.
func (g *generator) writeRegisters(b *strings.Builder) {
	for _, t := range slices.Sorted(maps.Keys(g.registers)) {
		ones := map[string]string{"bool": "true", "f32": "as_f32(-1)", "f64": "as_f64(-1)"}[t]
		if ones == "" {
			ones = t + "(-1)"
		}
		for chunk := range slices.Chunk(g.registers[t], 8) {
			fmt.Fprintf(b, "%s %s = %s;\n", t, strings.Join(chunk, " = "+ones+", "), ones)
		}
	}
}

// parameters declares a function's parameters and results.
func (g *generator) parameters(f *function) error {
	at := layoutParams(f.params)
	enter := func(v *variable, cpp string) error {
		if v.count < 0 {
			return g.fail("%s: a parameter without size", v.name)
		}
		if v.space == "reg" {
			g.taken[cpp] = true
			return g.declare(v.name, &symbol{space: "reg", typ: v.typ, cpp: cpp})
		}
		return g.declare(v.name, &symbol{space: "param", cpp: "u64(" + cpp + ")", bytes: v.bytes()})
	}
	for i, v := range f.params {
		cpp := fmt.Sprintf("p%d", i)
		if f.entry {
			if v.space == "reg" {
				return g.fail("%s: a kernel's parameters are not in registers", v.name)
			}
			cpp = fmt.Sprintf("P + %d", at[i])
		}
		if err := enter(v, cpp); err != nil {
			return err
		}
	}
	for i, v := range f.results {
		if err := enter(v, fmt.Sprintf("r%d", i)); err != nil {
			return err
		}
	}
	return nil
}

// labels declares the labels of the statements, which may be used before they stand. Each pair of braces has its own.
func (g *generator) labels(body []statement) error {
	depth := 0
	for _, s := range body {
		if s.open {
			depth++
		}
		if s.close {
			depth--
		}
		if depth < 0 {
			return nil
		}
		if s.label == "" || depth > 0 {
			continue
		}
		g.at = s.place
		sym := &symbol{space: "label", cpp: g.unique("L_", s.label)}
		if s.targets != nil {
			sym = &symbol{space: "table", goal: s.targets}
		}
		if err := g.declare(s.label, sym); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) statement(i int) error {
	s := &g.fn.body[i]
	g.at, g.instruction = s.place, nil
	switch {
	case s.open:
		g.scope = newScope(g.scope)
		return g.labels(g.fn.body[i+1:])
	case s.close:
		g.scope = g.scope.outer
	case s.registers != nil:
		return g.declareRegisters(s.registers)
	case s.instruction != nil:
		return g.instruct(s.instruction)
	case s.label != "":
		if sym := g.find(s.label); sym.space == "label" {
			g.emit("%s:;", sym.cpp)
		}
	}
	for _, v := range s.variables {
		if err := g.localVariable(v); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) declareRegisters(r *registers) error {
	for i, name := range r.names {
		g.fn.registers += max(1, r.count[i]) * max(1, r.typ.size/32)
		for _, other := range g.scope.ranges {
			if other.has(name) || r.count[i] > 0 && other.prefix == name {
				return g.fail("%s is declared twice", name)
			}
		}
		if r.count[i] > 0 {
			for other := range g.scope.names {
				if (&registerRange{name, r.count[i], r.typ}).has(other) {
					return g.fail("%s is declared twice", other)
				}
			}
			g.scope.ranges = append(g.scope.ranges, registerRange{name, r.count[i], r.typ})
			continue
		}
		if err := g.declare(name, g.declareRegister(name, r.typ)); err != nil {
			return err
		}
	}
	return nil
}

// localVariable declares a variable inside a function.
func (g *generator) localVariable(v *variable) error {
	g.at = v.place
	if len(v.init) > 0 {
		return g.fail("%s: values of a variable inside a function", v.name)
	}
	switch v.space {
	case "local", "param":
		if v.count < 0 {
			return g.fail("%s has no size", v.name)
		}
		cpp := g.unique("m_", v.name)
		array := fmt.Sprintf("alignas(%d) u8 %s[%d];", v.align, cpp, max(1, v.bytes()))
		if v.space == "local" {
			array += " LOCAL(" + cpp + ")"
		}
		g.arrays = append(g.arrays, array)
		return g.declare(v.name, &symbol{space: v.space, cpp: "u64(" + cpp + ")", bytes: v.bytes()})
	case "shared":
		if v.count < 0 {
			return g.fail("%s has no size", v.name)
		}
		s := g.shared.add(v, g.fn)
		return g.declare(v.name, &symbol{space: "shared", cpp: s.cpp, bytes: s.bytes, shared: s})
	}
	return g.fail("a variable in space %s inside a function", v.space)
}

// instruct writes one instruction.
func (g *generator) instruct(i *instruction) error {
	g.instruction, g.braces = i, false
	row, m, err := g.lookUp(i)
	if err != nil {
		return err
	}
	if i.guard != "" {
		p, err := g.read(operand{kind: nameOperand, name: i.guard}, scalars["pred"], false)
		if err != nil {
			return err
		}
		if i.negate {
			p = "!" + p
		}
		g.emit("if (%s)", p)
		g.braces = true
	}
	return row.write(g, i, m)
}
