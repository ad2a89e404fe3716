package backend

import (
	"errors"
	"fmt"
	"slices"
)

// Verify checks the whole Program: single assignment, definitions before uses, values used only by entries that may see
// them, arguments read and written as their mode allows, reads of an argument before its Write, and the shapes and types of
// every call. Passes are checked with it.
func (p *Program) Verify() error {
	for i := range p.Values {
		if err := p.verifyValue(i); err != nil {
			return err
		}
	}
	for i := range p.Args {
		if a := &p.Args[i]; a.Value >= 0 && (int(a.Value) >= len(p.Values) || p.Values[a.Value].Kind != ArgValue || p.Values[a.Value].Arg != i) {
			return fmt.Errorf("backend: argument %q has the value %%%d, which is not its own", a.Name, a.Value)
		}
	}
	v := verifier{p: p, made: make([]EntryKind, len(p.Values))}
	for i := range p.Values {
		if p.Values[i].Kind == TempValue {
			v.made[i] = numEntries
		}
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		if e.Kind >= numEntries || slices.ContainsFunc(p.Entries[:i], func(o Entry) bool { return o.Kind == e.Kind }) {
			return fmt.Errorf("backend: entry %d is of the unknown kind %d or the second of its kind", i, e.Kind)
		}
		v.entry, v.written = e.Kind, make([]bool, len(p.Args))
		if err := v.calls(e.Calls, false); err != nil {
			return fmt.Errorf("%v: %w", e.Kind, err)
		}
	}
	return nil
}

func (p *Program) verifyValue(i int) error {
	v := &p.Values[i]
	switch {
	case !valid(v.Shape) || !v.DType.Known():
		return fmt.Errorf("backend: value %%%d has shape %v, type %v", i, v.Shape, v.DType)
	case v.Kind == ConstValue && len(v.Const) != v.Shape.Size():
		return fmt.Errorf("backend: constant %%%d of shape %v has %d numbers", i, v.Shape, len(v.Const))
	case v.Kind == ArgValue && (v.Arg < 0 || v.Arg >= len(p.Args)):
		return fmt.Errorf("backend: value %%%d is argument %d of %d", i, v.Arg, len(p.Args))
	case v.Kind == ArgValue && (!v.Shape.Equal(p.Args[v.Arg].Shape) || v.DType != p.Args[v.Arg].DType || v.Layout != Plain):
		a := &p.Args[v.Arg]
		return fmt.Errorf("backend: value %%%d is %v %v %v, its argument %q %v %v", i, v.DType, v.Shape, v.Layout, a.Name, a.DType, a.Shape)
	}
	return nil
}

// valid reports whether s is a shape whose dimensions are all known; a dimension may be 0.
func valid(s Shape) bool {
	return s != nil && !slices.ContainsFunc(s, func(d int) bool { return d < 0 })
}

// verifier walks the calls of an entry.
type verifier struct {
	p       *Program
	entry   EntryKind
	made    []EntryKind // by value: the entry that makes it, numEntries while none did; arguments and constants count as Prepare's
	written []bool      // by argument
}

// sees reports whether the present entry may read the value.
func (v *verifier) sees(id ValueID) bool {
	if id < 0 || int(id) >= len(v.made) {
		return false
	}
	by := v.made[id]
	return by == v.entry || by == Prepare || by == Forward && v.entry == Backward
}

func (v *verifier) calls(calls []Call, inBody bool) error {
	for i := range calls {
		if err := v.call(&calls[i], inBody); err != nil {
			return &Error{Node: calls[i].Node, Call: fmt.Sprintf("%v (call %d)", calls[i].Kind, i), Err: err}
		}
	}
	return nil
}

func (v *verifier) call(c *Call, inBody bool) error {
	if c.Kind >= numKinds {
		return errors.New("unknown kind")
	}
	for _, in := range c.In {
		if !v.sees(in) {
			return fmt.Errorf("reads %%%d before it is made, or from an entry that it does not see", in)
		}
		if x := v.p.Value(in); x.Kind == ArgValue && v.written[x.Arg] {
			return fmt.Errorf("reads argument %q after its Write", v.p.Args[x.Arg].Name)
		}
	}
	for k, out := range c.Out {
		if out < 0 || int(out) >= len(v.made) || v.made[out] != numEntries || slices.Contains(c.Out[:k], out) {
			return fmt.Errorf("makes %%%d, which is made elsewhere or unknown", out)
		}
	}
	if c.Body != nil {
		if err := v.body(c); err != nil {
			return err
		}
	}
	if err := kindTable[c.Kind].verify(v.p, c); err != nil {
		return err
	}
	for _, out := range c.Out {
		v.made[out] = v.entry
	}
	if w, ok := c.Attrs.(*WriteAttrs); ok {
		if inBody {
			return errors.New("Write inside a fused call")
		}
		if v.written[w.Arg] {
			return fmt.Errorf("argument %q is written twice", v.p.Args[w.Arg].Name)
		}
		v.written[w.Arg] = true
	}
	return nil
}

// body checks the calls that c replaces: what they make for themselves is unknown outside.
func (v *verifier) body(c *Call) error {
	inner := verifier{v.p, v.entry, slices.Clone(v.made), v.written}
	if err := inner.calls(c.Body, true); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	for _, out := range c.Out {
		if inner.made[out] == numEntries {
			return fmt.Errorf("its body does not make %%%d", out)
		}
	}
	return nil
}
