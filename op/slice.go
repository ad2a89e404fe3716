package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// SliceParam has MXNet's names and defaults.
type SliceParam struct {
	Begin []int `gomx:"begin,pos" doc:"first element along each of the first axes; negative counts from the end, None is the start"`
	End   []int `gomx:"end,pos" doc:"the element behind the last; None is the end"`
	Step  []int `gomx:"step" doc:"distances between elements, negative to go backwards; None or empty is 1"`
}

// SliceAxisParam has MXNet's names.
type SliceAxisParam struct {
	Axis  int  `gomx:"axis,pos" doc:"the axis"`
	Begin int  `gomx:"begin,pos" doc:"first element; negative counts from the end"`
	End   *int `gomx:"end,pos" doc:"the element behind the last; with.None is the end"`
}

// SliceChannelParam has MXNet's names and defaults.
type SliceChannelParam struct {
	NumOutputs  int  `gomx:"num_outputs,pos,min=1,max=65536" doc:"number of equal parts"`
	Axis        int  `gomx:"axis,default=1" doc:"the axis to cut"`
	SqueezeAxis bool `gomx:"squeeze_axis" doc:"drop the axis, of which each part has one element"`
}

func init() {
	Register(Op[SliceParam]{
		Name: "slice", Aliases: []string{"crop"},
		Doc:   "a box out of data",
		Check: (*SliceParam).check,
		Shape: func(p *SliceParam, s *Shapes) { sliceShape(s, p.box) },
		Forward: func(p *SliceParam, c *Ctx, in []Value) []Value {
			return sliceForward(c, in[0], p.box)
		},
		Backward: func(p *SliceParam, c *Ctx, dout []Value) []Value {
			return sliceBackward(c, dout[0], p.box)
		},
	})
	Register(Op[SliceAxisParam]{
		Name: "slice_axis", Doc: "a range of one axis of data",
		Shape: func(p *SliceAxisParam, s *Shapes) { sliceShape(s, p.box) },
		Forward: func(p *SliceAxisParam, c *Ctx, in []Value) []Value {
			return sliceForward(c, in[0], p.box)
		},
		Backward: func(p *SliceAxisParam, c *Ctx, dout []Value) []Value {
			return sliceBackward(c, dout[0], p.box)
		},
	})
	Register(Op[SliceChannelParam]{
		Name: "SliceChannel", Aliases: []string{"split"},
		Doc: "data cut into equal parts along an axis",
		Outputs: func(p *SliceChannelParam) []string {
			names := make([]string, p.NumOutputs)
			for i := range names {
				names[i] = fmt.Sprintf("output%d", i)
			}
			return names
		},
		Shape:   (*SliceChannelParam).shape,
		Forward: (*SliceChannelParam).forward,
		Backward: func(p *SliceChannelParam, c *Ctx, dout []Value) []Value {
			axis, _ := c.In(0).Shape().Axis(p.Axis)
			part := c.In(0).Shape().Clone()
			part[axis] /= p.NumOutputs
			parts := make([]Value, len(dout))
			for i, d := range dout {
				parts[i] = c.Reshape(d, part)
			}
			return []Value{c.Concat(axis, parts...)}
		},
	})
}

// box is what a slice takes of a shape: out[i] elements along axis i from begin[i] in steps of step[i].
type box struct {
	out         Shape
	begin, step []int
}

