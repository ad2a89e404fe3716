package op

import "fmt"

// TransposeParam has MXNet's names and defaults.
type TransposeParam struct {
	Axes []int `gomx:"axes" doc:"axis i of the output is axis axes[i] of data; empty reverses the axes"`
}

// SwapAxisParam has MXNet's names and defaults.
type SwapAxisParam struct {
	Dim1 int `gomx:"dim1" doc:"one axis"`
	Dim2 int `gomx:"dim2" doc:"the other"`
}

// ExpandDimsParam has MXNet's names.
type ExpandDimsParam struct {
	Axis int `gomx:"axis,pos" doc:"where the new axis stands; -1 is behind the last"`
}

// SqueezeParam has MXNet's names and defaults.
type SqueezeParam struct {
	Axis []int `gomx:"axis" doc:"the axes of size 1 to drop, all of them when empty"`
}

func init() {
	Register(Op[TransposeParam]{
		Name: "transpose", Doc: "data with its axes in another order",
		Shape: func(p *TransposeParam, s *Shapes) {
			permuteShape(s, p.order)
		},
		Forward: func(p *TransposeParam, c *Ctx, in []Value) []Value {
			order, _ := p.order(in[0].Shape()) // shape inference has seen the error
			return []Value{c.Transpose(in[0], order...)}
		},
		Backward: func(p *TransposeParam, c *Ctx, dout []Value) []Value {
			order, _ := p.order(c.In(0).Shape())
			return []Value{c.Transpose(dout[0], inverse(order)...)}
		},
	})
	Register(Op[SwapAxisParam]{
		Name: "SwapAxis", Aliases: []string{"swapaxes"},
		Doc: "data with two axes exchanged",
		Shape: func(p *SwapAxisParam, s *Shapes) {
			permuteShape(s, p.order)
		},
		Forward: func(p *SwapAxisParam, c *Ctx, in []Value) []Value {
			order, _ := p.order(in[0].Shape())
			return []Value{c.Transpose(in[0], order...)}
		},
		Backward: func(p *SwapAxisParam, c *Ctx, dout []Value) []Value {
			order, _ := p.order(dout[0].Shape())
			return []Value{c.Transpose(dout[0], order...)}
		},
	})
	Register(Op[ExpandDimsParam]{
		Name: "expand_dims", Doc: "data with a further axis of size 1",
		Shape: func(p *ExpandDimsParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			axis := p.Axis
			if axis < 0 {
				axis += len(data) + 1
			}
			if axis < 0 || axis > len(data) {
				s.Failf("data is %v, a new axis cannot stand at %d", data, p.Axis)
				return
			}
			out := append(data[:axis:axis].Clone(), 1)
			s.Out(append(out, data[axis:]...))
		},
		Forward: func(p *ExpandDimsParam, c *Ctx, in []Value) []Value {
			s, axis := in[0].Shape(), p.Axis
			if axis < 0 {
				axis += len(s) + 1
			}
			return []Value{c.Reshape(in[0], append(append(s[:axis:axis].Clone(), 1), s[axis:]...))}
		},
		Backward: reshapeBack[ExpandDimsParam],
	})
	Register(Op[SqueezeParam]{
		Name: "squeeze", Doc: "data without axes of size 1",
		Shape: func(p *SqueezeParam, s *Shapes) {
			data := s.In("data")
			if !data.Known() {
				return
			}
			out, err := p.apply(data)
			if err != nil {
				s.Failf("%v", err)
				return
			}
			s.Out(out)
		},
		Forward: func(p *SqueezeParam, c *Ctx, in []Value) []Value {
			out, _ := p.apply(in[0].Shape())
			return []Value{c.Reshape(in[0], out)}
		},
		Backward: reshapeBack[SqueezeParam],
	})
}

// permuteShape infers output and data from each other for a permutation of axes.
func permuteShape(s *Shapes, order func(Shape) ([]int, error)) {
	data := s.In("data")
	known := data
	if known == nil {
		known = s.OutAt(0)
	}
	if known == nil {
		return
	}
	axes, err := order(known)
	if err != nil {
		s.Failf("%v", err)
		return
	}
	if data != nil {
		s.Out(permute(data, axes))
	}
	if out := s.OutAt(0); len(out) == len(axes) {
		s.Want("data", permute(out, inverse(axes)), "output is %v", out)
	}
}

func permute(s Shape, axes []int) Shape {
	out := make(Shape, len(axes))
	for i, a := range axes {
		out[i] = s[a]
	}
	return out
}

func inverse(axes []int) []int {
	inv := make([]int, len(axes))
	for i, a := range axes {
		inv[a] = i
	}
	return inv
}

func (p *TransposeParam) order(s Shape) ([]int, error) {
	order := make([]int, len(s))
	for i := range order {
		order[i] = len(s) - 1 - i
	}
	if len(p.Axes) == 0 {
		return order, nil
	}
	seen := make([]bool, len(s))
	for i, a := range p.Axes {
		k, ok := s.Axis(a)
		if len(p.Axes) != len(s) || !ok || seen[k] {
			return nil, fmt.Errorf("data is %v, axes=%s is no order of its axes", s, FormatParam(p.Axes))
		}
		seen[k], order[i] = true, k
	}
	return order, nil
}

func (p *SwapAxisParam) order(s Shape) ([]int, error) {
	i, ok := s.Axis(p.Dim1)
	j, ok2 := s.Axis(p.Dim2)
	if !ok || !ok2 {
		return nil, fmt.Errorf("data is %v, it has no axes %d and %d", s, p.Dim1, p.Dim2)
	}
	order := make([]int, len(s))
	for i := range order {
		order[i] = i
	}
	order[i], order[j] = j, i
	return order, nil
}

func (p *SqueezeParam) apply(s Shape) (Shape, error) {
	drop := make([]bool, len(s))
	for i, n := range s {
		drop[i] = n == 1 && len(p.Axis) == 0
	}
	for _, a := range p.Axis {
		i, ok := s.Axis(a)
		if !ok || s[i] != 1 {
			return nil, fmt.Errorf("data is %v, its axis %d is not of size 1", s, a)
		}
		drop[i] = true
	}
	out := Shape{}
	for i, n := range s {
		if !drop[i] {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		out = Shape{1}
	}
	return out, nil
}
