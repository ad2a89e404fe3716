package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// Adamax is the variant of Adam with the infinity norm of Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR
// 2015), as MXNet 1.9.1 has it. A gradient that was 0 from the start divides 0 by 0 there; here such a weight stays.
//
//	g' = clip(rescale·g + wd·w)
//	m = β1·m + (1−β1)·g';  u = max(β2·u, |g'|)
//	w −= lr/(1−β1ᵗ)·m/u
//
// 0 means the default for Beta1 (0.9) and Beta2 (0.999); Zero means 0.
type Adamax struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.002"`
	Beta1          float64 `gomx:"beta1,default=0.9"`
	Beta2          float64 `gomx:"beta2,default=0.999"`
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
	register(func(o *Adamax) error {
		if b1, b2 := o.numbers(); !within(b1, b2) {
			return fmt.Errorf("beta1 is %v, beta2 %v, want both in [0, 1)", b1, b2)
		}
		return nil
	})
}

func (o Adamax) numbers() (beta1, beta2 float64) {
	return keyword.Get(o.Beta1, 0.9), keyword.Get(o.Beta2, 0.999)
}

// Name is adamax.
func (o Adamax) Name() string { return "adamax" }

// Common gives the shared settings; the default learning rate is 0.002.
func (o Adamax) Common() Common { return ownRate(o, 0.002) }

// Config describes the optimizer.
func (o Adamax) Config() Config { return describe(o) }

// States is mean and norm.
func (o Adamax) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "mean", "norm")
}

// Hyper is lr, wd, rescale_grad, beta1, beta2, and clip_gradient where it is used.
func (o Adamax) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("beta1", "beta2")
}

// HyperValues writes the numbers of one update.
func (o Adamax) HyperValues(u Rate, dst []float32) {
	b1, b2 := o.numbers()
	u.LR /= 1 - math.Pow(b1, float64(u.T))
	values(u, o.ClipGradient, dst, b1, b2)
}

var adamaxFormula = newFormula("w g m u lr wd rs b1 b2 -> d = [rs*g + wd*w]; m1 = b1*m + (1 - b1)*d; u1 = max(b2*u, abs(d)); " +
	"w - select(u1, lr*m1/u1, 0), m1, u1")

// Update says the formula above.
func (o Adamax) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(adamaxFormula.pick(&c), in...) })
}
