package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/keyword"
)

// LAMB adapts the rate layer by layer: You et al., "Large batch optimization for deep learning: training BERT in 76 minutes"
// (ICLR 2020), as MXNet 1.9.1 has it.
//
//	g' = clip(rescale·g);  m = β1·m + (1−β1)·g';  v = β2·v + (1−β2)·g'²
//	s = m/(1−β1ᵗ) / (sqrt(v/(1−β2ᵗ))+ε) + wd·w
//	w −= lr·r/‖s‖·s, where r is ‖w‖ between the bounds, and lr·s where either is 0
//
// NoBiasCorrection leaves out the two corrections (MXNet's bias_correction=False). 0 means the default for LearningRate
// (0.001), Beta1 (0.9), Beta2 (0.999) and Epsilon (1e-6); Zero means 0. Bounds of 0 are none.
type LAMB struct {
	LearningRate     float64 `gomx:"learning_rate,default=0.001"`
	Beta1            float64 `gomx:"beta1,default=0.9"`
	Beta2            float64 `gomx:"beta2,default=0.999"`
	Epsilon          float64 `gomx:"epsilon,default=1e-06"`
	LowerBound       float64 `gomx:"lower_bound"`
	UpperBound       float64 `gomx:"upper_bound"`
	NoBiasCorrection bool    `gomx:"not bias_correction"`
	WD               float64 `gomx:"wd"`
	ClipGradient     float64 `gomx:"clip_gradient"`
	RescaleGrad      float64 `gomx:"rescale_grad"`
	LRScheduler      Scheduler
	LRMult           map[string]float64 `gomx:"lr_mult"`
	WDMult           map[string]float64 `gomx:"wd_mult"`
	BeginNumUpdate   int                `gomx:"begin_num_update"`
	MultiPrecision   bool               `gomx:"multi_precision"`
}

func init() {
	register(func(o *LAMB) error {
		if b1, b2, eps := o.numbers(); !within(b1, b2) || eps < 0 {
			return fmt.Errorf("beta1 is %v, beta2 %v, epsilon %v, want both in [0, 1) and epsilon at least 0", b1, b2, eps)
		}
		return nil
	})
}

func (o LAMB) numbers() (beta1, beta2, epsilon float64) {
	return keyword.Get(o.Beta1, 0.9), keyword.Get(o.Beta2, 0.999), keyword.Get(o.Epsilon, 1e-6)
}

// Name is lamb.
func (o LAMB) Name() string { return "lamb" }

// Common gives the shared settings; the default learning rate is 0.001.
func (o LAMB) Common() Common { return ownRate(o, 0.001) }

// Config describes the optimizer.
func (o LAMB) Config() Config { return describe(o) }

// States is mean and var.
func (o LAMB) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "mean", "var")
}

// Hyper is lr, wd, rescale_grad, beta1, beta2, epsilon, the corrections, the bounds, and clip_gradient where it is used.
func (o LAMB) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("beta1", "beta2", "epsilon", "correct1", "correct2", "lower_bound", "upper_bound")
}

// HyperValues writes the numbers of one update.
func (o LAMB) HyperValues(u Rate, dst []float32) {
	b1, b2, eps := o.numbers()
	c1, c2 := 1.0, 1.0
	if !o.NoBiasCorrection {
		t := float64(u.T)
		c1, c2 = 1-math.Pow(b1, t), 1-math.Pow(b2, t)
	}
	upper := o.UpperBound
	if upper <= 0 {
		upper = math.Inf(1)
	}
	values(u, o.ClipGradient, dst, b1, b2, eps, c1, c2, o.LowerBound, upper)
}

var (
	lambFormula = newFormula("w g m v lr wd rs b1 b2 eps c1 c2 lo up -> d = [rs*g]; " +
		"m1 = b1*m + (1 - b1)*d; v1 = b2*v + (1 - b2)*(d*d); m1/c1/(sqrt(v1/c2) + eps) + wd*w, m1, v1")
	// lambStep takes the sums of squares of weight and step.
	lambStep = expr.MustParse("w s ww ss lr lo up -> r = min(max(sqrt(ww), lo), up); n = sqrt(ss); " +
		"w - lr*select(r, select(n, r/n, 1), 1)*s")
)

// Update says the formula above.
func (o LAMB) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value {
		out := b.Map(lambFormula.pick(&c), in...)
		ww, ss := squares(b, in[0]), squares(b, out[0])
		out[0] = b.Map1(lambStep, in[0], out[0], ww, ss, hyper[0], hyper[8], hyper[9])
		return out
	})
}
