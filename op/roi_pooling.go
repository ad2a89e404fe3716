package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// ROIPoolingParam has MXNet's names.
type ROIPoolingParam struct {
	PooledSize   []int   `gomx:"pooled_size,pos,min=1" doc:"height and width of the result"`
	SpatialScale float64 `gomx:"spatial_scale,pos" doc:"size of a pixel of the image that rois are given for, in pixels of data; above 0 and at most 1"`
}

func init() {
	Register(Op[ROIPoolingParam]{
		Name: "ROIPooling",
		Doc:  "regions of images, each divided into pooled_size bins, of which the maxima are taken; rois are (number of the image, x and y of the first and of the last pixel) (Girshick 2015)",
		Args: func(*ROIPoolingParam) []string { return []string{"data", "rois"} },
		// MXNet's positions of the maxima.
		Hidden: func(*ROIPoolingParam) int { return 1 },
		Check: func(p *ROIPoolingParam) error {
			if len(p.PooledSize) != 2 {
				return fmt.Errorf("pooled_size is %s, want height and width", FormatParam(p.PooledSize))
			}
			if !(p.SpatialScale > 0 && p.SpatialScale <= 1) {
				return fmt.Errorf("spatial_scale is %v, want more than 0 and at most 1", p.SpatialScale)
			}
			return nil
		},
		Shape: func(p *ROIPoolingParam, s *Shapes) {
			data, rois := s.In("data"), s.In("rois")
			if data == nil || rois == nil {
				return
			}
			if len(data) != 4 || len(rois) != 2 {
				s.Failf("data is %v and rois %v, want (N,C,H,W) and (R,5)", data, rois)
				return
			}
			s.Want("rois", Shape{0, 5}, "a region is five numbers")
			s.Out(Shape{rois[0], data[1], p.PooledSize[0], p.PooledSize[1]})
		},
		Forward: (*ROIPoolingParam).forward,
		Backward: func(_ *ROIPoolingParam, c *Ctx, dout []Value) []Value {
			s := c.In(0).Shape()
			n := c.Saved(0).Shape().Size()
			d := c.Map1(maskedExpr, dout[0], c.Saved(1))
			flat := c.ScatterAdd(c.Reshape(d, Shape{n}), c.Reshape(c.Saved(0), Shape{n}), Shape{s.Size()}, 0, false)
			return []Value{c.Reshape(flat, s), {}}
		},
		NoGrad: []string{"rois"},
	})
}

// The bin p of size bins divides the pixels from the first to the last, both rounded; it is cut at 0 and n.
var (
	binBegin = expr.MustParse("first last p size n scale -> b = round(first*scale); l = max(round(last*scale) - b + 1, 1)/size; min(max(floor(p*l) + b, 0), n)")
	binEnd   = expr.MustParse("first last p size n scale -> b = round(first*scale); l = max(round(last*scale) - b + 1, 1)/size; min(max(ceil((p + 1)*l) + b, 0), n)")
	inBin    = expr.MustParse("x k begin end -> k >= begin && k < end ? x : -inf")
	atExpr   = expr.MustParse("v i k -> k == i ? v : 0")
	// The element at row y and column x of channel ch of image b.
	elementExpr = expr.MustParse("b ch y x N C H W -> ((min(max(trunc(b), 0), N - 1)*C + ch)*H + y)*W + x")
	filledExpr  = expr.MustParse("h0 h1 w0 w1 b N -> h1 > h0 && w1 > w0 && trunc(b) >= 0 && b < N")
)

// edges are the first pixel of each bin along one axis and the one behind its last, as (R,bins).
func (p *ROIPoolingParam) edges(c *Ctx, rois Value, first, bins, n int) (begin, end Value) {
	t := rois.DType()
	args := []Value{c.SliceAxis(rois, 1, first, 1), c.SliceAxis(rois, 1, first+2, 1), c.Iota(t, bins),
		c.Scalar(t, float64(bins)), c.Scalar(t, float64(n)), c.Scalar(t, p.SpatialScale)}
	return c.Map1(binBegin, args...), c.Map1(binEnd, args...)
}

// largest gives, for each bin, the largest element along the axis of x and where it stands. The bins' edges broadcast to x.
func largest(c *Ctx, x, begin, end Value, axis int) (value, at Value) {
	k := alongAxis(c, c.Iota(x.DType(), x.Shape()[axis]), len(x.Shape()), axis)
	inside := c.Map1(inBin, x, k, begin, end)
	return c.Reduce(backend.ReduceMax, inside, true, axis), c.ArgMax(inside, axis, true)
}

// forward looks for the maxima first along the rows of pixels, then along the columns. Of equal ones it takes the first, as
// MXNet does. It goes bin by bin, since all bins at once would need as many copies of the images.
func (p *ROIPoolingParam) forward(c *Ctx, in []Value) []Value {
	s, regions := in[0].Shape(), in[1].Shape()[0]
	t := wide(in[0].DType())
	image := c.Reshape(c.SliceAxis(in[1], 1, 0, 1), Shape{regions})
	x := c.Gather(c.Cast(in[0], t), image, 0, false)
	h0, h1 := p.edges(c, in[1], 2, p.PooledSize[0], s[2])
	w0, w1 := p.edges(c, in[1], 1, p.PooledSize[1], s[3])
	bin := func(edge Value, i int) Value { return c.Reshape(c.SliceAxis(edge, 1, i, 1), Shape{regions, 1, 1, 1}) }
	var values, columns []Value
	for i := range p.PooledSize[1] {
		v, at := largest(c, x, bin(w0, i), bin(w1, i), 3)
		values, columns = append(values, v), append(columns, at)
	}
	perRow, columnOf := c.Concat(3, values...), c.Concat(3, columns...) // (R,C,H,bins)
	var out, rows, cols []Value
	for i := range p.PooledSize[0] {
		v, at := largest(c, perRow, bin(h0, i), bin(h1, i), 2)
		k := alongAxis(c, c.Iota(t, s[2]), 4, 2)
		col := c.Reduce(backend.ReduceSum, c.Map1(atExpr, columnOf, at, k), true, 2)
		out, rows, cols = append(out, v), append(rows, at), append(cols, col)
	}
	side := func(v Value, axis int) Value {
		shape := Shape{regions, 1, 1, 1}
		shape[axis] = v.Shape().Size() / regions
		return c.Reshape(v, shape)
	}
	size := func(n int) Value { return c.Scalar(t, float64(n)) }
	filled := c.MapAs(backend.Float32, filledExpr, side(h0, 2), side(h1, 2), side(w0, 3), side(w1, 3), side(image, 1), size(s[0]))
	channel := alongAxis(c, c.Iota(backend.Int64, s[1]), 4, 1)
	element := c.MapAs(backend.Int64, elementExpr, side(image, 1), channel, c.Concat(2, rows...), c.Concat(2, cols...),
		size(s[0]), size(s[1]), size(s[2]), size(s[3]))
	c.Save(element, filled)
	return []Value{c.MapAs(in[0].DType(), maskedExpr, c.Concat(2, out...), filled)}
}
