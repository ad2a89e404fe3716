package op

import "slices"

// StackParam has MXNet's names and defaults.
type StackParam struct {
	Axis    int `gomx:"axis" doc:"where the new axis stands; -1 is behind the last"`
	NumArgs int `gomx:"num_args,req,min=1,max=65536" doc:"number of inputs; counted by itself"`
}

func init() {
	Register(Op[StackParam]{
		Name: "stack", Doc: "joins arrays of one shape along a new axis",
		Variadic: true,
		Shape:    (*StackParam).shape,
		Forward: func(p *StackParam, c *Ctx, in []Value) []Value {
			one, axis := p.with1(in[0].Shape())
			parts := make([]Value, len(in))
			for i, x := range in {
				parts[i] = c.Reshape(x, one)
			}
			return []Value{c.Concat(axis, parts...)}
		},
		Backward: func(p *StackParam, c *Ctx, dout []Value) []Value {
			_, axis := p.with1(c.In(0).Shape())
			d := make([]Value, p.NumArgs)
			for i := range d {
				d[i] = c.ReshapeLike(c.SliceAxis(dout[0], axis, i, 1), c.In(i))
			}
			return d
		},
	})
}

// with1 is an input's shape with the new axis in it, and where that is; -1 where there is no such place.
func (p *StackParam) with1(s Shape) (Shape, int) {
	axis := p.Axis
	if axis < 0 {
		axis += len(s) + 1
	}
	if axis < 0 || axis > len(s) {
		return nil, -1
	}
	return slices.Insert(s.Clone(), axis, 1), axis
}

func (p *StackParam) shape(s *Shapes) {
	var known Shape
	for i := range s.Len() {
		if known == nil {
			known = s.At(i)
		}
	}
	if out := s.OutAt(0); known == nil && len(out) > 0 {
		if axis, ok := out.Axis(p.Axis); ok {
			known = slices.Delete(out.Clone(), axis, axis+1)
		}
	}
	if known == nil {
		return
	}
	for i := range s.Len() {
		s.WantAt(i, known, "all inputs have one shape")
		if s.At(i) != nil {
			known = s.At(i)
		}
	}
	out, axis := p.with1(known)
	if axis < 0 {
		s.Failf("an input is %v, a new axis cannot stand at %d", known, p.Axis)
		return
	}
	out[axis] = p.NumArgs
	s.Out(out)
}
