package op

import "github.com/gomx-org/gomx/backend/expr"

// HardSigmoidParam has MXNet's names and defaults.
type HardSigmoidParam struct {
	Alpha float64 `gomx:"alpha,default=0.2" doc:"the slope"`
	Beta  float64 `gomx:"beta,default=0.5" doc:"the value at 0"`
}

var (
	hardSigmoidExpr     = expr.MustParse("x a b -> min(max(a*x + b, 0), 1)")
	hardSigmoidGradExpr = expr.MustParse("y a d -> y > 0 && y < 1 ? d*a : 0")
)

func init() {
	Register(Op[HardSigmoidParam]{
		Name: "hard_sigmoid", Doc: "min(max(alpha·x + beta, 0), 1)",
		Shape: func(_ *HardSigmoidParam, s *Shapes) { s.Elementwise() },
		Forward: func(p *HardSigmoidParam, c *Ctx, in []Value) []Value {
			t := in[0].DType()
			return []Value{c.Map1(hardSigmoidExpr, in[0], c.Scalar(t, p.Alpha), c.Scalar(t, p.Beta))}
		},
		Backward: func(p *HardSigmoidParam, c *Ctx, dout []Value) []Value {
			return []Value{c.Map1(hardSigmoidGradExpr, c.Out(0), c.Scalar(dout[0].DType(), p.Alpha), dout[0])}
		},
	})
}
