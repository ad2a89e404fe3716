package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// MakeLossParam has MXNet's names and defaults.
type MakeLossParam struct {
	GradScale     float64 `gomx:"grad_scale,default=1.0" doc:"the gradient"`
	ValidThresh   float64 `gomx:"valid_thresh" doc:"elements above it are valid"`
	Normalization string  `gomx:"normalization,default=null,enum=null|batch|valid,prefix=Normalize" doc:"divide the gradient by nothing, the size of all axes but the last, or the number of valid elements"`
}

var aboveExpr = expr.MustParse("x t -> x > t")

func init() {
	identity := func(in []Value) []Value { return in[:1] }
	Register(Op[MakeLossParam]{
		Name: "MakeLoss",
		Doc:  "data, taken as a loss: its gradient is grad_scale, whatever comes from above",
		Shape: func(_ *MakeLossParam, s *Shapes) {
			s.Elementwise()
		},
		Forward:  func(_ *MakeLossParam, _ *Ctx, in []Value) []Value { return identity(in) },
		Backward: (*MakeLossParam).backward,
		Loss:     func(*MakeLossParam) bool { return true },
	})
	Register(Op[NoParam]{
		Name:    "make_loss",
		Doc:     "data, taken as a loss: its gradient is 1, whatever comes from above",
		Shape:   func(_ *NoParam, s *Shapes) { s.Elementwise() },
		Forward: func(_ *NoParam, _ *Ctx, in []Value) []Value { return identity(in) },
		Backward: func(_ *NoParam, c *Ctx, _ []Value) []Value {
			return []Value{c.Full(c.In(0).DType(), c.In(0).Shape(), 1)}
		},
		Loss: func(*NoParam) bool { return true },
	})
	Register(Op[NoParam]{
		Name: "BlockGrad", Aliases: []string{"stop_gradient"},
		Doc:     "data, through which no gradient flows",
		Shape:   func(_ *NoParam, s *Shapes) { s.Elementwise() },
		Forward: func(_ *NoParam, _ *Ctx, in []Value) []Value { return identity(in) },
		Loss:    func(*NoParam) bool { return true }, // as a head it asks for no gradient
	})
}

func (p *MakeLossParam) backward(c *Ctx, _ []Value) []Value {
	x := c.In(0)
	t, s := x.DType(), x.Shape()
	if p.Normalization == "valid" {
		n := c.Sum(c.MapAs(backend.Float32, aboveExpr, x, c.Scalar(t, p.ValidThresh)))
		return []Value{c.Cast(c.BroadcastTo(c.Map1(overCount, n, c.Scalar(t, p.GradScale)), s), t)}
	}
	scale := p.GradScale
	if p.Normalization == "batch" && len(s) > 0 {
		scale /= float64(s[:len(s)-1].Size())
	}
	return []Value{c.Full(t, s, scale)}
}
