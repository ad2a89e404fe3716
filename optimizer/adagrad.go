package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// AdaGrad is the method of Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
// optimization" (JMLR 2011), as MXNet 1.9.1 has it: weight decay is neither clipped nor adapted.
//
//	g' = clip(rescale·g);  h += g'²
//	w −= lr·(g'/sqrt(h+ε) + wd·w)
//
// Eps of 0 means the default, 1e-7; Zero means 0.
type AdaGrad struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	Eps            float64 `gomx:"eps,default=1e-07"`
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
	register(func(o *AdaGrad) error {
		if eps := keyword.Get(o.Eps, 1e-7); eps < 0 {
			return fmt.Errorf("eps is %v, want at least 0", eps)
		}
		return nil
	})
}

// Name is adagrad.
func (o AdaGrad) Name() string { return "adagrad" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o AdaGrad) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o AdaGrad) Config() Config { return describe(o) }

// States is history, the sum of squares.
func (o AdaGrad) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "history")
}

// Hyper is lr, wd, rescale_grad, eps, and clip_gradient where it is used.
func (o AdaGrad) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("eps")
}

// HyperValues writes the numbers of one update.
func (o AdaGrad) HyperValues(u Rate, dst []float32) {
	values(u, o.ClipGradient, dst, keyword.Get(o.Eps, 1e-7))
}

var adaGradFormula = newFormula("w g h lr wd rs eps -> d = [rs*g]; h1 = h + d*d; w - lr*(d/sqrt(h1 + eps) + wd*w), h1")

// Update says the formula above.
func (o AdaGrad) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(adaGradFormula.pick(&c), in...) })
}
