package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// AdaDelta is the method of Zeiler, "ADADELTA: an adaptive learning rate method", 2012, as MXNet 1.9.1 has it: there is no
// learning rate, and weight decay is added to the step as it is.
//
//	g' = clip(rescale·g);  a = ρ·a + (1−ρ)·g'²
//	Δ = sqrt(b+ε)/sqrt(a+ε)·g';  b = ρ·b + (1−ρ)·Δ²
//	w −= Δ + wd·w
//
// 0 means the default for Rho (0.9) and Epsilon (1e-5); Zero means 0. LearningRate has no effect.
type AdaDelta struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	Rho            float64 `gomx:"rho,default=0.9"`
	Epsilon        float64 `gomx:"epsilon,default=1e-05"`
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
	register(func(o *AdaDelta) error {
		if rho, eps := keyword.Get(o.Rho, 0.9), keyword.Get(o.Epsilon, 1e-5); !within(rho) || eps < 0 {
			return fmt.Errorf("rho is %v, epsilon %v, want rho in [0, 1) and epsilon at least 0", rho, eps)
		}
		return nil
	})
}

// Name is adadelta.
func (o AdaDelta) Name() string { return "adadelta" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o AdaDelta) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o AdaDelta) Config() Config { return describe(o) }

// States is acc_g and acc_delta, the averages of the squares of gradients and steps.
func (o AdaDelta) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "acc_g", "acc_delta")
}

// Hyper is lr, wd, rescale_grad, rho, epsilon, and clip_gradient where it is used.
func (o AdaDelta) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("rho", "epsilon")
}

// HyperValues writes the numbers of one update.
func (o AdaDelta) HyperValues(u Rate, dst []float32) {
	values(u, o.ClipGradient, dst, keyword.Get(o.Rho, 0.9), keyword.Get(o.Epsilon, 1e-5))
}

var adaDeltaFormula = newFormula("w g a d lr wd rs rho eps -> e = [rs*g]; a1 = rho*a + (1 - rho)*(e*e); " +
	"s = sqrt(d + eps)/sqrt(a1 + eps)*e; w - (s + wd*w), a1, rho*d + (1 - rho)*(s*s)")

// Update says the formula above.
func (o AdaDelta) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(adaDeltaFormula.pick(&c), in...) })
}
