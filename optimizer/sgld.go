package optimizer

import "github.com/gomx-org/gomx/backend"

// SGLD samples weights instead of finding the best: Welling and Teh, "Bayesian learning via stochastic gradient Langevin
// dynamics" (ICML 2011), as MXNet 1.9.1 has it.
//
//	g' = clip(rescale·g);  w −= lr/2·(g' + wd·w) + N(0, lr), a normal number of variance lr for every weight
//
// The noise is a function of the seed, the parameter and the step.
type SGLD struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
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
	register(func(*SGLD) error { return nil })
}

// Name is sgld.
func (o SGLD) Name() string { return "sgld" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o SGLD) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o SGLD) Config() Config { return describe(o) }

// States is nothing.
func (o SGLD) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t)
}

// Hyper is lr, wd, rescale_grad, and clip_gradient where it is used.
func (o SGLD) Hyper() []Hyper {
	c := o.Common()
	return c.hyper()
}

// HyperValues writes the numbers of one update.
func (o SGLD) HyperValues(u Rate, dst []float32) { values(u, o.ClipGradient, dst) }

// sgldNodes keeps the streams of the updates of a Program apart from those of its operators, whose nodes count from 0.
const sgldNodes = 1 << 31

var sgldFormula = newFormula("w g z lr wd rs -> w - lr*0.5*([rs*g] + wd*w) + sqrt(lr)*z")

// Update says the formula above.
func (o SGLD) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value {
		noise := b.Random(backend.DistNormal, sgldNodes|uint32(len(b.P.Values)), in[0].DType(), in[0].Shape())
		return b.Map(sgldFormula.pick(&c), append([]backend.Value{in[0], in[1], noise}, in[2:]...)...)
	})
}
