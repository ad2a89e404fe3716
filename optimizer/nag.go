package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// NAG is Nesterov's accelerated gradient, as MXNet 1.9.1 has it: weight decay joins the gradient after clipping.
//
//	g' = clip(rescale·g) + wd·w
//	without momentum: w −= lr·g'
//	with momentum μ:  m = μ·m − lr·g';  w += μ·m − lr·g'
//
// In MXNet's kernel the weight decay in m is that of the new weight, since it writes the weight first; so it is here.
type NAG struct {
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
	register(func(o *NAG) error {
		if o.Momentum < 0 {
			return fmt.Errorf("momentum is %v, want at least 0", o.Momentum)
		}
		return nil
	})
}

// Name is nag.
func (o NAG) Name() string { return "nag" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o NAG) Common() Common {
	c := commonOf(o, 0.01)
	c.masterLast = true
	return c
}

// Config describes the optimizer.
func (o NAG) Config() Config { return describe(o) }

// States is the momentum mom, unless there is none.
func (o NAG) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.momentum(s, t, o.Momentum)
}

// Hyper is lr, wd, rescale_grad, momentum, and clip_gradient where it is used.
func (o NAG) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("momentum")
}

// HyperValues writes the numbers of one update.
func (o NAG) HyperValues(u Rate, dst []float32) {
	values(u, o.ClipGradient, dst, o.Momentum)
}

var (
	nagFormula     = newFormula("w g m lr wd rs mu -> d = [rs*g]; s = lr*(d + wd*w); w1 = w + mu*(mu*m - s) - s; w1, mu*m - lr*(d + wd*w1)")
	descentFormula = newFormula("w g lr wd rs mu -> w - lr*([rs*g] + wd*w)")
)

// Update says the formula above.
func (o NAG) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	f := &nagFormula
	if o.Momentum == 0 {
		f = &descentFormula
	}
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(f.pick(&c), in...) })
}
