package ptx

import (
	"fmt"
	"strings"
)

var moveRows = []row{
	{form: "mov.T", types: "pred " + allBits + " " + integers + " " + reals, emit: mov},
	{form: "cvta.global|shared|local|const|param[.u64]", emit: cvta},
	{form: "cvta.to.global|shared|local|const|param[.u64]", emit: cvta},
	{form: "isspacep.shared", args: "pred u64", code: "$1 - S < t->block->shared_bytes"},
}

// specials are the special registers and what C++ has for them; all are of 32 bits.
var specials = func() map[string]string {
	m := map[string]string{
		"%laneid": "t->number % 32", "%warpid": "t->number / 32", "%nwarpid": "(t->block->threads + 31) / 32",
		"%lanemask_eq": "1u << t->number % 32", "%lanemask_lt": "(1u << t->number % 32) - 1",
		"%lanemask_le": "(2u << t->number % 32) - 1", "%lanemask_gt": "~((2u << t->number % 32) - 1)",
		"%lanemask_ge": "~((1u << t->number % 32) - 1)",
	}
	for i, axis := range []string{"x", "y", "z"} {
		m["%tid."+axis] = fmt.Sprintf("t->at[%d]", i)
		m["%ntid."+axis] = fmt.Sprintf("t->block->size[%d]", i)
		m["%ctaid."+axis] = fmt.Sprintf("t->block->at[%d]", i)
		m["%nctaid."+axis] = fmt.Sprintf("t->block->grid[%d]", i)
	}
	return m
}()

func mov(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 2 {
		return g.fail("%d operands, want 2", len(i.args))
	}
	to, from := i.args[0], i.args[1]
	switch {
	case to.kind == vectorOperand:
		return unpack(g, to, from, m.t)
	case from.kind == vectorOperand:
		return pack(g, to, from, m.t)
	case from.kind != nameOperand:
		if from.kind == addressOperand || from.kind == notOperand && m.t.class == predicate {
			return g.fail("an operand that mov does not take")
		}
	case specials[from.name] != "":
		if m.t.size != 32 || m.t.class == float {
			return g.fail("%s has 32 bits, want type %v", from.name, m.t)
		}
		return g.set(to, scalars["u32"], specials[from.name])
	case strings.HasPrefix(from.name, "%") && g.find(from.name) == nil:
		return g.fail("no register is called %s", from.name)
	default:
		if sym := g.find(from.name); sym != nil && sym.space != "reg" {
			return movAddress(g, to, from, sym, m.t)
		}
	}
	value, err := g.read(from, m.t, false)
	if err != nil {
		return err
	}
	return g.set(to, m.t, value)
}

// movAddress takes the address of a variable, in its space.
func movAddress(g *generator, to, from operand, sym *symbol, t scalar) error {
	switch {
	case sym.space == "function" || sym.space == "label" || sym.space == "table":
		return g.fail("the address of %s %s", sym.space, from.name)
	case t.class == float || t.size < 32 || t.size == 32 && sym.space != "shared":
		return g.fail("an address in space %s, want type %v", sym.space, t)
	}
	return g.set(to, t.as(unsigned), fmt.Sprintf("u%d(%s)", t.size, plus(sym.cpp, from.offset, 64)))
}

// pack joins the elements of a vector to one number, the first lowest.
func pack(g *generator, to, from operand, t scalar) error {
	n := len(from.list)
	if t.class != bits || n != 2 && n != 4 || t.size/n < 8 {
		return g.fail("%d parts of a type %v", n, t)
	}
	part := scalar{bits, t.size / n}
	var terms []string
	for k, o := range from.list {
		e, err := g.read(o, part, false)
		if err != nil {
			return err
		}
		terms = append(terms, fmt.Sprintf("%s(%s) << %d", t.cpp(), e, k*part.size))
	}
	return g.set(to, t, strings.Join(terms, " | "))
}

func unpack(g *generator, to, from operand, t scalar) error {
	n := len(to.list)
	if t.class != bits || n != 2 && n != 4 || t.size/n < 8 {
		return g.fail("%d parts of a type %v", n, t)
	}
	part := scalar{bits, t.size / n}
	value, err := g.read(from, t, false)
	if err != nil {
		return err
	}
	x := g.temporary()
	g.braces = true
	g.emit("const %s %s = %s;", t.cpp(), x, value)
	for k, o := range to.list {
		if err := g.set(o, part, fmt.Sprintf("%s(%s >> %d)", part.cpp(), x, k*part.size)); err != nil {
			return err
		}
	}
	return nil
}

// cvta turns addresses of a space into generic ones, or back. Only shared memory has addresses of its own.
func cvta(g *generator, i *instruction, m *matched) error {
	if !m.has("u64") {
		return g.fail("addresses of 32 bits")
	}
	if len(i.args) != 2 {
		return g.fail("%d operands, want 2", len(i.args))
	}
	space := m.one("global", "shared", "local", "const", "param")
	u64 := scalars["u64"]
	back := i.parts[1] == "to"
	var value string
	var err error
	if sym := g.find(i.args[1].name); i.args[1].kind == nameOperand && sym != nil && sym.space != "reg" {
		if back || sym.space != space {
			return g.fail("%s is in space %s", i.args[1].name, sym.space)
		}
		value = plus(sym.cpp, i.args[1].offset, 64)
	} else if value, err = g.read(i.args[1], u64, false); err != nil {
		return err
	}
	if space == "shared" {
		value += map[bool]string{true: " - S", false: " + S"}[back]
	}
	return g.set(i.args[0], u64, value)
}
