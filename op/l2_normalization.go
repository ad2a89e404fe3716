package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// L2NormalizationParam has MXNet's names and defaults.
type L2NormalizationParam struct {
	Eps  float64 `gomx:"eps,default=1e-10" doc:"added to the sum of squares"`
	Mode string  `gomx:"mode,default=instance,enum=instance|channel|spatial,prefix=L2Normalization" doc:"the norm is that of each example, of the channels at each position, or of the positions of each channel"`
}

var (
	rootExpr   = expr.MustParse("s e -> sqrt(s + e)")
	overExpr   = expr.MustParse("x n -> x/n")
	l2GradExpr = expr.MustParse("d y dot n -> (d - y*dot)/n")
)

func init() {
	Register(Op[L2NormalizationParam]{
		Name: "L2Normalization", Doc: "data/√(Σ data² + eps)",
		// MXNet's norm.
		Hidden: func(*L2NormalizationParam) int { return 1 },
		Shape: func(p *L2NormalizationParam, s *Shapes) {
			s.Elementwise()
			data := s.In("data")
			if least := map[bool]int{true: 1, false: 3}[p.Mode == "instance"]; data != nil && len(data) < least {
				s.Failf("data is %v, want at least %d axes: mode is %s", data, least, p.Mode)
			}
		},
		Forward: func(p *L2NormalizationParam, c *Ctx, in []Value) []Value {
			x := p.grouped(c, in[0])
			t := wide(x.DType())
			norm := c.Map1(rootExpr, c.Reduce(backend.ReduceSumSquares, c.Cast(x, t), true, p.axis()), c.Scalar(t, p.Eps))
			c.Save(norm)
			return []Value{c.ReshapeLike(c.Map1(overExpr, x, norm), in[0])}
		},
		Backward: func(p *L2NormalizationParam, c *Ctx, dout []Value) []Value {
			norm := c.Saved(0)
			y, dy := p.grouped(c, c.Out(0)), p.grouped(c, dout[0])
			dot := c.Reduce(backend.ReduceSum, c.MapAs(norm.DType(), timesExpr, dy, y), true, p.axis())
			return []Value{c.ReshapeLike(c.Map1(l2GradExpr, dy, y, dot, norm), dout[0])}
		},
	})
}

// grouped sees x with the elements of a norm along one axis: (N, rest), or (N, C, positions).
func (p *L2NormalizationParam) grouped(c *Ctx, x Value) Value {
	if p.Mode == "instance" {
		return c.Flatten2D(x)
	}
	s := x.Shape()
	return c.Reshape(x, Shape{s[0], s[1], s[2:].Size()})
}

func (p *L2NormalizationParam) axis() int {
	if p.Mode == "spatial" {
		return 2
	}
	return 1
}
