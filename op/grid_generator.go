package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// GridGeneratorParam has MXNet's names and defaults.
type GridGeneratorParam struct {
	TransformType string `gomx:"transform_type,pos,enum=affine|warp,prefix=Grid" doc:"data is (N,6), two rows of an affine transform for each example; or (N,2,H,W), by how many pixels each is moved"`
	TargetShape   []int  `gomx:"target_shape,default=(0, 0),min=0" doc:"of affine: height and width of the grid"`
}

func init() {
	Register(Op[GridGeneratorParam]{
		Name: "GridGenerator", Doc: "for each pixel of the result of BilinearSampler the place to look at, x and y, from −1 to 1",
		// MXNet's grid before the transform.
		Hidden: func(*GridGeneratorParam) int { return 1 },
		Check: func(p *GridGeneratorParam) error {
			if p.TransformType == "affine" {
				return checkTarget(p.TargetShape)
			}
			return nil
		},
		Shape: func(p *GridGeneratorParam, s *Shapes) {
			data := s.In("data")
			if p.TransformType == "affine" {
				affineShape(s, "data", p.TargetShape)
				return
			}
			if data == nil {
				return
			}
			if len(data) != 4 || data[1] != 2 && data[1] != 0 {
				s.Failf("data is %v, want (N,2,H,W): transform_type is warp", data)
				return
			}
			s.Out(Shape{data[0], 2, data[2], data[3]})
		},
		Forward: func(p *GridGeneratorParam, c *Ctx, in []Value) []Value {
			if p.TransformType == "affine" {
				return []Value{affineGrid(c, in[0], p.TargetShape)}
			}
			return []Value{warpGrid(c, in[0])}
		},
		Backward: func(p *GridGeneratorParam, c *Ctx, dout []Value) []Value {
			if p.TransformType == "affine" {
				return []Value{affineGrad(c, dout[0])}
			}
			return []Value{c.Mul(dout[0], perPixel(c, dout[0]))}
		},
	})
}

func checkTarget(target []int) error {
	if len(target) != 2 || target[0] < 1 || target[1] < 1 {
		return fmt.Errorf("target_shape is %s, want height and width", FormatParam(target))
	}
	return nil
}

// affineShape: six numbers for each example give a grid of two numbers for each pixel.
func affineShape(s *Shapes, name string, target []int) {
	loc := s.In(name)
	if loc == nil {
		return
	}
	if len(loc) != 2 || loc[1] != 6 && loc[1] != 0 {
		s.Failf("%s is %v, want (N,6)", name, loc)
		return
	}
	s.Want(name, Shape{0, 6}, "the transform is affine")
	s.Out(Shape{loc[0], 2, target[0], target[1]})
}

// The pixel i of n stands at −1 … 1.
var pixelExpr = expr.MustParse("i n -> -1 + i*2/(n - 1)")

// pixels are the places of an image's pixels as a matrix with the rows x, y and 1.
func pixels(c *Ctx, t DType, h, w int) Value {
	row := func(v Value) Value { return c.Reshape(c.BroadcastTo(v, Shape{h, w}), Shape{1, h * w}) }
	along := func(n int) Value {
		return c.MapAs(t, pixelExpr, c.Iota(t, n), c.Scalar(t, float64(n)))
	}
	return c.Concat(0, row(along(w)), row(column(c, along(h))), row(c.Full(t, Shape{1}, 1)))
}

// affineGrid multiplies the places by the transforms loc, (N,6).
func affineGrid(c *Ctx, loc Value, target []int) Value {
	n := loc.Shape()[0]
	y := c.MatMul(c.Reshape(loc, Shape{2 * n, 3}), pixels(c, loc.DType(), target[0], target[1]))
	return c.Reshape(y, Shape{n, 2, target[0], target[1]})
}

// affineGrad is the gradient of affineGrid by loc.
func affineGrad(c *Ctx, d Value) Value {
	s := d.Shape()
	dloc := c.MatMul(c.Reshape(d, Shape{2 * s[0], s[2] * s[3]}), pixels(c, d.DType(), s[2], s[3]), backend.TransB)
	return c.Reshape(dloc, Shape{s[0], 6})
}

var warpExpr = expr.MustParse("flow i s -> (flow + i)*s - 1")

// warpGrid moves each pixel by flow, (N,2,H,W).
func warpGrid(c *Ctx, flow Value) Value {
	t, s := flow.DType(), flow.Shape()
	plane := func(v Value) Value { return c.Reshape(c.BroadcastTo(v, Shape{s[2], s[3]}), Shape{1, s[2], s[3]}) }
	at := c.Concat(0, plane(c.Iota(t, s[3])), plane(column(c, c.Iota(t, s[2]))))
	return c.Map1(warpExpr, flow, at, perPixel(c, flow))
}

// perPixel is how far neighbouring pixels are apart in x and in y, as (2,1,1).
func perPixel(c *Ctx, grid Value) Value {
	s := grid.Shape()
	return c.Const(Shape{2, 1, 1}, grid.DType(), 2/float64(s[3]-1), 2/float64(s[2]-1))
}
