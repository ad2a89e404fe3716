package ptx

import (
	"fmt"
	"strings"
)

// Variables outside functions, and functions' names.

// globals declares the module's variables.
func (g *generator) globals() error {
	g.scope = g.top
	g.takenTop = map[string]bool{}
	g.shared = &sharedLayout{own: map[*function][]*sharedVariable{}, g: g}
	for _, v := range g.mod.variables {
		g.at = v.place
		sym, err := g.moduleVariable(v)
		if err != nil {
			return err
		}
		if err := g.declare(v.name, sym); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) moduleVariable(v *variable) (*symbol, error) {
	switch {
	case v.space == "shared" && v.count < 0:
		if !v.extern {
			return nil, g.fail("%s: a shared array without size is .extern", v.name)
		}
		return &symbol{space: "shared", cpp: "u64(t->block->dynamic_at)", bytes: -1}, nil
	case v.extern:
		return nil, g.fail("%s is defined in another module", v.name)
	case v.space == "shared":
		s := g.shared.add(v, nil)
		return &symbol{space: "shared", cpp: s.cpp, bytes: s.bytes, shared: s}, nil
	}
	if v.count < 0 {
		v.count = len(v.init)
	}
	if len(v.init) > v.count*v.vector {
		return nil, g.fail("%s has %d elements and %d values", v.name, v.count, len(v.init))
	}
	name := g.uniqueTop("g_", v.name)
	d := globalData{v, name}
	g.data = append(g.data, d)
	text, err := g.define(d)
	g.dataText += text
	if err != nil {
		return nil, err
	}
	return &symbol{space: v.space, cpp: "u64(" + name + ")", bytes: v.bytes()}, nil
}

// globalData is a variable that the C++ defines.
type globalData struct {
	v    *variable
	name string
}

// define gives the C++ definition of a variable.
func (g *generator) define(d globalData) (string, error) {
	var b strings.Builder
	constant := "const "
	if d.v.space == "global" {
		constant = ""
	}
	fmt.Fprintf(&b, "alignas(%d) %s%s_m %s[%d] = {", d.v.align, constant, d.v.typ.cpp(), d.name, max(1, d.v.count*d.v.vector))
	for i, o := range d.v.init {
		value, err := g.initialiser(o, d.v.typ)
		if err != nil {
			return "", err
		}
		if i%16 == 15 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s, ", value)
	}
	b.WriteString("};\n")
	return b.String(), nil
}

func (g *generator) initialiser(o operand, t scalar) (string, error) {
	if o.kind != nameOperand {
		if t == scalars["f16"] && o.kind == numberOperand {
			t = scalars["b16"] // the bits
		}
		return g.read(o, t, false)
	}
	sym := g.find(o.name)
	switch {
	case sym == nil || sym.space != "global" && sym.space != "const":
		return "", g.fail("%s is no variable, declared further up, whose address could be a value", o.name)
	case t.size != 64 || t.class == float:
		return "", g.fail("an address where a value of type %v is wanted", t)
	case sym.space == "const" && !o.generic:
		return "", g.fail("%s is constant: its address is written generic(%s)", o.name, o.name)
	}
	return plus(sym.cpp, o.offset, 64), nil
}

// signatures declares the functions.
func (g *generator) signatures() error {
	g.scope = g.top
	for _, f := range g.mod.functions {
		g.at = f.place
		if !f.defined {
			continue // a declaration of one defined further down
		}
		f.cpp = g.uniqueTop("f_", f.name)
		if err := g.declare(f.name, &symbol{space: "function", fn: f}); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) uniqueTop(prefix, name string) string {
	saved := g.taken
	g.taken = g.takenTop
	defer func() { g.taken = saved }()
	return g.unique(prefix, name)
}

// signature is a function's head. Results and parameters in memory are passed by address, those in registers as such.
func (g *generator) signature(f *function) string {
	args := []string{"sim_thread *t"}
	for i, v := range f.results {
		if v.space == "reg" {
			args = append(args, fmt.Sprintf("%s &r%d", v.typ.storage(), i))
		} else {
			args = append(args, fmt.Sprintf("u8 *r%d", i))
		}
	}
	for i, v := range f.params {
		switch {
		case f.entry:
		case v.space == "reg":
			args = append(args, fmt.Sprintf("%s p%d", v.typ.storage(), i))
		default:
			args = append(args, fmt.Sprintf("u8 *p%d", i))
		}
	}
	return f.cpp + "(" + strings.Join(args, ", ") + ")"
}
