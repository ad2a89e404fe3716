package op

// AddNParam has MXNet's names.
type AddNParam struct {
	NumArgs int `gomx:"num_args,req,min=1,max=65536" doc:"number of inputs; counted by itself"`
}

func init() {
	Register(Op[AddNParam]{
		Name: "add_n", Aliases: []string{"ElementWiseSum"},
		Doc:      "out = arg0 + arg1 + …, in this order",
		Variadic: true,
		Shape:    func(_ *AddNParam, s *Shapes) { s.Elementwise() },
		Forward: func(_ *AddNParam, c *Ctx, in []Value) []Value {
			sum := in[0]
			for _, x := range in[1:] {
				sum = c.Add(sum, x)
			}
			return []Value{sum}
		},
		Backward: func(p *AddNParam, _ *Ctx, dout []Value) []Value {
			d := make([]Value, p.NumArgs)
			for i := range d {
				d[i] = dout[0]
			}
			return d
		},
	})
}
