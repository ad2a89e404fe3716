package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// DeconvolutionParam has MXNet's names and defaults.
type DeconvolutionParam struct {
	NumFilter   int    `gomx:"num_filter,pos,min=1,max=100000" doc:"number of output channels"`
	Kernel      []int  `gomx:"kernel,req,min=1" doc:"size of the window: (w,), (h, w) or (d, h, w)"`
	Stride      []int  `gomx:"stride,min=1" doc:"steps of the window over the output; 1 when empty"`
	Dilate      []int  `gomx:"dilate,min=1" doc:"distances between the elements of a window; 1 when empty"`
	Pad         []int  `gomx:"pad,min=0" doc:"elements cut off before and after each axis of the output; 0 when empty"`
	Adj         []int  `gomx:"adj,min=0" doc:"elements added behind each axis of the output, fewer than stride; 0 when empty"`
	TargetShape []int  `gomx:"target_shape,min=0" doc:"size of the output, from which pad and adj follow; empty or zeros when they are given"`
	NumGroup    int    `gomx:"num_group,default=1,min=1" doc:"channels are divided into so many groups that do not mix"`
	Workspace   int    `gomx:"workspace,default=512,min=0" doc:"MiB of temporary memory; taken, not needed"`
	NoBias      bool   `gomx:"no_bias,default=True" doc:"leave the bias out"`
	CudnnTune   string `gomx:"cudnn_tune,default=None,enum=None|off|limited_workspace|fastest,prefix=CudnnTune" doc:"how to choose an algorithm; taken, not needed"`
	CudnnOff    bool   `gomx:"cudnn_off" doc:"do without cuDNN; taken, not needed"`
	Layout      string `gomx:"layout,default=None,enum=None|NCW|NCHW|NCDHW,prefix=Layout" doc:"order of the axes; channels come second"`
}

func init() {
	Register(Op[DeconvolutionParam]{
		Name: "Deconvolution",
		Doc:  "the gradient of a convolution by its data, as a layer: out = s·(in − 1) + dilate·(kernel − 1) + 1 − 2·pad + adj long",
		Args: func(p *DeconvolutionParam) []string {
			if p.NoBias {
				return []string{"data", "weight"}
			}
			return []string{"data", "weight", "bias"}
		},
		Check:    (*DeconvolutionParam).check,
		Shape:    (*DeconvolutionParam).shape,
		Forward:  (*DeconvolutionParam).forward,
		Backward: (*DeconvolutionParam).backward,
	})
}

func (p *DeconvolutionParam) check() error {
	if n := len(p.Kernel); n < 1 || n > 3 {
		return fmt.Errorf("kernel is %s, want one, two or three numbers", FormatParam(p.Kernel))
	}
	for _, v := range []struct {
		name string
		v    []int
	}{{"stride", p.Stride}, {"dilate", p.Dilate}, {"pad", p.Pad}, {"adj", p.Adj}, {"target_shape", p.TargetShape}} {
		if err := checkAxes(v.name, v.v, p.Kernel); err != nil {
			return err
		}
	}
	if p.NumFilter%p.NumGroup != 0 {
		return fmt.Errorf("num_filter is %d, want a multiple of num_group, which is %d", p.NumFilter, p.NumGroup)
	}
	if p.targeted() {
		for _, n := range p.TargetShape {
			if n == 0 {
				return fmt.Errorf("target_shape is %s, want a size for each axis or zeros only", FormatParam(p.TargetShape))
			}
		}
	}
	return checkLayout(p.Layout, len(p.Kernel))
}

// targeted reports whether target_shape says anything: zeros do not.
func (p *DeconvolutionParam) targeted() bool {
	for _, n := range p.TargetShape {
		if n > 0 {
			return true
		}
	}
	return false
}

