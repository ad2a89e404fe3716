package op

// ArgParam has MXNet's names and defaults.
type ArgParam struct {
	Axis     *int `gomx:"axis" doc:"the axis to search; the whole array when not given"`
	KeepDims bool `gomx:"keepdims" doc:"keep the axis as 1"`
}

func init() {
	for _, r := range []struct {
		name, doc string
		min       bool
	}{
		{"argmax", "position of the largest element along an axis, the first on ties", false},
		{"argmin", "position of the smallest element along an axis, the first on ties", true},
	} {
		Register(Op[ArgParam]{
			Name: r.name, Doc: r.doc,
			Shape: func(p *ArgParam, s *Shapes) {
				data := s.In("data")
				if data == nil {
					return
				}
				axes, ok := p.axes(data)
				if !ok {
					s.Failf("data is %v, it has no axis %d", data, *p.Axis)
					return
				}
				s.Out(reducedShape(data, axes, p.KeepDims))
			},
			Forward: func(p *ArgParam, c *Ctx, in []Value) []Value {
				return []Value{p.search(c, in[0], r.min)}
			},
		})
	}
	Register(Op[NoParam]{
		Name: "argmax_channel", Doc: "position of the largest element along axis 1, the first on ties",
		Shape: func(_ *NoParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) < 2 {
				s.Failf("data is %v, want (N,C,…)", data)
				return
			}
			s.Out(append(data[:1].Clone(), data[2:]...))
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.ArgMax(in[0], 1, false)}
		},
	})
}

// axes lists the axis, or all of them.
func (p *ArgParam) axes(s Shape) ([]int, bool) {
	if p.Axis == nil {
		return reduceAxes(s, nil, false)
	}
	return reduceAxes(s, []int{*p.Axis}, false)
}

func (p *ArgParam) search(c *Ctx, x Value, min bool) Value {
	s := x.Shape()
	axes, _ := p.axes(s) // shape inference has seen the error
	out := reducedShape(s, axes, p.KeepDims)
	axis := 0
	if p.Axis == nil {
		x = c.Reshape(x, Shape{s.Size()})
	} else {
		axis = axes[0]
	}
	if min {
		return c.Reshape(c.ArgMin(x, axis, true), out)
	}
	return c.Reshape(c.ArgMax(x, axis, true), out)
}
