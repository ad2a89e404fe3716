package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// ConvolutionParam has MXNet's names and defaults.
type ConvolutionParam struct {
	NumFilter int    `gomx:"num_filter,pos,min=1,max=100000" doc:"number of output channels"`
	Kernel    []int  `gomx:"kernel,req,min=1" doc:"size of the window: (w,), (h, w) or (d, h, w)"`
	Stride    []int  `gomx:"stride,min=1" doc:"steps of the window; 1 when empty"`
	Dilate    []int  `gomx:"dilate,min=1" doc:"distances between the elements of a window; 1 when empty"`
	Pad       []int  `gomx:"pad,min=0" doc:"zeros before and after each axis; 0 when empty"`
	NumGroup  int    `gomx:"num_group,default=1,min=1" doc:"channels are divided into so many groups that do not mix"`
	Workspace int    `gomx:"workspace,default=1024,min=0" doc:"MiB of temporary memory; taken, not needed"`
	NoBias    bool   `gomx:"no_bias" doc:"leave the bias out"`
	CudnnTune string `gomx:"cudnn_tune,default=None,enum=None|off|limited_workspace|fastest,prefix=CudnnTune" doc:"how to choose an algorithm; taken, not needed"`
	CudnnOff  bool   `gomx:"cudnn_off" doc:"do without cuDNN; taken, not needed"`
	Layout    string `gomx:"layout,default=None,enum=None|NCW|NCHW|NCDHW,prefix=Layout" doc:"order of the axes; channels come second"`
}

func init() {
	for _, name := range []string{"Convolution", "Convolution_v1"} {
		registerConvolution(name)
	}
}

func registerConvolution(name string) {
	Register(Op[ConvolutionParam]{
		Name: name,
		Doc:  "out[n,f] = Σc data[n,c] ⋆ weight[f,c] + bias[f], where ⋆ is cross-correlation over one, two or three axes",
		Args: func(p *ConvolutionParam) []string {
			if p.NoBias {
				return []string{"data", "weight"}
			}
			return []string{"data", "weight", "bias"}
		},
		Check:   (*ConvolutionParam).check,
		Shape:   (*ConvolutionParam).shape,
		Forward: (*ConvolutionParam).forward,
		// Asks for data and weight, not for the output: the layer above may overwrite the output in place.
		Backward: (*ConvolutionParam).backward,
	})
}

func (p *ConvolutionParam) check() error {
	if n := len(p.Kernel); n < 1 || n > 3 {
		return fmt.Errorf("kernel is %s, want one, two or three numbers", FormatParam(p.Kernel))
	}
	for _, v := range []struct {
		name string
		v    []int
	}{{"stride", p.Stride}, {"dilate", p.Dilate}, {"pad", p.Pad}} {
		if err := checkAxes(v.name, v.v, p.Kernel); err != nil {
			return err
		}
	}
	if p.NumFilter%p.NumGroup != 0 {
		return fmt.Errorf("num_filter is %d, want a multiple of num_group, which is %d", p.NumFilter, p.NumGroup)
	}
	return checkLayout(p.Layout, len(p.Kernel))
}

func (p *ConvolutionParam) shape(s *Shapes) {
	data, n := s.In("data"), len(p.Kernel)
	if data == nil {
		return
	}
	if len(data) != n+2 {
		s.Failf("data is %v, want %d axes: kernel is %v", data, n+2, Shape(p.Kernel))
		return
	}
	if data[1]%p.NumGroup != 0 {
		s.Failf("data is %v: its %d channels cannot be divided into num_group=%d", data, data[1], p.NumGroup)
		return
	}
	s.Want("weight", append(Shape{p.NumFilter, data[1] / p.NumGroup}, p.Kernel...), "data is %v", data)
	if !p.NoBias {
		s.Want("bias", Shape{p.NumFilter}, "num_filter is %d", p.NumFilter)
	}
	stride, pad, dilate := perAxis(p.Stride, n, 1), perAxis(p.Pad, n, 0), perAxis(p.Dilate, n, 1)
	out := Shape{data[0], p.NumFilter}
	for i, k := range p.Kernel {
		o := slide(data[2+i], k, stride[i], pad[i], dilate[i])
		if o < 0 {
			s.Failf("data is %v: along axis %d a kernel of %d with dilate %d does not fit into %d with pad %d",
				data, 2+i, k, dilate[i], data[2+i], pad[i])
			return
		}
		out = append(out, o)
	}
	s.Out(out)
	p.shapeFromOutput(s, stride, pad, dilate)
}

// shapeFromOutput says what the output tells about the data: the batch, and sizes along axes with stride 1.
func (p *ConvolutionParam) shapeFromOutput(s *Shapes, stride, pad, dilate []int) {
	out := s.OutAt(0)
	if len(out) != len(p.Kernel)+2 {
		return
	}
	want := make(Shape, len(out))
	want[0] = out[0]
	for i, k := range p.Kernel {
		if o := out[2+i]; o > 0 && stride[i] == 1 {
			want[2+i] = o + dilate[i]*(k-1) - 2*pad[i]
		}
	}
	s.Want("data", want, "output is %v", out)
}

func (p *ConvolutionParam) attrs() backend.ConvAttrs {
	n := len(p.Kernel)
	return backend.ConvAttrs{
		Kernel: liftAxes(p.Kernel, 1),
		Stride: liftAxes(perAxis(p.Stride, n, 1), 1),
		Pad:    liftAxes(perAxis(p.Pad, n, 0), 0),
		Dilate: liftAxes(perAxis(p.Dilate, n, 1), 1),
		Groups: p.NumGroup,
	}
}

func (p *ConvolutionParam) forward(c *Ctx, in []Value) []Value {
	x, w := c.Reshape(in[0], lift(in[0].Shape())), c.Reshape(in[1], lift(in[1].Shape()))
	y := c.Conv(x, w, p.attrs())
	if !p.NoBias {
		y = c.Add(y, perChannel(c, in[2], len(y.Shape())))
	}
	if len(p.Kernel) == 1 {
		s := y.Shape()
		y = c.Reshape(y, Shape{s[0], s[1], s[3]})
	}
	return []Value{y}
}

func (p *ConvolutionParam) backward(c *Ctx, dout []Value) []Value {
	dy := c.Reshape(dout[0], lift(dout[0].Shape()))
	xs, ws := lift(c.In(0).Shape()), lift(c.In(1).Shape())
	d := []Value{
		c.ReshapeLike(c.ConvGradData(dy, c.Reshape(c.In(1), ws), xs, p.attrs()), c.In(0)),
		c.ReshapeLike(c.ConvGradFilter(dy, c.Reshape(c.In(0), xs), ws, p.attrs()), c.In(1)),
	}
	if !p.NoBias {
		d = append(d, c.Sum(dy, allBut(len(dy.Shape()), 1)...))
	}
	return d
}

// perChannel sees a vector with one entry per channel as (C,1,…), which broadcasts over an array of n axes.
func perChannel(c *Ctx, v Value, n int) Value {
	s := make(Shape, n-1)
	for i := range s {
		s[i] = 1
	}
	s[0] = v.Shape().Size()
	return c.Reshape(v, s)
}

// allBut lists the axes of an n-dimensional array without one.
func allBut(n, axis int) []int {
	axes := make([]int, 0, n)
	for i := range n {
		if i != axis {
			axes = append(axes, i)
		}
	}
	return axes
}
