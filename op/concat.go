package op

// ConcatParam has MXNet's names and defaults.
type ConcatParam struct {
	NumArgs int `gomx:"num_args,req,min=1,max=65536" doc:"number of inputs; counted by itself"`
	Dim     int `gomx:"dim,default=1" doc:"the axis to join along"`
}

func init() {
	Register(Op[ConcatParam]{
		Name: "Concat", Aliases: []string{"concat"},
		Doc:      "joins arrays along an axis; their other axes agree",
		Variadic: true,
		Shape:    (*ConcatParam).shape,
		Forward: func(p *ConcatParam, c *Ctx, in []Value) []Value {
			return []Value{c.Concat(p.Dim, in...)}
		},
		// Of the inputs only the shapes are asked for.
		Backward: func(p *ConcatParam, c *Ctx, dout []Value) []Value {
			axis, _ := dout[0].Shape().Axis(p.Dim)
			d, at := make([]Value, p.NumArgs), 0
			for i := range d {
				n := c.In(i).Shape()[axis]
				d[i] = c.SliceAxis(dout[0], axis, at, n)
				at += n
			}
			return d
		},
	})
}

// shape joins what is known: all axes but one are common to inputs and output, and along that one the output is the sum.
func (p *ConcatParam) shape(s *Shapes) {
	common := s.OutAt(0).Clone()
	for i := 0; i < s.Len() && common == nil; i++ {
		common = s.At(i).Clone()
	}
	if common == nil {
		return
	}
	axis, ok := common.Axis(p.Dim)
	if !ok {
		s.Failf("an input is %v: it has no axis dim=%d", common, p.Dim)
		return
	}
	sum, unknown := 0, -1
	for i := range s.Len() {
		in := s.At(i)
		switch {
		case in == nil || len(in) == len(common) && in[axis] == 0:
			if unknown >= 0 {
				unknown = s.Len() // more than one
			} else {
				unknown = i
			}
		case len(in) == len(common):
			sum += in[axis]
			for k := range in {
				if k != axis && common[k] == 0 {
					common[k] = in[k]
				}
			}
		}
	}
	total := 0
	if out := s.OutAt(0); out != nil && len(out) == len(common) {
		total = out[axis]
	}
	common[axis] = 0
	for i := range s.Len() {
		want := common.Clone()
		if i == unknown && total > sum {
			want[axis] = total - sum
		}
		s.WantAt(i, want, "the inputs agree in all axes but %d", axis)
	}
	if unknown < 0 {
		common[axis] = sum
	}
	s.Out(common)
}
