package op

func init() {
	Register(Op[NoParam]{
		Name: "Flatten", Aliases: []string{"flatten"},
		Doc: "data seen as (N, everything else)",
		Shape: func(_ *NoParam, s *Shapes) {
			data := s.In("data")
			if len(data) == 0 {
				return
			}
			s.Out(Shape{data[0], data[1:].Size()})
			if o := s.OutAt(0); len(o) == 2 {
				want := make(Shape, len(data))
				want[0] = o[0]
				s.Want("data", want, "output is %v", o)
			}
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.Flatten2D(in[0])}
		},
		Backward: reshapeBack[NoParam],
	})
}