// rangeOf resolves Python's begin:end:step on an axis of n elements.
func rangeOf(n, begin, end, step int) (from, count int, err error) {
	if step == None {
		step = 1
	}
	text := FormatParam([]int{begin, end, step})
	low, high := 0, n // what begin and end may be
	if step < 0 {
		low, high = -1, n-1
	}
	bound := func(v, none int) int {
		if v == None {
			return none
		}
		if v < 0 {
			v += n
		}
		return min(max(v, low), high)
	}
	first, last := low, high
	if step < 0 {
		first, last = high, low
	}
	from, to := bound(begin, first), bound(end, last)
	count = (to - from + step - sign(step)) / step
	if count <= 0 {
		return 0, 0, fmt.Errorf("(begin, end, step) = %s takes nothing of %d", text, n)
	}
	return from, count, nil
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

func (p *SliceParam) check() error {
	if len(p.Begin) != len(p.End) || len(p.Step) != 0 && len(p.Step) != len(p.Begin) {
		return fmt.Errorf("begin is %s, end %s, step %s: want as many numbers in each", FormatParam(p.Begin), FormatParam(p.End), FormatParam(p.Step))
	}
	for _, n := range p.Step {
		if n == 0 {
			return fmt.Errorf("step is %s, 0 leads nowhere", FormatParam(p.Step))
		}
	}
	return nil
}

func (p *SliceParam) box(s Shape) (box, error) {
	if len(p.Begin) > len(s) {
		return box{}, fmt.Errorf("data is %v, begin=%s has too many numbers", s, FormatParam(p.Begin))
	}
	b := wholeBox(s)
	for i := range p.Begin {
		if len(p.Step) > 0 && p.Step[i] != None {
			b.step[i] = p.Step[i]
		}
		if err := b.cut(s, i, p.Begin[i], p.End[i]); err != nil {
			return box{}, err
		}
	}
	return b, nil
}

func (p *SliceAxisParam) box(s Shape) (box, error) {
	axis, ok := s.Axis(p.Axis)
	if !ok {
		return box{}, fmt.Errorf("data is %v, it has no axis %d", s, p.Axis)
	}
	end := None
	if p.End != nil {
		end = *p.End
	}
	b := wholeBox(s)
	return b, b.cut(s, axis, p.Begin, end)
}

func wholeBox(s Shape) box {
	b := box{s.Clone(), make([]int, len(s)), make([]int, len(s))}
	for i := range b.step {
		b.step[i] = 1
	}
	return b
}

// cut narrows one axis; an unknown one stays unknown.
func (b *box) cut(s Shape, axis, begin, end int) (err error) {
	if s[axis] == 0 {
		return nil
	}
	b.begin[axis], b.out[axis], err = rangeOf(s[axis], begin, end, b.step[axis])
	if err != nil {
		return fmt.Errorf("data is %v: along axis %d %w", s, axis, err)
	}
	return nil
}

func sliceShape(s *Shapes, boxOf func(Shape) (box, error)) {
	data := s.In("data")
	if data == nil {
		return
	}
	b, err := boxOf(data)
	if err != nil {
		s.Failf("%v", err)
		return
	}
	s.Out(b.out)
}

func sliceForward(c *Ctx, x Value, boxOf func(Shape) (box, error)) []Value {
	b, _ := boxOf(x.Shape()) // shape inference has seen the error
	return []Value{c.Slice(x, b.out, b.begin, b.step)}
}

// sliceBackward puts the gradient where the slice came from, with zeros around and, for steps, between.
func sliceBackward(c *Ctx, d Value, boxOf func(Shape) (box, error)) []Value {
	s := c.In(0).Shape()
	b, _ := boxOf(s)
	for axis, step := range b.step {
		if step < 0 {
			d = reverseAxis(c, d, axis)
			b.begin[axis] += (b.out[axis] - 1) * step
			step = -step
		}
		d = spread(c, d, axis, step)
	}
	after := make([]int, len(s))
	for i := range after {
		after[i] = s[i] - b.begin[i] - d.Shape()[i]
	}
	return []Value{c.Pad(d, backend.PadConstant, b.begin, after, 0)}
}

func reverseAxis(c *Ctx, x Value, axis int) Value {
	b := wholeBox(x.Shape())
	b.begin[axis], b.step[axis] = b.out[axis]-1, -1
	return c.Slice(x, b.out, b.begin, b.step)
}

// spread puts step − 1 zeros between the elements along an axis.
func spread(c *Ctx, x Value, axis, step int) Value {
	if step == 1 {
		return x
	}
	s := x.Shape()
	wide := append(append(s[:axis+1:axis+1].Clone(), 1), s[axis+1:]...)
	before, after := make([]int, len(wide)), make([]int, len(wide))
	after[axis+1] = step - 1
	x = c.Pad(c.Reshape(x, wide), backend.PadConstant, before, after, 0)
	n := s[axis]
	long := s.Clone()
	long[axis] = n * step
	return c.SliceAxis(c.Reshape(x, long), axis, 0, (n-1)*step+1)
}

func (p *SliceChannelParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	axis, ok := data.Axis(p.Axis)
	if !ok {
		s.Failf("data is %v, it has no axis %d", data, p.Axis)
		return
	}
	n := data[axis]
	if n%p.NumOutputs != 0 || p.SqueezeAxis && n != 0 && n != p.NumOutputs {
		s.Failf("data is %v: its axis %d cannot be cut into %d parts%s", data, axis, p.NumOutputs,
			map[bool]string{true: " of one element, as squeeze_axis wants"}[p.SqueezeAxis])
		return
	}
	out := data.Clone()
	out[axis] = n / p.NumOutputs
	if p.SqueezeAxis {
		out = append(out[:axis], out[axis+1:]...)
	}
	for i := range p.NumOutputs {
		s.SetOut(i, out)
	}
}

func (p *SliceChannelParam) forward(c *Ctx, in []Value) []Value {
	s := in[0].Shape()
	axis, _ := s.Axis(p.Axis)
	n := s[axis] / p.NumOutputs
	outs := make([]Value, p.NumOutputs)
	for i := range outs {
		outs[i] = c.SliceAxis(in[0], axis, i*n, n)
		if p.SqueezeAxis {
			outs[i] = c.Reshape(outs[i], append(s[:axis:axis].Clone(), s[axis+1:]...))
		}
	}
	return outs
}
