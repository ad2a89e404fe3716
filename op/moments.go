package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend/expr"
)

// MomentsParam has MXNet's names and defaults.
type MomentsParam struct {
	Axes     []int `gomx:"axes,req" doc:"the axes along which"`
	KeepDims bool  `gomx:"keepdims" doc:"keep them as 1"`
}

var momentsGradExpr = expr.MustParse("dm dv x m n -> (dm + 2*dv*(x - m))/n")

func init() {
	Register(Op[MomentsParam]{
		Name: "moments", Doc: "mean and biased variance along axes",
		Outputs: func(*MomentsParam) []string { return []string{"output0", "output1"} },
		Check: func(p *MomentsParam) error {
			if len(p.Axes) == 0 {
				return fmt.Errorf("axes is (), want the axes along which; all of them can be named")
			}
			return nil
		},
		Shape: func(p *MomentsParam, s *Shapes) {
			reduceShape(s, p.Axes, p.KeepDims, false)
			if s.OutAt(0) != nil {
				s.SetOut(1, s.OutAt(0))
			}
			if s.OutAt(1) != nil {
				s.SetOut(0, s.OutAt(1))
			}
		},
		Forward: func(p *MomentsParam, c *Ctx, in []Value) []Value {
			x := in[0]
			axes, _ := reduceAxes(x.Shape(), p.Axes, false) // shape inference has seen the error
			mean, variance := c.Stats(c.Cast(x, wide(x.DType())), axes...)
			c.Save(mean)
			out := reducedShape(x.Shape(), axes, p.KeepDims)
			return []Value{c.Reshape(c.Cast(mean, x.DType()), out), c.Reshape(c.Cast(variance, x.DType()), out)}
		},
		Backward: func(p *MomentsParam, c *Ctx, dout []Value) []Value {
			x := c.In(0)
			axes, _ := reduceAxes(x.Shape(), p.Axes, false)
			kept := reducedShape(x.Shape(), axes, true)
			along := func(v Value) Value { return c.Reshape(v, kept) }
			return []Value{c.MapAs(x.DType(), momentsGradExpr, along(dout[0]), along(dout[1]), x, along(c.Saved(0)), count(c, x.Shape(), axes))}
		},
	})
}
