package op

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// PoolingV1Param has MXNet's names and defaults.
type PoolingV1Param struct {
	PoolType   string `gomx:"pool_type,default=max,enum=max|avg|sum|lp,prefix=Pool" doc:"how a window combines; lp is for Pooling"`
	Kernel     []int  `gomx:"kernel,min=1" doc:"height and width of the window; needed without global_pool"`
	Stride     []int  `gomx:"stride,min=1" doc:"steps of the window; 1 when empty"`
	Pad        []int  `gomx:"pad,min=0" doc:"zeros before and after each axis; 0 when empty"`
	GlobalPool bool   `gomx:"global_pool" doc:"one window over everything; kernel, stride and pad do not count"`
	Convention string `gomx:"pooling_convention,default=valid,enum=valid|full|same,prefix=Convention" doc:"round the output size down or up; same is for Pooling"`
}

func init() {
	Register(Op[PoolingV1Param]{
		Name:     "Pooling_v1",
		Doc:      "Pooling as in MXNet 0.7: the border is zeros for a maximum too, a mean divides by the size of the whole kernel, and all elements equal to a maximum get its gradient",
		Check:    func(p *PoolingV1Param) error { return p.check() },
		Shape:    (*PoolingV1Param).shape,
		Forward:  (*PoolingV1Param).forward,
		Backward: (*PoolingV1Param).backward,
	})
}

// pooling is what Pooling_v1 has in common with Pooling.
func (p *PoolingV1Param) pooling() *PoolingParam {
	return &PoolingParam{PoolType: p.PoolType, Kernel: p.Kernel, Stride: p.Stride, Pad: p.Pad, GlobalPool: p.GlobalPool, Convention: p.Convention}
}

func (p *PoolingV1Param) check() error {
	if n := len(p.Kernel); n != 2 && !(n == 0 && p.GlobalPool) {
		return fmt.Errorf("kernel is %s, want height and width, or global_pool", FormatParam(p.Kernel))
	}
	if p.PoolType == "lp" || p.Convention == "same" {
		return fmt.Errorf("pool_type is %s and pooling_convention %s: Pooling has lp and same, this older form has not", p.PoolType, p.Convention)
	}
	return p.pooling().check()
}

func (p *PoolingV1Param) shape(s *Shapes) {
	if data := s.In("data"); data != nil && len(data) != 4 {
		s.Failf("data is %v, want (N,C,H,W)", data)
		return
	}
	p.pooling().shape(s)
}

// windows are the pooling of data with its border of zeros, (N,C,H,W): its attributes, and how many windows hold something.
func (p *PoolingV1Param) windows(data Shape) (a backend.PoolAttrs, pad []int, out, filled Shape) {
	q := p.pooling()
	a = q.attrs(data[2:])
	pad = []int{0, 0, a.Pad[0], a.Pad[1]}
	out, _ = q.sizes(data)
	filled = out.Clone()
	for i := range 2 {
		filled[2+i] = min(out[2+i], (data[2+i]+2*a.Pad[i]-1)/a.Stride[i]+1)
	}
	if a.Type == backend.PoolAvg {
		a.Type = backend.PoolSum
	}
	a.Pad = []int{0, 0}
	return a, pad, out, filled
}

// share is the factor of a sum.
func (p *PoolingV1Param) share(a backend.PoolAttrs) float64 {
	if p.PoolType == "avg" {
		return 1 / float64(a.Kernel[0]*a.Kernel[1])
	}
	return 1
}

func (p *PoolingV1Param) forward(c *Ctx, in []Value) []Value {
	a, pad, out, filled := p.windows(in[0].Shape())
	y := c.Scale(c.Pool(c.Pad(in[0], backend.PadConstant, pad, pad, 0), filled[2:], a), p.share(a))
	nothing := 0.0 // in windows that hold nothing
	if p.PoolType == "max" {
		nothing = math.Inf(-1)
	}
	after := []int{0, 0, out[2] - filled[2], out[3] - filled[3]}
	return []Value{c.Pad(y, backend.PadConstant, make([]int, 4), after, nothing)}
}

var equalGradExpr = expr.MustParse("d x y -> x == y ? d : 0")

func (p *PoolingV1Param) backward(c *Ctx, dout []Value) []Value {
	s := c.In(0).Shape()
	a, pad, _, filled := p.windows(s)
	part := func(v Value) Value {
		b := wholeBox(v.Shape())
		return c.Slice(v, filled, b.begin, b.step)
	}
	x, dy := c.Pad(c.In(0), backend.PadConstant, pad, pad, 0), c.Scale(part(dout[0]), p.share(a))
	var d Value
	if p.PoolType == "max" {
		d = p.maxGrad(c, dy, x, part(c.Out(0)), a)
	} else {
		d = c.PoolGrad(dy, x, part(c.Out(0)), a)
	}
	b := wholeBox(s)
	return []Value{c.Slice(d, s, pad, b.step)}
}

// maxGrad goes through the places of a window: there each window has one element, which gets the gradient if it is the
// maximum.
func (p *PoolingV1Param) maxGrad(c *Ctx, dy, x, y Value, a backend.PoolAttrs) Value {
	s := x.Shape()
	var sum Value
	for i := range a.Kernel[0] {
		for j := range a.Kernel[1] {
			at := wholeBox(s)
			at.begin[2], at.begin[3] = i, j
			at.step[2], at.step[3] = a.Stride[0], a.Stride[1]
			for k := 2; k < 4; k++ { // windows that reach over the end have no element here
				at.out[k] = min(y.Shape()[k], (s[k]-1-at.begin[k])/at.step[k]+1)
			}
			if at.begin[2] >= s[2] || at.begin[3] >= s[3] {
				continue
			}
			first := wholeBox(at.out)
			has := func(v Value) Value { return c.Slice(v, at.out, first.begin, first.step) }
			d := c.Map1(equalGradExpr, has(dy), c.Slice(x, at.out, at.begin, at.step), has(y))
			d = spread(c, spread(c, d, 2, a.Stride[0]), 3, a.Stride[1])
			after := []int{0, 0, s[2] - i - d.Shape()[2], s[3] - j - d.Shape()[3]}
			d = c.Pad(d, backend.PadConstant, []int{0, 0, i, j}, after, 0)
			if sum.Valid() {
				d = c.Add(sum, d)
			}
			sum = d
		}
	}
	return sum
}
