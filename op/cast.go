package op

// CastParam has MXNet's names.
type CastParam struct {
	DType DType `gomx:"dtype,pos" doc:"the element type to convert to"`
}

func init() {
	registerCast("Cast", "data in another element type; towards zero for integers, wrapping around when out of range", false, "cast")
	registerCast("amp_cast", "floating-point data in another floating-point type, other data as it is; MXNet's mixed precision writes it", true)
}

// registerCast registers an operator that converts its input, or with keepsWhole only floating-point input.
func registerCast(name, doc string, keepsWhole bool, aliases ...string) {
	becomes := func(p *CastParam, from DType) DType {
		if keepsWhole && !from.IsFloat() {
			return from
		}
		return p.DType
	}
	Register(Op[CastParam]{
		Name: name, Aliases: aliases, Doc: doc,
		Shape: func(_ *CastParam, s *Shapes) { s.Elementwise() },
		Type: func(p *CastParam, t *Types) {
			switch {
			case t.In[0] != nil:
				t.WantOut(0, becomes(p, *t.In[0]))
			case !keepsWhole:
				t.WantOut(0, p.DType)
			}
		},
		Forward: func(p *CastParam, c *Ctx, in []Value) []Value {
			return []Value{truncated(c, in[0], becomes(p, in[0].DType()))}
		},
		Backward: func(_ *CastParam, c *Ctx, dout []Value) []Value {
			return []Value{c.Cast(dout[0], c.In(0).DType())}
		},
	})
}
