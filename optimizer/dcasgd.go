package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// DCASGD is stochastic gradient descent that makes up for delayed gradients: Zheng et al., "Asynchronous stochastic gradient
// descent with delay compensation" (ICML 2017), as MXNet 1.9.1 means it (with momentum it fails there).
//
//	g' = clip(rescale·g);  s = lr·(g' + wd·w + λ·g'²·(w − previous));  previous = w
//	without momentum: w −= s
//	with momentum μ:  m = μ·m − s;  w += m
//
// Lamda of 0 means the default, 0.04; Zero means 0.
type DCASGD struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	Momentum       float64 `gomx:"momentum"`
	Lamda          float64 `gomx:"lamda,default=0.04"`
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
	register(func(o *DCASGD) error {
		if o.Momentum < 0 {
			return fmt.Errorf("momentum is %v, want at least 0", o.Momentum)
		}
		return nil
	})
}

// Name is dcasgd.
func (o DCASGD) Name() string { return "dcasgd" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o DCASGD) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o DCASGD) Config() Config { return describe(o) }

// States is the momentum mom, unless there is none, and the previous weight.
func (o DCASGD) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	names := []string{"mom", "previous"}
	if o.Momentum == 0 {
		names = names[1:]
	}
	specs := c.stateSpecs(s, t, names...)
	specs[len(specs)-1].OfWeights = true
	return specs
}

// Hyper is lr, wd, rescale_grad, momentum, lamda, and clip_gradient where it is used.
func (o DCASGD) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("momentum", "lamda")
}

// HyperValues writes the numbers of one update.
func (o DCASGD) HyperValues(u Rate, dst []float32) {
	values(u, o.ClipGradient, dst, o.Momentum, keyword.Get(o.Lamda, 0.04))
}

var (
	dcasgdFormula    = newFormula("w g p lr wd rs mu la -> d = [rs*g]; w - lr*(d + wd*w + la*(d*d)*(w - p)), w")
	dcasgdMomFormula = newFormula("w g m p lr wd rs mu la -> d = [rs*g]; v = mu*m - lr*(d + wd*w + la*(d*d)*(w - p)); w + v, v, w")
)

// Update says the formula above.
func (o DCASGD) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	f := &dcasgdFormula
	if o.Momentum != 0 {
		f = &dcasgdMomFormula
	}
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(f.pick(&c), in...) })
}
