package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// ReduceParam has MXNet's names and defaults.
type ReduceParam struct {
	Axis     []int `gomx:"axis" doc:"the axes to reduce, all when empty"`
	KeepDims bool  `gomx:"keepdims" doc:"keep reduced axes as 1"`
	Exclude  bool  `gomx:"exclude" doc:"reduce all axes but those of axis"`
}

// NormParam has the names and defaults of MXNet 1.9.1.
type NormParam struct {
	Ord      int    `gomx:"ord,default=2,min=1,max=2" doc:"1 for the sum of absolute values, 2 for the root of the sum of squares"`
	Axis     []int  `gomx:"axis" doc:"the axes to reduce, all when empty"`
	KeepDims bool   `gomx:"keepdims" doc:"keep reduced axes as 1"`
	OutDType *DType `gomx:"out_dtype" doc:"element type of the result; that of data when not given"`
}

// reduceRow is a reduction: its kernel, what happens to the result, and the gradient over (x y d n) with the output y and
// head gradient d broadcast to x, and n elements in each sum.
type reduceRow struct {
	name    string
	aliases []string
	op      backend.ReduceOp
	doc     string
	after   string // over (y n); empty for nothing
	grad    string
}

var reduceRows = []reduceRow{
	{"sum", []string{"sum_axis"}, backend.ReduceSum, "sum along axes", "", "x y d n -> d"},
	{"mean", nil, backend.ReduceSum, "mean along axes", "y n -> y/n", "x y d n -> d/n"},
	{"prod", nil, backend.ReduceProd, "product along axes", "", "x y d n -> d*y/x"},
	{"nansum", nil, backend.ReduceSumNaN, "sum along axes of what is not NaN", "", "x y d n -> x == x ? d : 0"},
	{"nanprod", nil, backend.ReduceProdNaN, "product along axes of what is not NaN", "", "x y d n -> x == x ? d*y/x : 0"},
	{"max", []string{"max_axis"}, backend.ReduceMax, "maximum along axes; all that are equal to it get the gradient", "", "x y d n -> x == y ? d : 0"},
	{"min", []string{"min_axis"}, backend.ReduceMin, "minimum along axes; all that are equal to it get the gradient", "", "x y d n -> x == y ? d : 0"},
}

// norms are the reductions of norm by its ord. Where the norm of ord 2 is 0 the gradient is NaN, as in MXNet.
var norms = map[int]*reduction{
	1: newReduction(reduceRow{op: backend.ReduceSumAbs, grad: "x y d n -> d*((x > 0) - (x < 0))"}),
	2: newReduction(reduceRow{op: backend.ReduceSumSquares, after: "y n -> sqrt(y)", grad: "x y d n -> d*x/y"}),
}

func init() {
	for _, row := range reduceRows {
		r := newReduction(row)
		Register(Op[ReduceParam]{
			Name: row.name, Aliases: row.aliases, Doc: row.doc,
			Shape: func(p *ReduceParam, s *Shapes) { reduceShape(s, p.Axis, p.KeepDims, p.Exclude) },
			Forward: func(p *ReduceParam, c *Ctx, in []Value) []Value {
				axes, _ := reduceAxes(in[0].Shape(), p.Axis, p.Exclude)
				return []Value{r.forward(c, in[0], axes, p.KeepDims)}
			},
			Backward: func(p *ReduceParam, c *Ctx, dout []Value) []Value {
				axes, _ := reduceAxes(c.In(0).Shape(), p.Axis, p.Exclude)
				return []Value{r.backward(c, axes, dout[0])}
			},
		})
	}
	Register(Op[NormParam]{
		Name: "norm", Doc: "Σ|x| or √Σx² along axes",
		Shape: func(p *NormParam, s *Shapes) { reduceShape(s, p.Axis, p.KeepDims, false) },
		Type: func(p *NormParam, t *Types) {
			if p.OutDType == nil {
				sameAs(t, 0)
				return
			}
			t.WantOut(0, *p.OutDType)
		},
		Forward: func(p *NormParam, c *Ctx, in []Value) []Value {
			axes, _ := reduceAxes(in[0].Shape(), p.Axis, false)
			y := norms[p.Ord].forward(c, in[0], axes, p.KeepDims)
			if p.OutDType != nil {
				y = c.Cast(y, *p.OutDType)
			}
			return []Value{y}
		},
		Backward: func(p *NormParam, c *Ctx, dout []Value) []Value {
			axes, _ := reduceAxes(c.In(0).Shape(), p.Axis, false)
			return []Value{norms[p.Ord].backward(c, axes, dout[0])}
		},
	})
}

