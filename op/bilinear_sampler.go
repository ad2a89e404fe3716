package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// BilinearSamplerParam has MXNet's names and defaults.
type BilinearSamplerParam struct {
	CudnnOff bool `gomx:"cudnn_off,none" doc:"do without cuDNN; taken, not needed"`
}

func init() {
	Register(Op[BilinearSamplerParam]{
		Name: "BilinearSampler",
		Doc:  "the image data at the places of grid, between the four pixels round each; 0 outside (Jaderberg et al. 2015)",
		Args: func(*BilinearSamplerParam) []string { return []string{"data", "grid"} },
		// MXNet's copy of the grid.
		Hidden: func(*BilinearSamplerParam) int { return 1 },
		Shape: func(_ *BilinearSamplerParam, s *Shapes) {
			data, grid := s.In("data"), s.In("grid")
			if data == nil || grid == nil {
				return
			}
			if len(data) != 4 || len(grid) != 4 {
				s.Failf("data is %v and grid %v, want (N,C,H,W) and (N,2,H,W)", data, grid)
				return
			}
			s.Want("grid", Shape{data[0], 2, 0, 0}, "data is %v", data)
			s.Out(Shape{data[0], data[1], grid[2], grid[3]})
		},
		Forward: func(_ *BilinearSamplerParam, c *Ctx, in []Value) []Value {
			return []Value{newSampler(c, in[0], in[1]).sample()}
		},
		Backward: func(_ *BilinearSamplerParam, c *Ctx, dout []Value) []Value {
			s := newSampler(c, c.In(0), c.In(1))
			ddata, dgrid := s.gradients(dout[0])
			return []Value{ddata, dgrid}
		},
	})
}

// sampler looks at images, (N,C,H,W), at the places of a grid, (N,2,h,w). Rows are the channels of one pixel.
type sampler struct {
	c      *Ctx
	s      Shape // of the images
	table  Value // the rows, (N·H·W, C)
	fx, fy Value // (N,h,w,1): how far the place is behind the pixel at its left, and above it
	corner [4]struct {
		rows   Value // (N,h,w)
		inside Value // (N,h,w,1): 1 or 0
		weight Value // (N,h,w,1), 0 outside, NaN at places that are
		value  Value // (N,h,w,C), 0 outside
	}
}

// A place g of −1 … 1 among n pixels is at r of 0 … n−1.
var (
	placeExpr    = expr.MustParse("g n -> (g + 1)*(n - 1)/2")
	fractionExpr = expr.MustParse("r -> r - floor(r)")
	pixelRowExpr = expr.MustParse("b x y dx dy w h -> (b*h + min(max(floor(y) + dy, 0), h - 1))*w + min(max(floor(x) + dx, 0), w - 1)")
	insideExpr   = expr.MustParse("x y dx dy w h -> t = floor(x) + dx; u = floor(y) + dy; t >= 0 && t < w && u >= 0 && u < h")
	cornerExpr   = expr.MustParse("in fx fy dx dy -> in*(dx == 0 ? 1 - fx : fx)*(dy == 0 ? 1 - fy : fy)")
	cornerGrad   = expr.MustParse("d w in -> in != 0 ? d*w : 0")
	maskedExpr   = expr.MustParse("v in -> in != 0 ? v : 0")
	blendExpr    = expr.MustParse("a b c d p q r s -> a*p + b*q + c*r + d*s")
	placeGrad    = expr.MustParse("d a b c e f n -> d*((b - a)*(1 - f) + (e - c)*f)*((n - 1)/2)")
)

func newSampler(c *Ctx, data, grid Value) *sampler {
	s, g, t := data.Shape(), grid.Shape(), grid.DType()
	k := &sampler{c: c, s: s, table: c.Reshape(c.Transpose(data, 0, 2, 3, 1), Shape{s[0] * s[2] * s[3], s[1]})}
	places := Shape{g[0], g[2], g[3]}
	w, h := c.Scalar(t, float64(s[3])), c.Scalar(t, float64(s[2]))
	x := c.Map1(placeExpr, c.Reshape(c.SliceAxis(grid, 1, 0, 1), places), w)
	y := c.Map1(placeExpr, c.Reshape(c.SliceAxis(grid, 1, 1, 1), places), h)
	single := func(v Value) Value { return c.Reshape(v, append(places.Clone(), 1)) }
	k.fx, k.fy = single(c.Map1(fractionExpr, x)), single(c.Map1(fractionExpr, y))
	example := alongAxis(c, c.Iota(backend.Int64, s[0]), 3, 0)
	for i := range k.corner {
		dx, dy := c.Scalar(t, float64(i%2)), c.Scalar(t, float64(i/2))
		at := &k.corner[i]
		at.rows = c.MapAs(backend.Int64, pixelRowExpr, example, x, y, dx, dy, w, h)
		at.inside = single(c.Map1(insideExpr, x, y, dx, dy, w, h))
		at.weight = c.Map1(cornerExpr, at.inside, k.fx, k.fy, dx, dy)
		at.value = c.Map1(maskedExpr, c.Gather(k.table, at.rows, 0, false), at.inside)
	}
	return k
}

func (k *sampler) sample() Value {
	a := &k.corner
	y := k.c.Map1(blendExpr, a[0].value, a[1].value, a[2].value, a[3].value, a[0].weight, a[1].weight, a[2].weight, a[3].weight)
	return k.c.Transpose(y, 0, 3, 1, 2)
}

// gradients of sample by the images and by the grid.
func (k *sampler) gradients(dout Value) (ddata, dgrid Value) {
	c, a := k.c, &k.corner
	d := c.Transpose(dout, 0, 2, 3, 1)
	var rows, parts []Value
	for i := range a {
		rows, parts = append(rows, a[i].rows), append(parts, c.Map1(cornerGrad, d, a[i].weight, a[i].inside))
	}
	back := c.ScatterAdd(c.Concat(0, parts...), c.Concat(0, rows...), k.table.Shape(), 0, false)
	ddata = c.Transpose(c.Reshape(back, Shape{k.s[0], k.s[2], k.s[3], k.s[1]}), 0, 3, 1, 2)
	t := dout.DType()
	places := d.Shape().Clone()[:3]
	plane := func(v Value) Value {
		return c.Reshape(c.Sum(v, 3), Shape{places[0], 1, places[1], places[2]})
	}
	dx := c.Map1(placeGrad, d, a[0].value, a[1].value, a[2].value, a[3].value, k.fy, c.Scalar(t, float64(k.s[3])))
	dy := c.Map1(placeGrad, d, a[0].value, a[2].value, a[1].value, a[3].value, k.fx, c.Scalar(t, float64(k.s[2])))
	return ddata, c.Concat(1, plane(dx), plane(dy))
}
