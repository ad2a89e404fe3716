package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// ClipParam has MXNet's names.
type ClipParam struct {
	AMin float64 `gomx:"a_min,pos,runtime" doc:"the smallest result"`
	AMax float64 `gomx:"a_max,pos,runtime" doc:"the largest result"`
}

// SmoothL1Param has MXNet's names and defaults.
type SmoothL1Param struct {
	Scalar float64 `gomx:"scalar,default=1.0,runtime" doc:"σ; up to 1/σ² the function is a parabola"`
}

var (
	clipExpr         = expr.MustParse("x lo hi -> x > hi ? hi : (x < lo ? lo : x)")
	clipGradExpr     = expr.MustParse("x lo hi d -> x > hi || x < lo ? 0 : d")
	smoothL1         = &function{fn: expr.MustParse("x s -> abs(x) > 1/(s*s) ? abs(x) - 0.5/(s*s) : 0.5*x*x*s*s")}
	smoothL1GradExpr = expr.MustParse("x s d -> abs(x) > 1/(s*s) ? (x > 0 ? d : -d) : d*x*s*s")
)

func init() {
	Register(Op[ClipParam]{
		Name: "clip", Doc: "a_max where data is above it, else a_min where data is below that, else data",
		Shape: func(_ *ClipParam, s *Shapes) { s.Elementwise() },
		Forward: func(p *ClipParam, c *Ctx, in []Value) []Value {
			lo, hi := p.bounds(c, in[0])
			return []Value{c.MapAs(in[0].DType(), clipExpr, in[0], lo, hi)}
		},
		Backward: func(p *ClipParam, c *Ctx, dout []Value) []Value {
			lo, hi := p.bounds(c, c.In(0))
			return []Value{c.MapAs(c.In(0).DType(), clipGradExpr, c.In(0), lo, hi, dout[0])}
		},
	})
	Register(Op[SmoothL1Param]{
		Name: "smooth_l1", Doc: "½(σx)² where |x| ≤ 1/σ², else |x| − ½/σ²",
		Shape: func(_ *SmoothL1Param, s *Shapes) { s.Elementwise() },
		Forward: func(p *SmoothL1Param, c *Ctx, in []Value) []Value {
			t := in[0].DType()
			return []Value{smoothL1.apply(c, t, in[0], c.Param("scalar", t, p.Scalar))}
		},
		Backward: func(p *SmoothL1Param, c *Ctx, dout []Value) []Value {
			return []Value{c.Map1(smoothL1GradExpr, c.In(0), c.Param("scalar", c.In(0).DType(), p.Scalar), dout[0])}
		},
	})
}

// bounds are numbers of the type of x, or of int64 beside whole numbers: a bound may lie outside of what x can hold.
func (p *ClipParam) bounds(c *Ctx, x Value) (lo, hi Value) {
	t := x.DType()
	if !t.IsFloat() {
		t = backend.Int64
	}
	const most = 1 << 62 // beyond is as good as infinite
	bound := func(v float64) float64 {
		if t.IsFloat() {
			return v
		}
		return min(max(v, -most), most)
	}
	return c.Param("a_min", t, bound(p.AMin)), c.Param("a_max", t, bound(p.AMax))
}