// spatial gives the size of the output and what is cut off before it, from the size of the data; sizes of 0 stay unknown.
func (p *DeconvolutionParam) spatial(in []int) (out, pad []int, err error) {
	n := len(p.Kernel)
	stride, dilate := perAxis(p.Stride, n, 1), perAxis(p.Dilate, n, 1)
	adj := append([]int(nil), perAxis(p.Adj, n, 0)...)
	out, pad = make([]int, n), append([]int(nil), perAxis(p.Pad, n, 0)...)
	for i, k := range p.Kernel {
		if in[i] == 0 {
			if p.targeted() {
				out[i] = p.TargetShape[i]
			}
			continue
		}
		whole := stride[i]*(in[i]-1) + dilate[i]*(k-1) + 1
		if p.targeted() {
			surplus := whole - p.TargetShape[i]
			if surplus < 0 {
				return nil, nil, fmt.Errorf("target_shape is %s: axis %d can be %d long at most", FormatParam(p.TargetShape), 2+i, whole)
			}
			adj[i], pad[i] = surplus%2, (surplus+1)/2
		}
		if adj[i] >= stride[i] {
			return nil, nil, fmt.Errorf("axis %d would get adj=%d behind it, want fewer than stride, which is %d", 2+i, adj[i], stride[i])
		}
		if out[i] = whole - 2*pad[i] + adj[i]; out[i] <= 0 {
			return nil, nil, fmt.Errorf("pad=%d leaves nothing of the %d elements of axis %d", pad[i], whole, 2+i)
		}
	}
	return out, pad, nil
}

func (p *DeconvolutionParam) shape(s *Shapes) {
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
	s.Want("weight", append(Shape{data[1], p.NumFilter / p.NumGroup}, p.Kernel...), "data is %v", data)
	if !p.NoBias {
		s.Want("bias", Shape{p.NumFilter}, "num_filter is %d", p.NumFilter)
	}
	out, _, err := p.spatial(data[2:])
	if err != nil {
		s.Failf("data is %v: %v", data, err)
		return
	}
	s.Out(append(Shape{data[0], p.NumFilter}, out...))
	if o := s.OutAt(0); len(o) == n+2 {
		want := make(Shape, n+2)
		want[0] = o[0]
		s.Want("data", want, "output is %v", o)
	}
}

// attrs are those of the convolution whose gradient this is: it goes from the output here to the data here.
func (p *DeconvolutionParam) attrs(data Shape) (a backend.ConvAttrs, out Shape) {
	n := len(p.Kernel)
	size, pad, _ := p.spatial(data[2:]) // shape inference has seen the error
	return backend.ConvAttrs{
		Kernel: liftAxes(p.Kernel, 1),
		Stride: liftAxes(perAxis(p.Stride, n, 1), 1),
		Pad:    liftAxes(pad, 0),
		Dilate: liftAxes(perAxis(p.Dilate, n, 1), 1),
		Groups: p.NumGroup,
	}, append(Shape{data[0], p.NumFilter}, size...)
}

func (p *DeconvolutionParam) forward(c *Ctx, in []Value) []Value {
	a, out := p.attrs(in[0].Shape())
	x, w := c.Reshape(in[0], lift(in[0].Shape())), c.Reshape(in[1], lift(in[1].Shape()))
	y := c.ConvGradData(x, w, lift(out), a)
	if !p.NoBias {
		y = c.Add(y, perChannel(c, in[2], len(y.Shape())))
	}
	return []Value{c.Reshape(y, out)}
}

func (p *DeconvolutionParam) backward(c *Ctx, dout []Value) []Value {
	a, out := p.attrs(c.In(0).Shape())
	dy := c.Reshape(dout[0], lift(out))
	xs, ws := lift(c.In(0).Shape()), lift(c.In(1).Shape())
	d := []Value{
		c.ReshapeLike(c.Conv(dy, c.Reshape(c.In(1), ws), a), c.In(0)),
		c.ReshapeLike(c.ConvGradFilter(c.Reshape(c.In(0), xs), dy, ws, a), c.In(1)),
	}
	if !p.NoBias {
		d = append(d, c.Sum(dy, allBut(len(dy.Shape()), 1)...))
	}
	return d
}
