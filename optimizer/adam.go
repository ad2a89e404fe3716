package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// Adam is the method of Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), as MXNet 1.9.1 has it:
// weight decay joins the gradient before clipping, and the correction of the averages is part of the rate.
//
//	g' = clip(rescale·g + wd·w)
//	m = β1·m + (1−β1)·g';  v = β2·v + (1−β2)·g'²
//	w −= lr·sqrt(1−β2ᵗ)/(1−β1ᵗ) · m/(sqrt(v)+ε)
//
// where t counts the updates of the parameter from 1. 0 means the default for LearningRate (0.001), Beta1 (0.9), Beta2
// (0.999) and Epsilon (1e-8); Zero means 0.
type Adam struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.001"`
	Beta1          float64 `gomx:"beta1,default=0.9"`
	Beta2          float64 `gomx:"beta2,default=0.999"`
	Epsilon        float64 `gomx:"epsilon,default=1e-08"`
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
	register(func(o *Adam) error {
		if b1, b2, eps := o.numbers(); b1 < 0 || b1 >= 1 || b2 < 0 || b2 >= 1 || eps < 0 {
			return fmt.Errorf("beta1 is %v, beta2 %v, epsilon %v, want both in [0, 1) and epsilon at least 0", b1, b2, eps)
		}
		return nil
	}, "lazy_update")
}

func (o Adam) numbers() (beta1, beta2, epsilon float64) {
	return keyword.Get(o.Beta1, 0.9), keyword.Get(o.Beta2, 0.999), keyword.Get(o.Epsilon, 1e-8)
}

// Name is adam.
func (o Adam) Name() string { return "adam" }

// Common gives the shared settings; the default learning rate is 0.001.
func (o Adam) Common() Common { return ownRate(o, 0.001) }

// Config describes the optimizer.
func (o Adam) Config() Config { return describe(o) }

// States is mean and var.
func (o Adam) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "mean", "var")
}

// Hyper is lr with the correction in it, wd, rescale_grad, beta1, beta2, epsilon, and clip_gradient where it is used.
func (o Adam) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("beta1", "beta2", "epsilon")
}

// HyperValues writes the numbers of one update.
func (o Adam) HyperValues(u Rate, dst []float32) {
	b1, b2, eps := o.numbers()
	t := float64(u.T)
	u.LR *= math.Sqrt(1-math.Pow(b2, t)) / (1 - math.Pow(b1, t))
	values(u, o.ClipGradient, dst, b1, b2, eps)
}

var adamFormula = newFormula("w g m v lr wd rs b1 b2 eps -> d = [rs*g + wd*w]; " +
	"m1 = b1*m + (1 - b1)*d; v1 = b2*v + (1 - b2)*(d*d); w - lr*m1/(sqrt(v1) + eps), m1, v1")

// Update says the formula above.
func (o Adam) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(adamFormula.pick(&c), in...) })
}
