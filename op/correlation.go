package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// CorrelationParam has MXNet's names and defaults.
type CorrelationParam struct {
	KernelSize      int  `gomx:"kernel_size,default=1,min=1" doc:"height and width of the windows compared, odd"`
	MaxDisplacement int  `gomx:"max_displacement,default=1,min=0" doc:"how far the second window may be from the first, down and across"`
	Stride1         int  `gomx:"stride1,default=1,min=1" doc:"steps of the first window"`
	Stride2         int  `gomx:"stride2,default=1,min=1" doc:"steps of the second window round the first"`
	PadSize         int  `gomx:"pad_size,min=0" doc:"zeros round both images"`
	IsMultiply      bool `gomx:"is_multiply,default=True" doc:"compare by products; otherwise by absolute differences"`
}

var (
	productExpr    = expr.MustParse("a b -> a*b")
	differenceExpr = expr.MustParse("a b -> abs(a - b)")
	productGrad    = expr.MustParse("d a b -> d*b, d*a")
	differenceGrad = expr.MustParse("d a b -> t = a >= b ? d : -d; t, -t")
)

func init() {
	Register(Op[CorrelationParam]{
		Name: "Correlation",
		Doc:  "how alike each window of data1 is to those of data2 near the same place, one channel per displacement: the mean over window and channels of products (Fischer et al. 2015)",
		Args: func(*CorrelationParam) []string { return []string{"data1", "data2"} },
		// MXNet's images with their borders.
		Hidden: func(*CorrelationParam) int { return 2 },
		Check: func(p *CorrelationParam) error {
			if p.KernelSize%2 == 0 {
				return fmt.Errorf("kernel_size is %d, want an odd number", p.KernelSize)
			}
			return nil
		},
		Shape: (*CorrelationParam).shape,
		Forward: func(p *CorrelationParam, c *Ctx, in []Value) []Value {
			k := p.compare(c, in)
			e := differenceExpr
			if p.IsMultiply {
				e = productExpr
			}
			out := make([]Value, 0, p.displacements())
			for _, at := range p.places() {
				sum := c.Reduce(backend.ReduceSum, c.Map1(e, k.first, k.cut(k.second, at)), true, 1)
				out = append(out, k.pool(sum))
			}
			return []Value{c.Scale(c.Concat(1, out...), k.scale)}
		},
		Backward: (*CorrelationParam).backward,
	})
}

// radius is how many steps of stride2 fit into max_displacement.
func (p *CorrelationParam) radius() int { return p.MaxDisplacement / p.Stride2 }

func (p *CorrelationParam) displacements() int {
	side := 2*p.radius() + 1
	return side * side
}

// places are where the second windows begin, row by row, when the first begins at max_displacement.
func (p *CorrelationParam) places() [][2]int {
	var list [][2]int
	for y := -p.radius(); y <= p.radius(); y++ {
		for x := -p.radius(); x <= p.radius(); x++ {
			list = append(list, [2]int{p.MaxDisplacement + y*p.Stride2, p.MaxDisplacement + x*p.Stride2})
		}
	}
	return list
}

// positions is how many first windows there are along an axis of n pixels; 0 while n is unknown.
func (p *CorrelationParam) positions(n int) int {
	room := n + 2*p.PadSize - 2*p.MaxDisplacement - (p.KernelSize - 1)
	if n == 0 || room <= 0 {
		return 0
	}
	return (room + p.Stride1 - 1) / p.Stride1
}

func (p *CorrelationParam) shape(s *Shapes) {
	for i := range 2 {
		s.WantAt(1-i, s.At(i), "data1 and data2 have one shape")
	}
	data := s.At(0)
	if data == nil || s.Err() != nil {
		return
	}
	if len(data) != 4 {
		s.Failf("data1 is %v, want (N,C,H,W)", data)
		return
	}
	out := Shape{data[0], p.displacements(), p.positions(data[2]), p.positions(data[3])}
	for axis := 2; axis < 4; axis++ {
		if data[axis] != 0 && out[axis] == 0 {
			s.Failf("data1 is %v: axis %d with pad_size=%d has no place for kernel_size=%d and max_displacement=%d on both sides", data, axis, p.PadSize, p.KernelSize, p.MaxDisplacement)
			return
		}
	}
	s.Out(out)
}

