package passes

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// foldLimit is how many elements a constant may have that Fold makes.
const foldLimit = 4096

// Fold replaces what is known without running: Reshapes of constants and of Reshapes, Maps that give back their input, and
// Maps over constants alone.
func Fold(p *backend.Program) *backend.Program {
	p = p.Clone()
	same := make(map[backend.ValueID]backend.ValueID)
	from := make(map[backend.ValueID]backend.ValueID) // what a Reshape shows
	for e := range p.Entries {
		calls := p.Entries[e].Calls
		kept := calls[:0]
		for i := range calls {
			c := calls[i]
			replace(&c, same)
			// Backward must not read again, from an argument, what Forward saved of it.
			saved := p.Entries[e].Kind == backend.Forward && len(c.In) > 0 && p.Value(c.In[0]).Kind == backend.ArgValue
			if saved || !fold(p, &c, same, from) {
				kept = append(kept, c)
			}
		}
		p.Entries[e].Calls = kept
		clear(from)
	}
	return p
}

// fold reports whether the call is done with: its results are in same, or have become constants.
func fold(p *backend.Program, c *backend.Call, same, from map[backend.ValueID]backend.ValueID) bool {
	switch c.Kind {
	case backend.Reshape:
		if x, ok := from[c.In[0]]; ok {
			c.In[0] = x
		}
		x, y := p.Value(c.In[0]), p.Value(c.Out[0])
		if x.Kind == backend.ConstValue {
			makeConst(y, x.Const)
			return true
		}
		if x.Shape.Equal(y.Shape) {
			same[c.Out[0]] = c.In[0]
			return true
		}
		from[c.Out[0]] = c.In[0]
	case backend.Map:
		e := c.Attrs.(*backend.MapAttrs).E
		if e.IsIdentity() && sameForm(p.Value(c.In[0]), p.Value(c.Out[0])) {
			same[c.Out[0]] = c.In[0]
			return true
		}
		return foldMap(p, c, e)
	}
	return false
}

func sameForm(x, y *backend.ValueInfo) bool {
	return x.DType == y.DType && x.Shape.Equal(y.Shape) && x.Layout == y.Layout
}

func makeConst(v *backend.ValueInfo, data []float64) {
	v.Kind, v.Const = backend.ConstValue, data
}

// foldMap computes a Map of constants. Integers and half precision, which round on store, are left to the device.
func foldMap(p *backend.Program, c *backend.Call, e *expr.Expr) bool {
	shape := p.Value(c.Out[0]).Shape
	if len(c.In) == 0 || shape.Size() > foldLimit {
		return false
	}
	for _, id := range slices.Concat(c.In, c.Out) {
		if v := p.Value(id); v.DType != backend.Float32 && v.DType != backend.Float64 || v.Layout != backend.Plain {
			return false
		}
	}
	for _, id := range c.In {
		if p.Value(id).Kind != backend.ConstValue {
			return false
		}
	}
	in := make([][]float64, len(c.In))
	for i, id := range c.In {
		in[i] = stretch(p.Value(id), shape)
	}
	outs := make([][]float64, len(c.Out))
	for at := range shape.Size() {
		vals := evalNodes(e, in, at)
		for k, n := range e.Outs {
			x := vals[n]
			if p.Value(c.Out[k]).DType == backend.Float32 {
				x = float64(float32(x))
			}
			outs[k] = append(outs[k], x)
		}
	}
	for k, id := range c.Out {
		makeConst(p.Value(id), outs[k])
	}
	return true
}

// stretch broadcasts the constant to a shape.
func stretch(v *backend.ValueInfo, to backend.Shape) []float64 {
	out := make([]float64, to.Size())
	st, off := v.Shape.Strides(), len(to)-len(v.Shape)
	for i := range out {
		at, rest := 0, i
		for d := len(to) - 1; d >= off; d-- {
			if v.Shape[d-off] != 1 {
				at += rest % to[d] * st[d-off]
			}
			rest /= to[d]
		}
		out[i] = v.Const[at]
	}
	return out
}

func evalNodes(e *expr.Expr, in [][]float64, at int) []float64 {
	vals := make([]float64, len(e.Nodes))
	for i, n := range e.Nodes {
		switch n.Op {
		case expr.Input:
			vals[i] = in[n.Index][at]
		case expr.Const:
			vals[i] = n.Value
		default:
			vals[i] = expr.Eval64(n.Op, vals[n.Args[0]], vals[n.Args[1]], vals[n.Args[2]])
		}
	}
	return vals
}
