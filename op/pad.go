package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// PadParam has MXNet's names and defaults.
type PadParam struct {
	Mode          string  `gomx:"mode,pos,enum=constant|edge|reflect,prefix=Pad" doc:"what the border holds: a number, the nearest element, or the mirror image without the edge"`
	PadWidth      []int   `gomx:"pad_width,pos,min=0" doc:"elements before and after each axis; nothing at the first two"`
	ConstantValue float64 `gomx:"constant_value" doc:"of constant: the number"`
}

var padModes = map[string]backend.PadMode{"constant": backend.PadConstant, "edge": backend.PadEdge, "reflect": backend.PadReflect}

func init() {
	Register(Op[PadParam]{
		Name: "Pad", Aliases: []string{"pad"},
		Doc:   "images with a border",
		Check: (*PadParam).check,
		Shape: (*PadParam).shape,
		Forward: func(p *PadParam, c *Ctx, in []Value) []Value {
			before, after := p.widths()
			return []Value{c.Pad(in[0], padModes[p.Mode], before, after, p.ConstantValue)}
		},
		Backward: (*PadParam).backward,
	})
}

func (p *PadParam) check() error {
	if n := len(p.PadWidth); n != 8 && n != 10 {
		return fmt.Errorf("pad_width is %s, want two numbers for each of four or five axes", FormatParam(p.PadWidth))
	}
	for _, n := range p.PadWidth[:4] {
		if n != 0 {
			return fmt.Errorf("pad_width is %s, want four zeros first: the first two axes get no border", FormatParam(p.PadWidth))
		}
	}
	return nil
}

func (p *PadParam) widths() (before, after []int) {
	for i := 0; i < len(p.PadWidth); i += 2 {
		before, after = append(before, p.PadWidth[i]), append(after, p.PadWidth[i+1])
	}
	return before, after
}

func (p *PadParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	if len(data)*2 != len(p.PadWidth) {
		s.Failf("data is %v, pad_width is %s: want two numbers for each axis, of which there are four or five", data, FormatParam(p.PadWidth))
		return
	}
	out := data.Clone()
	before, after := p.widths()
	for i, n := range data {
		if n == 0 {
			continue
		}
		if p.Mode == "reflect" && max(before[i], after[i]) >= n {
			s.Failf("data is %v, pad_width is %s: the mirror image of axis %d has %d elements only", data, FormatParam(p.PadWidth), i, n-1)
			return
		}
		out[i] += before[i] + after[i]
	}
	s.Out(out)
}

// backward adds up what each element of data became: it goes to the element that the border copies.
func (p *PadParam) backward(c *Ctx, dout []Value) []Value {
	d, s := dout[0], c.In(0).Shape()
	before, after := p.widths()
	for axis, n := range s {
		if before[axis]+after[axis] == 0 {
			continue
		}
		if p.Mode == "constant" {
			d = c.SliceAxis(d, axis, before[axis], n)
			continue
		}
		from := make([]float64, d.Shape()[axis])
		for i := range from {
			from[i] = float64(p.source(i-before[axis], n))
		}
		full := d.Shape().Clone()
		full[axis] = n
		d = c.ScatterAdd(d, c.Const(Shape{len(from)}, backend.Int32, from...), full, axis, false)
	}
	return []Value{d}
}

// source is the element of n that stands at i of the padded axis, counted from the first element.
func (p *PadParam) source(i, n int) int {
	if p.Mode == "reflect" {
		switch {
		case i < 0:
			return -i
		case i >= n:
			return 2*(n-1) - i
		}
	}
	return min(max(i, 0), n-1)
}