// comparison is one use of Correlation: all first windows as one image, and where the second ones are cut from.
type comparison struct {
	p             *CorrelationParam
	c             *Ctx
	out           [2]int // number of windows down and across
	first, second Value
	window        Shape // of first, without channels
	scale         float64
}

func (p *CorrelationParam) compare(c *Ctx, in []Value) *comparison {
	s := in[0].Shape()
	k := &comparison{p: p, c: c, out: [2]int{p.positions(s[2]), p.positions(s[3])}}
	k.window = Shape{s[0], 1, (k.out[0]-1)*p.Stride1 + p.KernelSize, (k.out[1]-1)*p.Stride1 + p.KernelSize}
	border := []int{0, 0, p.PadSize, p.PadSize}
	k.first = k.cut(c.Pad(in[0], backend.PadConstant, border, border, 0), [2]int{p.MaxDisplacement, p.MaxDisplacement})
	k.second = c.Pad(in[1], backend.PadConstant, border, border, 0)
	k.scale = 1 / float64(p.KernelSize*p.KernelSize*s[1])
	return k
}

// cut takes the image under all windows, the first of which begins at the place.
func (k *comparison) cut(x Value, at [2]int) Value {
	b := wholeBox(x.Shape())
	copy(b.out[2:], k.window[2:])
	copy(b.begin[2:], at[:])
	return k.c.Slice(x, b.out, b.begin, b.step)
}

// paste is the gradient of cut.
func (k *comparison) paste(d Value, at [2]int) Value {
	s, full := d.Shape(), k.second.Shape()
	after := []int{0, 0, full[2] - s[2] - at[0], full[3] - s[3] - at[1]}
	return k.c.Pad(d, backend.PadConstant, []int{0, 0, at[0], at[1]}, after, 0)
}

func (k *comparison) attrs() backend.PoolAttrs {
	n, s := k.p.KernelSize, k.p.Stride1
	return backend.PoolAttrs{Type: backend.PoolSum, Kernel: []int{n, n}, Stride: []int{s, s}, Pad: []int{0, 0}}
}

// pool sums each window; unpool is its gradient.
func (k *comparison) pool(x Value) Value { return k.c.Pool(x, k.out[:], k.attrs()) }

func (k *comparison) unpool(d Value) Value {
	x := k.c.Full(d.DType(), k.window, 0)
	return k.c.PoolGrad(d, x, k.c.Full(d.DType(), d.Shape(), 0), k.attrs())
}

// backward adds up, over the displacements, what each says about the images with their borders, which are then cut off.
func (p *CorrelationParam) backward(c *Ctx, dout []Value) []Value {
	k := p.compare(c, []Value{c.In(0), c.In(1)})
	d := c.Scale(dout[0], k.scale)
	e := differenceGrad
	if p.IsMultiply {
		e = productGrad
	}
	var first, second Value
	for i, at := range p.places() {
		part := c.Map(e, k.unpool(c.SliceAxis(d, 1, i, 1)), k.first, k.cut(k.second, at))
		moved := k.paste(part[1], at)
		if i == 0 {
			first, second = part[0], moved
			continue
		}
		first, second = c.Add(first, part[0]), c.Add(second, moved)
	}
	first = k.paste(first, [2]int{p.MaxDisplacement, p.MaxDisplacement})
	inner := func(v Value) Value {
		b := wholeBox(c.In(0).Shape())
		b.begin[2], b.begin[3] = p.PadSize, p.PadSize
		return c.Slice(v, b.out, b.begin, b.step)
	}
	return []Value{inner(first), inner(second)}
}
