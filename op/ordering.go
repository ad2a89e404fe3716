package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// ordering is what sort, argsort and topk have in common: the elements along an axis, or all of them, in order.
type ordering struct {
	axis   *int // nil: data is a vector first
	ascend bool
}

// along is data with the axis to sort along.
func (o ordering) along(c *Ctx, x Value) (Value, int) {
	if o.axis == nil {
		return c.Reshape(x, Shape{x.Shape().Size()}), 0
	}
	axis, _ := x.Shape().Axis(*o.axis) // shape inference has seen the error
	return x, axis
}

// sort gives values and order of all elements.
func (o ordering) sort(c *Ctx, x Value) (values, order Value, axis int) {
	x, axis = o.along(c, x)
	values, order = c.Sort(x, axis, !o.ascend)
	return values, order, axis
}

// shape is that of the first k elements along the axis, of all when k is below 1; n counts them all, 0 when not known.
func (o ordering) shape(s *Shapes, k int) (out Shape, n int) {
	data := s.In("data")
	if data == nil {
		return nil, 0
	}
	axis := 0
	if o.axis == nil {
		out = Shape{0}
		if data.Known() {
			out[0] = data.Size()
		}
	} else {
		var ok bool
		if axis, ok = data.Axis(*o.axis); !ok {
			s.Failf("data is %v, it has no axis %d", data, *o.axis)
			return nil, 0
		}
		out = data.Clone()
	}
	n = out[axis]
	if n > 0 && k > n {
		s.Failf("data is %v: k is %d, want at most the %d elements there are", data, k, n)
		return nil, 0
	}
	if k > 0 {
		out[axis] = k
	}
	return out, n
}

// ranks turns an order round: where each element of data went.
func ranks(c *Ctx, order Value, axis int) Value {
	_, r := c.Sort(order, axis, false)
	return r
}

// back gives each element of data, of the shape s, the gradient of where it went, 0 when that is beyond those of d.
func (o ordering) back(c *Ctx, d, order Value, s Shape) Value {
	all := order.Shape()
	_, axis := o.along(c, order)
	if k := d.Shape()[axis]; k < all[axis] {
		none, rest := make([]int, len(all)), make([]int, len(all))
		rest[axis] = all[axis] - k
		d = c.Pad(d, backend.PadConstant, none, rest, 0)
	}
	outer, n, inner := all[:axis].Size(), all[axis], all[axis+1:].Size()
	number := func(v int) Value { return c.Scalar(backend.Int64, float64(v)) }
	from := c.MapAs(backend.Int64, positionExpr,
		c.Reshape(c.Iota(backend.Int64, outer), Shape{outer, 1, 1}), c.Reshape(ranks(c, order, axis), Shape{outer, n, inner}), c.Iota(backend.Int64, inner),
		number(n), number(inner))
	return c.Reshape(c.Gather(c.Reshape(d, Shape{all.Size()}), from, 0, false), s)
}

// Of an array (·,n,m) the position of element (a,b,c).
var positionExpr = expr.MustParse("a b c n m -> (a*n + b)*m + c")

// indexTypes are the types of positions with the largest number up to which each counts one by one.
var indexTypes = map[DType]int{
	backend.Uint8: 255, backend.Int32: 1<<31 - 1, backend.Int64: 1<<63 - 1, backend.Float16: 1 << 11, backend.Float32: 1 << 24, backend.Float64: 1 << 53,
}

func checkIndexType(t DType) error {
	if _, ok := indexTypes[t]; !ok {
		return fmt.Errorf("dtype is %v, want one of uint8, int32, int64, float16, float32, float64", t)
	}
	return nil
}

// wantCount refuses more elements than positions of a type can number.
func wantCount(s *Shapes, n int, t DType) {
	if most := indexTypes[t]; n > most {
		s.Failf("data is %v: %v counts to %d, want a dtype that counts %d elements", s.In("data"), t, most, n)
	}
}

// outputNames are those that MXNet gives outputs without names of their own, hidden ones counted.
func outputNames(visible, all int) []string {
	if all == 1 {
		return []string{"output"}
	}
	return []string{"output0", "output1"}[:visible]
}