// reduceAxes lists the axes to reduce, ascending; none given means all, with exclude too.
func reduceAxes(s Shape, axis []int, exclude bool) (axes []int, ok bool) {
	if len(axis) == 0 {
		axis, exclude = nil, true // all but none
	}
	named := make([]bool, len(s))
	for _, a := range axis {
		i, ok := s.Axis(a)
		if !ok || named[i] {
			return nil, false
		}
		named[i] = true
	}
	for i, n := range named {
		if n != exclude {
			axes = append(axes, i)
		}
	}
	return axes, true
}

// reducedShape is what is left of s; nothing left is (1,), as in MXNet.
func reducedShape(s Shape, axes []int, keep bool) Shape {
	out := Shape{}
	for i, d := range s {
		switch {
		case !slices.Contains(axes, i):
			out = append(out, d)
		case keep:
			out = append(out, 1)
		}
	}
	if len(out) == 0 {
		return Shape{1}
	}
	return out
}

func reduceShape(s *Shapes, axis []int, keep, exclude bool) {
	data := s.In("data")
	if data == nil {
		return
	}
	axes, ok := reduceAxes(data, axis, exclude)
	if !ok {
		s.Failf("data is %v, axis=%s does not fit it", data, FormatParam(axis))
		return
	}
	s.Out(reducedShape(data, axes, keep))
}

// reduction is a reduceRow with its texts parsed.
type reduction struct {
	op          backend.ReduceOp
	after, grad *expr.Expr
}

func newReduction(row reduceRow) *reduction {
	r := &reduction{op: row.op, grad: expr.MustParse(row.grad)}
	if row.after != "" {
		r.after = expr.MustParse(row.after)
	}
	return r
}

// count is the number of elements in each sum.
func count(c *Ctx, s Shape, axes []int) Value {
	n := 1
	for _, a := range axes {
		n *= s[a]
	}
	return c.Scalar(backend.Float32, float64(n))
}

func (r *reduction) forward(c *Ctx, x Value, axes []int, keep bool) Value {
	s := x.Shape()
	y := c.Cast(x, wide(x.DType()))
	if len(axes) == 0 { // each element is reduced alone
		y = c.Reduce(r.op, c.Reshape(y, append(s.Clone(), 1)), false, len(s))
	} else {
		y = c.Reduce(r.op, y, true, axes...)
	}
	if r.after != nil {
		y = c.Map1(r.after, y, count(c, s, axes))
	}
	return c.Reshape(c.Cast(y, x.DType()), reducedShape(s, axes, keep))
}

// backward broadcasts the head gradient, and the output where the gradient needs it.
func (r *reduction) backward(c *Ctx, axes []int, dy Value) Value {
	x := c.In(0)
	kept := x.Shape().Clone()
	for _, a := range axes {
		kept[a] = 1
	}
	used := r.grad.Uses()
	d := c.Reshape(dy, kept)
	if !used[0] { // the data's numbers are not needed
		e := r.grad.Rename(2, []int{-1, -1, 0, 1})
		return c.BroadcastTo(c.Map1(e, d, count(c, x.Shape(), axes)), x.Shape())
	}
	y := d // stands for what is not used
	if used[1] {
		y = c.Reshape(c.Out(0), kept)
	}
	return c.Map1(r.grad, x, y, d, count(c, x.Shape(), axes))
}
