package op

// LayerNormParam has MXNet's names and defaults.
type LayerNormParam struct {
	Axis          int     `gomx:"axis,default=-1" doc:"the axis that is normalized"`
	Eps           float64 `gomx:"eps,default=1e-05" doc:"added to the variance"`
	OutputMeanVar bool    `gomx:"output_mean_var" doc:"give mean and √(variance + eps) as outputs; no gradient flows through them"`
}

func init() {
	Register(Op[LayerNormParam]{
		Name:    "LayerNorm",
		Doc:     "out = gamma · (data − mean)/√(variance + eps) + beta, along one axis (Ba et al. 2016)",
		Args:    normArgs[LayerNormParam],
		Outputs: func(p *LayerNormParam) []string { return normOutputs(p.OutputMeanVar) },
		Hidden:  func(p *LayerNormParam) int { return normHidden(p.OutputMeanVar) },
		Shape:   (*LayerNormParam).shape,
		Forward: func(p *LayerNormParam, c *Ctx, in []Value) []Value {
			n, axis := p.at(in[0])
			y, mean, std := normalize(c, in[0], alongAxis(c, in[1], n, axis), alongAxis(c, in[2], n, axis), p.Eps, axis)
			return []Value{y, mean, std}[:len(normOutputs(p.OutputMeanVar))]
		},
		Backward: func(p *LayerNormParam, c *Ctx, dout []Value) []Value {
			x, gamma := c.In(0), c.In(1)
			n, axis := p.at(x)
			dx, dgamma, dbeta := normalizeGrad(c, dout[0], x, alongAxis(c, gamma, n, axis), axis)
			return []Value{dx, c.ReshapeLike(dgamma, gamma), c.ReshapeLike(dbeta, gamma)}
		},
	})
}

// at is the number of axes of x, and which is normalized.
func (p *LayerNormParam) at(x Value) (n, axis int) {
	axis, _ = x.Shape().Axis(p.Axis)
	return len(x.Shape()), axis
}

func (p *LayerNormParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		data = s.OutAt(0)
	}
	if data == nil {
		return
	}
	axis, ok := data.Axis(p.Axis)
	if !ok {
		s.Failf("data is %v, it has no axis %d", data, p.Axis)
		return
	}
	s.Want("data", data, "output and data have one shape")
	s.Want("gamma", Shape{data[axis]}, "data is %v", data)
	s.Want("beta", Shape{data[axis]}, "data is %v", data)
	s.Out(data)
	if p.OutputMeanVar {
		kept := data.Clone()
		kept[axis] = 1
		s.SetOut(1, kept)
		s.SetOut(2, kept)
	}
}
