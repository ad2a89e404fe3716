package op

import "github.com/gomx-org/gomx/backend"

// registerScalar registers the form of f between an array and a number, which with reverse is the first operand.
func registerScalar(name string, aliases []string, doc string, f *function, reverse bool) {
	array, number := 0, 1
	if reverse {
		array, number = 1, 0
	}
	operands := func(p *ScalarParam, c *Ctx, x Value) [2]Value {
		x = c.Cast(x, p.computes(x.DType()))
		var v [2]Value
		v[array], v[number] = x, c.Param("scalar", x.DType(), p.Scalar)
		return v
	}
	o := Op[ScalarParam]{
		Name: name, Aliases: aliases, Doc: "out = " + doc,
		Shape: func(_ *ScalarParam, s *Shapes) { s.Elementwise() },
		Type: func(p *ScalarParam, t *Types) {
			if p.IsInt {
				t.Same()
			} else if t.In[0] != nil {
				t.WantOut(0, p.computes(*t.In[0]))
			}
		},
		Forward: func(p *ScalarParam, c *Ctx, in []Value) []Value {
			v := operands(p, c, in[0])
			return []Value{f.apply(c, v[array].DType(), v[:]...)}
		},
	}
	if f.grads[0] != nil {
		o.Backward = func(p *ScalarParam, c *Ctx, dout []Value) []Value {
			in := func(k int) Value { return operands(p, c, c.In(0))[k] }
			return []Value{c.Cast(f.gradient(c, array, in, dout[0]), c.In(0).DType())}
		}
	}
	Register(o)
}

// computes is the type that an array of type t is taken as.
func (p *ScalarParam) computes(t DType) DType {
	if !p.IsInt && !t.IsFloat() {
		return backend.Float64
	}
	return t
}
