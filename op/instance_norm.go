package op

// InstanceNormParam has MXNet's names and defaults.
type InstanceNormParam struct {
	Eps float64 `gomx:"eps,default=0.001" doc:"added to the variance"`
}

func init() {
	Register(Op[InstanceNormParam]{
		Name: "InstanceNorm",
		Doc:  "out = gamma · (data − mean)/√(variance + eps) + beta, per example and channel (Ulyanov et al. 2016)",
		Args: normArgs[InstanceNormParam],
		// MXNet's mean and variance.
		Hidden: func(*InstanceNormParam) int { return 2 },
		Shape: func(_ *InstanceNormParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) < 3 {
				s.Failf("data is %v, want (N,C,…) with at least one further axis", data)
				return
			}
			s.Want("gamma", data[1:2], "data is %v", data)
			s.Want("beta", data[1:2], "data is %v", data)
			s.Out(data)
		},
		Forward: func(p *InstanceNormParam, c *Ctx, in []Value) []Value {
			n := len(in[0].Shape())
			y, _, _ := normalize(c, in[0], perChannel(c, in[1], n), perChannel(c, in[2], n), p.Eps, c.Axes(in[0].Shape())[2:]...)
			return []Value{y}
		},
		Backward: func(_ *InstanceNormParam, c *Ctx, dout []Value) []Value {
			x, gamma := c.In(0), c.In(1)
			dx, dgamma, dbeta := normalizeGrad(c, dout[0], x, perChannel(c, gamma, len(x.Shape())), c.Axes(x.Shape())[2:]...)
			return []Value{dx, c.ReshapeLike(dgamma, gamma), c.ReshapeLike(dbeta, gamma)}
		},
	})
}
