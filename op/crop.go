package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// CropParam has MXNet's names and defaults.
type CropParam struct {
	NumArgs    int   `gomx:"num_args,req,min=1,max=2" doc:"number of inputs; counted by itself"`
	Offset     []int `gomx:"offset,default=(0, 0),min=0" doc:"row and column of the first element"`
	HW         []int `gomx:"h_w,default=(0, 0),min=0" doc:"height and width of the result, where no second input gives them"`
	CenterCrop bool  `gomx:"center_crop" doc:"take the middle, whatever offset is"`
}

func init() {
	Register(Op[CropParam]{
		Name: "Crop", Doc: "a window of the images of the first input, as large as h_w or as those of the second",
		Variadic: true,
		Check: func(p *CropParam) error {
			if len(p.Offset) != 2 || len(p.HW) != 2 {
				return fmt.Errorf("offset is %s and h_w %s, want two numbers in each", FormatParam(p.Offset), FormatParam(p.HW))
			}
			if p.NumArgs == 1 && (p.HW[0] == 0 || p.HW[1] == 0) {
				return fmt.Errorf("h_w is %s, want height and width: there is no second input", FormatParam(p.HW))
			}
			return nil
		},
		Shape: (*CropParam).shape,
		Forward: func(p *CropParam, c *Ctx, in []Value) []Value {
			b := wholeBox(in[0].Shape())
			copy(b.out[2:], p.size(in[len(in)-1].Shape()))
			copy(b.begin[2:], p.begin(in[0].Shape(), b.out))
			return []Value{c.Slice(in[0], b.out, b.begin, b.step)}
		},
		Backward: func(p *CropParam, c *Ctx, dout []Value) []Value {
			s, out := c.In(0).Shape(), dout[0].Shape()
			at := p.begin(s, out)
			before, after := []int{0, 0, at[0], at[1]}, []int{0, 0, s[2] - out[2] - at[0], s[3] - out[3] - at[1]}
			return []Value{c.Pad(dout[0], backend.PadConstant, before, after, 0), {}}[:p.NumArgs]
		},
		NoGrad: []string{"arg1"},
	})
}

// size is height and width of the result; like is the shape of the last input.
func (p *CropParam) size(like Shape) []int {
	if p.NumArgs == 2 {
		return like[2:]
	}
	return p.HW
}

// begin is where the window out begins in data.
func (p *CropParam) begin(data, out Shape) []int {
	if p.CenterCrop {
		return []int{(data[2] - out[2]) / 2, (data[3] - out[3]) / 2}
	}
	return p.Offset
}

func (p *CropParam) shape(s *Shapes) {
	for i := range s.Len() {
		if in := s.At(i); in != nil && len(in) != 4 {
			s.Failf("arg%d is %v, want (N,C,H,W)", i, in)
			return
		}
	}
	data, like := s.At(0), s.At(s.Len()-1)
	if data == nil || like == nil {
		return
	}
	out := append(data[:2].Clone(), p.size(like)...)
	if data[2:].Known() && out[2:].Known() {
		at := p.begin(data, out)
		for i := range at {
			if at[i] < 0 || out[2+i] > data[2+i] || at[i]+out[2+i] > data[2+i] {
				s.Failf("arg0 is %v: it has no window of %d from %d along axis %d", data, out[2+i], at[i], 2+i)
				return
			}
		}
	}
	s.Out(out)
}
