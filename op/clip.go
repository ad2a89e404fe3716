package op

import "github.com/gomx-org/gomx/backend/expr"

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
	clipExpr         = expr.MustParse("x lo hi -> min(max(x, lo), hi)")
	clipGradExpr     = expr.MustParse("x lo hi d -> x >= lo && x <= hi ? d : 0")
	smoothL1Expr     = expr.MustParse("x s -> abs(x) > 1/(s*s) ? abs(x) - 0.5/(s*s) : 0.5*x*x*s*s")
	smoothL1GradExpr = expr.MustParse("x s d -> abs(x) > 1/(s*s) ? (x > 0 ? d : -d) : d*x*s*s")
)

func init() {
	Register(Op[ClipParam]{
		Name: "clip", Doc: "min(max(data, a_min), a_max)",
		Shape: func(_ *ClipParam, s *Shapes) { s.Elementwise() },
		Forward: func(p *ClipParam, c *Ctx, in []Value) []Value {
			lo, hi := p.bounds(c, in[0])
			return []Value{c.Map1(clipExpr, in[0], lo, hi)}
		},
		Backward: func(p *ClipParam, c *Ctx, dout []Value) []Value {
			lo, hi := p.bounds(c, c.In(0))
			return []Value{c.Map1(clipGradExpr, c.In(0), lo, hi, dout[0])}
		},
	})
	Register(Op[SmoothL1Param]{
		Name: "smooth_l1", Doc: "½(σx)² where |x| ≤ 1/σ², else |x| − ½/σ²",
		Shape: func(_ *SmoothL1Param, s *Shapes) { s.Elementwise() },
		Forward: func(p *SmoothL1Param, c *Ctx, in []Value) []Value {
			return []Value{c.Map1(smoothL1Expr, in[0], c.Param("scalar", in[0].DType(), p.Scalar))}
		},
		Backward: func(p *SmoothL1Param, c *Ctx, dout []Value) []Value {
			return []Value{c.Map1(smoothL1GradExpr, c.In(0), c.Param("scalar", c.In(0).DType(), p.Scalar), dout[0])}
		},
	})
}

func (p *ClipParam) bounds(c *Ctx, x Value) (lo, hi Value) {
	return c.Param("a_min", x.DType(), p.AMin), c.Param("a_max", x.DType(), p.AMax)
}
