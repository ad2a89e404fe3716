package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// SGD is stochastic gradient descent with momentum and weight decay, as MXNet 1.9.1 has it: weight decay joins the
// gradient after clipping.
//
//	g' = clip(rescale·g) + wd·w
//	without momentum: w −= lr·g'
//	with momentum μ:  m = μ·m − lr·g';  w += m
type SGD struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	Momentum       float64 `gomx:"momentum"`
	WD             float64 `gomx:"wd"`
	ClipGradient   float64 `gomx:"clip_gradient"`
	RescaleGrad    float64 `gomx:"rescale_grad"`
	LRScheduler    Scheduler
	LRMult         map[string]float64 `gomx:"lr_mult"`
	WDMult         map[string]float64 `gomx:"wd_mult"`
	BeginNumUpdate int                `gomx:"begin_num_update"`
	MultiPrecision bool               `gomx:"multi_precision"`
}

func init() {
	register(func(o *SGD) error {
		if o.Momentum < 0 {
			return fmt.Errorf("momentum is %v, want at least 0", o.Momentum)
		}
		return nil
	}, "lazy_update")
	Register("ccsgd", registry["sgd"]) // MXNet once had it in C++
}

// Name is sgd.
func (o SGD) Name() string { return "sgd" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o SGD) Common() Common {
	c := commonOf(o, 0.01)
	c.masterLast = true
	return c
}

// Config describes the optimizer.
func (o SGD) Config() Config { return describe(o) }

// States is the momentum mom, unless there is none.
func (o SGD) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.momentum(s, t, o.Momentum)
}

// Hyper is lr, wd, rescale_grad, momentum and clip_gradient; the last two only where they are used.
func (o SGD) Hyper() []Hyper {
	c := o.Common()
	if o.Momentum == 0 {
		return c.hyper()
	}
	return c.hyper("momentum")
}

// HyperValues writes the numbers of one update.
func (o SGD) HyperValues(u Rate, dst []float32) {
	if o.Momentum == 0 {
		values(u, o.ClipGradient, dst)
		return
	}
	values(u, o.ClipGradient, dst, o.Momentum)
}

// The order of products and sums is that of MXNet's kernels, so that the bits are too: a store's weights are compared exactly.
// Each product has a sign between it and the sum, lest a device make one instruction of both, which rounds once.
var (
	sgdFormula = formula{
		plain: expr.MustParse("w g lr wd rs -> d = -(lr*wd*w); w + (d + -(lr*rs*g))"),
		clip:  newFormula("w g lr wd rs -> d = -(lr*wd*w); w + (d + -(lr*[rs*g]))").clip,
	}
	sgdMomFormula = formula{
		plain: expr.MustParse("w g m lr wd rs mu -> d = -(lr*wd*w); n = -(mu*m); v = d - n + -(lr*rs*g); w + v, v"),
		clip:  newFormula("w g m lr wd rs mu -> d = -(lr*wd*w); n = -(mu*m); v = d - n + -(lr*[rs*g]); w + v, v").clip,
	}
)

// Update says the formula above.
func (o SGD) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	f := &sgdFormula
	if o.Momentum != 0 {
		f = &sgdMomFormula
	}
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(f.pick(&c), in...) })
}
