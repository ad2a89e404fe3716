package ptx

import (
	"fmt"
	"strings"
)

var controlRows = []row{
	{form: "bra[.uni]", emit: bra},
	{form: "brx.idx[.uni]", emit: brx},
	{form: "call[.uni]", emit: call},
	{form: "ret[.uni]", emit: leave},
	{form: "exit", emit: leave},
	{form: "trap", emit: trap},
	{form: "brkpt", emit: trap},
	{form: "nanosleep.T", types: "u32", emit: func(*generator, *instruction, *matched) error { return nil }, needs: 70},
}

func (g *generator) labelOf(name string) (string, error) {
	sym := g.find(name)
	if sym == nil || sym.space != "label" {
		return "", g.fail("no label %s", name)
	}
	return sym.cpp, nil
}

func bra(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 1 || i.args[0].kind != nameOperand {
		return g.fail("want one label")
	}
	label, err := g.labelOf(i.args[0].name)
	if err == nil {
		g.emit("goto %s;", label)
	}
	return err
}

// brx jumps to one of a table's labels.
func brx(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 2 || i.args[1].kind != nameOperand {
		return g.fail("want a register and a table")
	}
	index, err := g.read(i.args[0], scalars["u32"], false)
	if err != nil {
		return err
	}
	sym := g.find(i.args[1].name)
	if sym == nil || sym.space != "table" || sym.line > g.at.line {
		return g.fail("no table of labels %s", i.args[1].name)
	}
	var b strings.Builder
	for n, name := range sym.goal {
		label, err := g.labelOf(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, " case %d: goto %s;", n, label)
	}
	g.emit("switch (%s) {%s default: sim_trap(t, sim_sites + %d); }", index, b.String(), g.site())
	return nil
}

func leave(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 0 {
		return g.fail("%d operands, want none", len(i.args))
	}
	if i.parts[0] == "exit" && !g.fn.entry {
		return g.fail("exit in a function; only kernels may end a thread")
	}
	g.emit("return;")
	return nil
}

func trap(g *generator, i *instruction, m *matched) error {
	g.emit("sim_trap(t, sim_sites + %d);", g.site())
	return nil
}

// call is written call (results), name, (arguments); either list may be missing.
func call(g *generator, i *instruction, m *matched) error {
	args := i.args
	var results, values []operand
	if len(args) > 0 && args[0].kind == groupOperand {
		results, args = args[0].list, args[1:]
	}
	if len(args) == 0 || args[0].kind != nameOperand {
		return g.fail("no name of a function")
	}
	name := args[0].name
	if args = args[1:]; len(args) > 0 && args[0].kind == groupOperand {
		values, args = args[0].list, args[1:]
	}
	if len(args) > 0 {
		return g.fail("calls through pointers are not supported")
	}
	sym := g.find(name)
	if sym == nil || sym.space != "function" || sym.fn.entry {
		return g.fail("no function %s in the module", name)
	}
	if !g.known[name] {
		return g.fail("%s is declared further down", name)
	}
	f := sym.fn
	g.fn.calls = append(g.fn.calls, f)
	if len(results) != len(f.results) || len(values) != len(f.params) {
		return g.fail("%d results and %d arguments, want %d and %d", len(results), len(values), len(f.results), len(f.params))
	}
	list := []string{"t"}
	var after []string
	for k, o := range results {
		v := f.results[k]
		if v.space != "reg" {
			place, err := g.argumentPlace(o, v)
			if err != nil {
				return err
			}
			list = append(list, place)
			continue
		}
		sym, err := g.target(o, v.typ, false)
		if err != nil {
			return err
		}
		x := g.temporary()
		g.braces = true
		g.emit("%s %s;", v.typ.storage(), x)
		list = append(list, x)
		t := v.typ
		if t.class == signed {
			t = t.as(unsigned)
		}
		after = append(after, assign(sym, t, x))
	}
	for k, o := range values {
		v := f.params[k]
		if v.space != "reg" {
			place, err := g.argumentPlace(o, v)
			if err != nil {
				return err
			}
			list = append(list, place)
			continue
		}
		value, err := g.read(o, v.typ, false)
		if err != nil {
			return err
		}
		list = append(list, value)
	}
	g.emit("%s(%s);", f.cpp, strings.Join(list, ", "))
	for _, s := range after {
		g.emit("%s", s)
	}
	return nil
}

// argumentPlace gives the address of a variable in parameter space that fits a function's parameter.
func (g *generator) argumentPlace(o operand, v *variable) (string, error) {
	if o.kind != nameOperand || o.offset != 0 {
		return "", g.fail("an argument that is no variable in space param")
	}
	sym := g.find(o.name)
	if sym == nil || sym.space != "param" {
		return "", g.fail("%s is no variable in space param", o.name)
	}
	if sym.bytes != v.bytes() {
		return "", g.fail("%s has %d bytes, want %d", o.name, sym.bytes, v.bytes())
	}
	return "(u8 *)" + sym.cpp, nil
}
