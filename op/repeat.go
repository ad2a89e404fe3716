package op

import "slices"

// RepeatParam has MXNet's names and defaults.
type RepeatParam struct {
	Repeats int  `gomx:"repeats,pos,min=1" doc:"how often each element occurs"`
	Axis    *int `gomx:"axis" doc:"the axis along which; not given, data is a vector first"`
}

// TileParam has MXNet's names.
type TileParam struct {
	Reps []int `gomx:"reps,pos,min=1" doc:"how often data is laid out along each axis, matched from the last; missing axes count as 1"`
}

// ReverseParam has MXNet's names.
type ReverseParam struct {
	Axis []int `gomx:"axis,pos" doc:"the axes to turn round"`
}

func init() {
	Register(Op[RepeatParam]{
		Name: "repeat", Doc: "each element repeats times in a row, along an axis or of all elements",
		Shape: (*RepeatParam).shape,
		Forward: func(p *RepeatParam, c *Ctx, in []Value) []Value {
			x, axis := p.along(c, in[0])
			return []Value{repeatAxis(c, x, axis, p.Repeats)}
		},
		Backward: func(p *RepeatParam, c *Ctx, dout []Value) []Value {
			_, axis := p.along(c, c.In(0))
			return []Value{c.ReshapeLike(foldAxis(c, dout[0], axis, p.Repeats), c.In(0))}
		},
	})
	Register(Op[TileParam]{
		Name: "tile", Doc: "data laid out next to itself, reps times along each axis",
		Shape: func(p *TileParam, s *Shapes) {
			if data := s.In("data"); data != nil {
				s.Out(p.out(data))
			}
		},
		Forward: func(p *TileParam, c *Ctx, in []Value) []Value {
			from, full := p.spread(in[0].Shape())
			return []Value{c.Reshape(c.BroadcastTo(c.Reshape(in[0], from), full), p.out(in[0].Shape()))}
		},
		Backward: func(p *TileParam, c *Ctx, dout []Value) []Value {
			from, full := p.spread(c.In(0).Shape())
			return []Value{c.ReshapeLike(c.SumTo(c.Reshape(dout[0], full), from), c.In(0))}
		},
	})
	Register(Op[ReverseParam]{
		Name: "reverse", Aliases: []string{"flip"},
		Doc: "data with axes turned round",
		Shape: func(p *ReverseParam, s *Shapes) {
			s.Elementwise()
			data := s.In("data")
			for i, a := range p.Axis {
				if _, ok := data.Axis(a); data != nil && (!ok || slices.Contains(p.Axis[:i], a)) {
					s.Failf("data is %v, axis=%s does not fit it", data, FormatParam(p.Axis))
				}
			}
		},
		Forward:  func(p *ReverseParam, c *Ctx, in []Value) []Value { return []Value{p.turn(c, in[0])} },
		Backward: func(p *ReverseParam, c *Ctx, dout []Value) []Value { return []Value{p.turn(c, dout[0])} },
	})
}

// repeatAxis repeats each slice along an axis n times.
func repeatAxis(c *Ctx, x Value, axis, n int) Value {
	if n == 1 {
		return x
	}
	from, full, out := repeatShapes(x.Shape(), axis, n)
	return c.Reshape(c.BroadcastTo(c.Reshape(x, from), full), out)
}

// foldAxis is the gradient of repeatAxis: it adds each n slices in a row along an axis.
func foldAxis(c *Ctx, d Value, axis, n int) Value {
	if n == 1 {
		return d
	}
	s := d.Shape().Clone()
	s[axis] /= n
	_, full, _ := repeatShapes(s, axis, n)
	return c.Sum(c.Reshape(d, full), axis+1)
}

// repeatShapes puts an axis of 1 and of n behind one of s, and multiplies that by n.
func repeatShapes(s Shape, axis, n int) (one, full, out Shape) {
	one = slices.Insert(s.Clone(), axis+1, 1)
	full = slices.Insert(s.Clone(), axis+1, n)
	out = s.Clone()
	out[axis] *= n
	return one, full, out
}

func (p *RepeatParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	if p.Axis == nil {
		s.Out(Shape{data.Size() * p.Repeats})
		return
	}
	axis, ok := data.Axis(*p.Axis)
	if !ok {
		s.Failf("data is %v, it has no axis %d", data, *p.Axis)
		return
	}
	out := data.Clone()
	out[axis] *= p.Repeats
	s.Out(out)
}

// along is data and the axis, or data as a vector.
func (p *RepeatParam) along(c *Ctx, x Value) (Value, int) {
	if p.Axis == nil {
		return c.Reshape(x, Shape{x.Shape().Size()}), 0
	}
	axis, _ := x.Shape().Axis(*p.Axis)
	return x, axis
}

// padded gives shape and reps the same number of axes.
func (p *TileParam) padded(s Shape) (shape, reps []int) {
	n := max(len(s), len(p.Reps))
	shape, reps = perAxis(nil, n, 1), perAxis(nil, n, 1)
	copy(shape[n-len(s):], s)
	copy(reps[n-len(p.Reps):], p.Reps)
	return shape, reps
}

func (p *TileParam) out(s Shape) Shape {
	shape, reps := p.padded(s)
	for i := range shape {
		if n := shape[i]; n > 0 && reps[i] > maxElements/n {
			shape[i] = maxElements + 1 // which is refused, where the product might overflow into something small
		} else {
			shape[i] *= reps[i]
		}
	}
	return shape
}

// spread puts an axis before each: of 1 in from, and of the number of repetitions in full.
func (p *TileParam) spread(s Shape) (from, full Shape) {
	shape, reps := p.padded(s)
	for i := range shape {
		from, full = append(from, 1, shape[i]), append(full, reps[i], shape[i])
	}
	return from, full
}

func (p *ReverseParam) turn(c *Ctx, x Value) Value {
	b := wholeBox(x.Shape())
	for _, a := range p.Axis {
		axis, _ := x.Shape().Axis(a)
		b.begin[axis], b.step[axis] = b.out[axis]-1, -1
	}
	return c.Slice(x, b.out, b.begin, b.step)
}
