package op

import "github.com/gomx-org/gomx/backend"

// BroadcastToParam has MXNet's names.
type BroadcastToParam struct {
	Shape []int `gomx:"shape,pos" doc:"the shape to stretch to; 0 keeps an axis"`
}

// BroadcastAxisParam has MXNet's names and defaults.
type BroadcastAxisParam struct {
	Axis []int `gomx:"axis" doc:"axes of size 1"`
	Size []int `gomx:"size" doc:"the size that each is stretched to"`
}

func init() {
	Register(Op[BroadcastToParam]{
		Name: "broadcast_to", Doc: "data with axes of size 1 stretched",
		Shape:    func(p *BroadcastToParam, s *Shapes) { stretchShape(s, p.target) },
		Forward:  func(p *BroadcastToParam, c *Ctx, in []Value) []Value { return stretch(c, in[0], p.target) },
		Backward: func(_ *BroadcastToParam, c *Ctx, dout []Value) []Value { return unstretch(c, dout[0]) },
	})
	Register(Op[BroadcastAxisParam]{
		Name: "broadcast_axis", Aliases: []string{"broadcast_axes"},
		Doc:      "data with the axes named, of size 1, stretched",
		Shape:    func(p *BroadcastAxisParam, s *Shapes) { stretchShape(s, p.target) },
		Forward:  func(p *BroadcastAxisParam, c *Ctx, in []Value) []Value { return stretch(c, in[0], p.target) },
		Backward: func(_ *BroadcastAxisParam, c *Ctx, dout []Value) []Value { return unstretch(c, dout[0]) },
	})
}

func (p *BroadcastToParam) target(s Shape) (Shape, bool) {
	if len(p.Shape) != len(s) {
		return nil, false
	}
	out := Shape(p.Shape).Clone()
	for i, n := range out {
		if n == 0 {
			out[i] = s[i]
		}
	}
	return out, true
}

func (p *BroadcastAxisParam) target(s Shape) (Shape, bool) {
	if len(p.Axis) != len(p.Size) {
		return nil, false
	}
	out := s.Clone()
	for i, a := range p.Axis {
		k, ok := s.Axis(a)
		if !ok {
			return nil, false
		}
		out[k] = p.Size[i]
	}
	return out, true
}

func stretchShape(s *Shapes, target func(Shape) (Shape, bool)) {
	data := s.In("data")
	if !data.Known() {
		return
	}
	out, ok := target(data)
	if ok {
		full, fits := backend.Broadcast(data, out)
		ok = fits && full.Equal(out)
	}
	if !ok {
		s.Failf("data is %v, it cannot be stretched as asked: only axes of size 1 can, and each needs a size", data)
		return
	}
	s.Out(out)
}

func stretch(c *Ctx, x Value, target func(Shape) (Shape, bool)) []Value {
	out, _ := target(x.Shape()) // shape inference has seen what does not fit
	return []Value{c.BroadcastTo(x, out)}
}

func unstretch(c *Ctx, d Value) []Value { return []Value{c.SumTo(d, c.In(0).Shape())} }
