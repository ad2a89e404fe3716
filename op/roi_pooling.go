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
			d := c.Map1(maskedExpr, c.Transpose(dout[0], 0, 2, 3, 1), c.Saved(1))
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
	// A bin that holds nothing, or is of an image that does not exist, looks at some pixel.
	firstExpr = expr.MustParse("begin n -> min(begin, n - 1)")
	sizeExpr  = expr.MustParse("begin end -> max(end - begin, 1)")
	imageExpr = expr.MustParse("b N -> min(max(trunc(b), 0), N - 1)")
	// The pixel k of channel ch of image b.
	elementExpr = expr.MustParse("b ch k C pixels -> (b*C + ch)*pixels + k")
	filledExpr  = expr.MustParse("h0 h1 w0 w1 b N -> h1 > h0 && w1 > w0 && trunc(b) >= 0 && b < N")
)

// edges are the first pixel of each bin along one axis and the one behind its last, as (R,bins).
func (p *ROIPoolingParam) edges(c *Ctx, rois Value, first, bins, n int) (begin, end Value) {
	t := rois.DType()
	args := []Value{c.SliceAxis(rois, 1, first, 1), c.SliceAxis(rois, 1, first+2, 1), c.Iota(t, bins),
		c.Scalar(t, float64(bins)), c.Scalar(t, float64(n)), c.Scalar(t, p.SpatialScale)}
	return c.Map1(binBegin, args...), c.Map1(binEnd, args...)
}

// forward looks for the maxima of all bins in tables. Of equal elements it takes the first, as MXNet does.
func (p *ROIPoolingParam) forward(c *Ctx, in []Value) []Value {
	s, regions := in[0].Shape(), in[1].Shape()[0]
	t := wide(in[0].DType())
	h0, h1 := p.edges(c, in[1], 2, p.PooledSize[0], s[2])
	w0, w1 := p.edges(c, in[1], 1, p.PooledSize[1], s[3])
	side := func(v Value, axis int) Value {
		shape := Shape{regions, 1, 1}
		if axis > 0 {
			shape[axis] = v.Shape().Size() / regions
		}
		return c.Reshape(c.Cast(v, t), shape)
	}
	h0, h1, w0, w1 = side(h0, 1), side(h1, 1), side(w0, 2), side(w1, 2)
	image := side(c.SliceAxis(in[1], 1, 0, 1), 0)
	size := func(n int) Value { return c.Scalar(t, float64(n)) }
	filled := c.MapAs(backend.Float32, filledExpr, h0, h1, w0, w1, image, size(s[0]))
	image = c.Map1(imageExpr, image, size(s[0]))
	value, pixel := largestIn(c, c.Transpose(c.Cast(in[0], t), 0, 2, 3, 1), rectangles{
		b: image,
		y: c.Map1(firstExpr, h0, size(s[2])), height: c.Map1(sizeExpr, h0, h1),
		x: c.Map1(firstExpr, w0, size(s[3])), width: c.Map1(sizeExpr, w0, w1),
	})
	perBin := func(v Value) Value { return c.Reshape(v, append(Shape{regions}, append(v.Shape()[1:].Clone(), 1)...)) }
	element := c.MapAs(backend.Int64, elementExpr, perBin(image), c.Iota(backend.Int64, s[1]), pixel, size(s[1]), size(s[2]*s[3]))
	c.Save(element, perBin(filled))
	return []Value{c.Transpose(c.MapAs(in[0].DType(), maskedExpr, value, perBin(filled)), 0, 3, 1, 2)}
}
