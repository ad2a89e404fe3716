package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// AdamW is Adam with weight decay apart from the gradient: Loshchilov and Hutter, "Decoupled weight decay regularization"
// (ICLR 2019).
//
//	g' = clip(rescale·g)
//	m = β1·m + (1−β1)·g';  v = β2·v + (1−β2)·g'²
//	w −= lr·(sqrt(1−β2ᵗ)/(1−β1ᵗ)·m/(sqrt(v)+ε) + wd·w)
//
// 0 means the default for LearningRate (0.001), Beta1 (0.9), Beta2 (0.999) and Epsilon (1e-8); Zero means 0.
type AdamW struct {
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
	register(func(o *AdamW) error {
		if b1, b2, eps := o.numbers(); !within(b1, b2) || eps < 0 {
			return fmt.Errorf("beta1 is %v, beta2 %v, epsilon %v, want both in [0, 1) and epsilon at least 0", b1, b2, eps)
		}
		return nil
	})
}

func (o AdamW) numbers() (beta1, beta2, epsilon float64) {
	return keyword.Get(o.Beta1, 0.9), keyword.Get(o.Beta2, 0.999), keyword.Get(o.Epsilon, 1e-8)
}

// Name is adamw.
func (o AdamW) Name() string { return "adamw" }

// Common gives the shared settings; the default learning rate is 0.001.
func (o AdamW) Common() Common { return ownRate(o, 0.001) }

// Config describes the optimizer.
func (o AdamW) Config() Config { return describe(o) }

// States is mean and var.
func (o AdamW) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "mean", "var")
}

// Hyper is lr, wd, rescale_grad, beta1, beta2, epsilon, the correction of the averages, and clip_gradient where it is used.
func (o AdamW) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("beta1", "beta2", "epsilon", "correct")
}

// HyperValues writes the numbers of one update.
func (o AdamW) HyperValues(u Rate, dst []float32) {
	b1, b2, eps := o.numbers()
	t := float64(u.T)
	values(u, o.ClipGradient, dst, b1, b2, eps, math.Sqrt(1-math.Pow(b2, t))/(1-math.Pow(b1, t)))
}

var adamWFormula = newFormula("w g m v lr wd rs b1 b2 eps k -> d = [rs*g]; " +
	"m1 = b1*m + (1 - b1)*d; v1 = b2*v + (1 - b2)*(d*d); w - lr*(k*m1/(sqrt(v1) + eps) + wd*w), m1, v1")

// Update says the formula above.
func (o AdamW) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(adamWFormula.pick(&c), in...) })
}
