package op

// CastParam has MXNet's names.
type CastParam struct {
	DType DType `gomx:"dtype,pos" doc:"the element type to convert to"`
}

func init() {
	registerCast("Cast", "cast")
	registerCast("amp_cast") // written by MXNet's mixed precision
}

func registerCast(name string, aliases ...string) {
	Register(Op[CastParam]{
		Name: name, Aliases: aliases,
		Doc:   "data in another element type; towards zero for integers, wrapping around when out of range",
		Shape: func(_ *CastParam, s *Shapes) { s.Elementwise() },
		Type:  func(p *CastParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *CastParam, c *Ctx, in []Value) []Value {
			return []Value{c.Cast(in[0], p.DType)}
		},
		Backward: func(_ *CastParam, c *Ctx, dout []Value) []Value {
			return []Value{c.Cast(dout[0], c.In(0).DType())}
		},
	})
}
