package op

// GroupNormParam has MXNet's names and defaults.
type GroupNormParam struct {
	NumGroups     int     `gomx:"num_groups,default=1,min=1" doc:"the channels are divided into so many groups"`
	Eps           float64 `gomx:"eps,default=1e-05" doc:"added to the variance"`
	OutputMeanVar bool    `gomx:"output_mean_var" doc:"give mean and √(variance + eps) as outputs; no gradient flows through them"`
}

func init() {
	Register(Op[GroupNormParam]{
		Name:    "GroupNorm",
		Doc:     "out = gamma · (data − mean)/√(variance + eps) + beta, per example and group of channels; gamma and beta have a number per group (Wu and He 2018)",
		Args:    normArgs[GroupNormParam],
		Outputs: func(p *GroupNormParam) []string { return normOutputs(p.OutputMeanVar) },
		Hidden:  func(p *GroupNormParam) int { return normHidden(p.OutputMeanVar) },
		Shape:   (*GroupNormParam).shape,
		Forward: func(p *GroupNormParam, c *Ctx, in []Value) []Value {
			y, mean, std := normalize(c, p.groups(c, in[0]), perChannel(c, in[1], 3), perChannel(c, in[2], 3), p.Eps, 2)
			ng := mean.Shape()[:2]
			return []Value{c.ReshapeLike(y, in[0]), c.Reshape(mean, ng), c.Reshape(std, ng)}[:len(normOutputs(p.OutputMeanVar))]
		},
		Backward: func(p *GroupNormParam, c *Ctx, dout []Value) []Value {
			x, gamma := c.In(0), c.In(1)
			dx, dgamma, dbeta := normalizeGrad(c, p.groups(c, dout[0]), p.groups(c, x), perChannel(c, gamma, 3), 2)
			return []Value{c.ReshapeLike(dx, x), c.ReshapeLike(dgamma, gamma), c.ReshapeLike(dbeta, gamma)}
		},
	})
}

// groups sees x as (examples, groups, elements of a group).
func (p *GroupNormParam) groups(c *Ctx, x Value) Value {
	s := x.Shape()
	return c.Reshape(x, Shape{s[0], p.NumGroups, s[1:].Size() / p.NumGroups})
}

func (p *GroupNormParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	if len(data) < 3 || data[1]%p.NumGroups != 0 {
		s.Failf("data is %v, want (N,C,…) with at least one further axis, and C a multiple of num_groups, which is %d", data, p.NumGroups)
		return
	}
	s.Want("gamma", Shape{p.NumGroups}, "num_groups is %d", p.NumGroups)
	s.Want("beta", Shape{p.NumGroups}, "num_groups is %d", p.NumGroups)
	s.Out(data)
	if p.OutputMeanVar {
		s.SetOut(1, Shape{data[0], p.NumGroups})
		s.SetOut(2, Shape{data[0], p.NumGroups})
	}
}
