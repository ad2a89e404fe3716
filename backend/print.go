package backend

import (
	"fmt"
	"strings"
)

// String lists the Program: arguments, then each entry with a call a line, as `gomx inspect --program` prints it.
func (p *Program) String() string {
	var s strings.Builder
	for i := range p.Args {
		a := &p.Args[i]
		fmt.Fprintf(&s, "arg %-3d %-5v %v%v  %s%s\n", i, a.Mode, a.DType, a.Shape, a.Name, flag(a.Param, "(param)"))
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		fmt.Fprintf(&s, "\n%v:\n", e.Kind)
		for k := range e.Calls {
			fmt.Fprintf(&s, "%4d  %s\n", k, p.CallString(&e.Calls[k]))
		}
	}
	return s.String()
}

// CallString writes one call: results, kind, inputs, attributes and the node it came from.
func (p *Program) CallString(c *Call) string {
	var s strings.Builder
	for i, id := range c.Out {
		if i > 0 {
			s.WriteString(", ")
		}
		v := p.Value(id)
		fmt.Fprintf(&s, "%%%d %v%v", id, v.DType, v.Shape)
		if v.Layout != Plain {
			fmt.Fprintf(&s, "@%v", v.Layout)
		}
	}
	if len(c.Out) > 0 {
		s.WriteString(" = ")
	}
	fmt.Fprintf(&s, "%v(", c.Kind)
	for i, id := range c.In {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(p.ValueString(id))
	}
	s.WriteByte(')')
	if c.Attrs != nil {
		s.WriteByte(' ')
		if w, ok := c.Attrs.(*WriteAttrs); ok {
			s.WriteString("-> " + p.Args[w.Arg].Name)
		} else {
			s.WriteString(c.Attrs.String())
		}
	}
	if c.Node != "" {
		s.WriteString("  # " + c.Node)
	}
	return s.String()
}

// ValueString names a value: %12, the argument's name, or a constant's number.
func (p *Program) ValueString(id ValueID) string {
	v := p.Value(id)
	switch {
	case v.Kind == ArgValue:
		return p.Args[v.Arg].Name
	case v.Kind == ConstValue && len(v.Const) == 1:
		return fmt.Sprint(v.Const[0])
	case v.Kind == ConstValue:
		return fmt.Sprintf("const%v", v.Shape)
	}
	return fmt.Sprintf("%%%d", id)
}
