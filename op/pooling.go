package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// PoolingParam has the names and defaults of MXNet 1.9.1.
type PoolingParam struct {
	PoolType        string `gomx:"pool_type,default=max,enum=max|avg|sum|lp,prefix=Pool" doc:"how a window combines"`
	Kernel          []int  `gomx:"kernel,min=1" doc:"size of the window: (w,), (h, w) or (d, h, w); needed without global_pool"`
	Stride          []int  `gomx:"stride,min=1" doc:"steps of the window; 1 when empty"`
	Pad             []int  `gomx:"pad,min=0" doc:"border before and after each axis; 0 when empty"`
	GlobalPool      bool   `gomx:"global_pool" doc:"one window over everything; kernel, stride and pad do not count"`
	Convention      string `gomx:"pooling_convention,default=valid,enum=valid|full|same,prefix=Convention" doc:"round the output size down, up, or make it data/stride"`
	CountIncludePad bool   `gomx:"count_include_pad,default=True,none" doc:"averages count the border"`
	PValue          *int   `gomx:"p_value" doc:"the P of lp pooling: 1, 2 or 3"`
	CudnnOff        bool   `gomx:"cudnn_off" doc:"do without cuDNN; taken, not needed"`
	Layout          string `gomx:"layout,default=None,enum=None|NCW|NCHW|NCDHW|NWC|NHWC|NDHWC,prefix=PoolingLayout" doc:"order of the axes; with None channels come second"`
}

var poolTypes = map[string]backend.PoolType{
	"max": backend.PoolMax, "avg": backend.PoolAvg, "sum": backend.PoolSum, "lp": backend.PoolLp,
}

func init() {
	Register(Op[PoolingParam]{
		Name: "Pooling",
		Doc:  "maximum, mean, sum or (Σxᵖ)^(1/p) of windows that move over one, two or three axes",
		// The oneDNN build of MXNet has a workspace beside a maximum.
		Hidden: func(p *PoolingParam) int {
			if p.PoolType == "max" {
				return 1
			}
			return 0
		},
		Check: (*PoolingParam).check,
		Shape: (*PoolingParam).shape,
		Forward: func(p *PoolingParam, c *Ctx, in []Value) []Value {
			return []Value{p.turnBack(c, p.forward(c, p.turn(c, in[0])))}
		},
		// The gradient of a maximum needs data and output, to find the first element equal to it.
		Backward: func(p *PoolingParam, c *Ctx, dout []Value) []Value {
			return []Value{p.turnBack(c, p.backward(c, p.turn(c, c.In(0)), p.turn(c, c.Out(0)), p.turn(c, dout[0])))}
		},
	})
}

func (p *PoolingParam) check() error {
	n := len(p.Kernel)
	if n > 3 || n == 0 && !p.GlobalPool {
		return fmt.Errorf("kernel is %s, want one, two or three numbers, or global_pool", FormatParam(p.Kernel))
	}
	if p.PoolType == "lp" && (p.PValue == nil || *p.PValue < 1 || *p.PValue > 3) {
		return fmt.Errorf("p_value is %s, want 1, 2 or 3: pool_type is lp", FormatParam(p.PValue))
	}
	if n == 0 {
		return nil
	}
	if err := p.checkLayout(n); err != nil || p.GlobalPool {
		return err
	}
	if err := checkAxes("stride", p.Stride, p.Kernel); err != nil {
		return err
	}
	if err := checkAxes("pad", p.Pad, p.Kernel); err != nil {
		return err
	}
	for i, pad := range p.Pad {
		if pad >= p.Kernel[i] {
			return fmt.Errorf("pad is %s, want less than the kernel, which is %s", FormatParam(p.Pad), FormatParam(p.Kernel))
		}
	}
	return nil
}

func (p *PoolingParam) shape(s *Shapes) {
	data := Shape(p.second(s.In("data")))
	if data == nil {
		return
	}
	n := len(data) - 2
	if n < 1 || n > 3 || len(p.Kernel) > 0 && len(p.Kernel) != n {
		s.Failf("data is %v, want %d axes: kernel is %v", data, len(p.Kernel)+2, Shape(p.Kernel))
		return
	}
	out := data[:2].Clone()
	for i := range n {
		if p.GlobalPool {
			out = append(out, 1)
			continue
		}
		o, err := p.positions(data[2+i], i)
		if err != nil {
			s.Failf("data is %v: along axis %d %v", data, 2+i, err)
			return
		}
		out = append(out, o)
	}
	s.Out(p.last(out))
	if o := s.OutAt(0); len(o) == len(data) {
		want := make(Shape, len(data))
		want[0], want[1] = o[0], p.second(o)[1]
		s.Want("data", p.last(want), "output is %v", o)
	}
}

// positions counts the windows along a spatial axis of n elements; 0 while n is unknown.
func (p *PoolingParam) positions(n, axis int) (int, error) {
	if n == 0 {
		return 0, nil
	}
	k, stride, pad := p.Kernel[axis], perAxis(p.Stride, len(p.Kernel), 1)[axis], perAxis(p.Pad, len(p.Kernel), 0)[axis]
	if k > n+2*pad {
		return 0, fmt.Errorf("a kernel of %d does not fit into %d with pad %d", k, n, pad)
	}
	out := slide(n, k, stride, pad, 1)
	switch p.Convention {
	case "full":
		out = slide(n+stride-1, k, stride, pad, 1)
	case "same":
		out = (n + 2*pad + stride - 1) / stride
	}
	return out, nil
}

// filled counts the windows along a spatial axis of n elements that begin before its end: with strides larger than the
// kernel the convention full has some that hold nothing.
func (p *PoolingParam) filled(n, axis, positions int) int {
	stride, pad := perAxis(p.Stride, len(p.Kernel), 1)[axis], perAxis(p.Pad, len(p.Kernel), 0)[axis]
	return min(positions, (n-1+pad)/stride+1)
}

// sizes are the shape of the result, and that of its part whose windows hold something.
func (p *PoolingParam) sizes(data Shape) (out, filled Shape) {
	out, filled = data[:2].Clone(), data[:2].Clone()
	for i, n := range data[2:] {
		o, f := 1, 1
		if !p.GlobalPool {
			o, _ = p.positions(n, i) // shape inference has seen the error
			f = p.filled(n, i, o)
		}
		out, filled = append(out, o), append(filled, f)
	}
	return out, filled
}
