package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// Nadam is Adam with Nesterov momentum: Dozat, "Incorporating Nesterov momentum into Adam", 2016, as MXNet 1.9.1 has it:
// all parameters multiply one product of momenta.
//
//	g' = clip(rescale·g + wd·w);  μt = β1·(1 − 0.5·0.96^(t·schedule_decay));  Π = Π·μt
//	m = β1·m + (1−β1)·g';  v = β2·v + (1−β2)·g'²
//	w −= lr·((1−μt)·g'/(1−Π) + μt+1·m/(1−Π·μt+1)) / (sqrt(v/(1−β2ᵗ)) + ε)
//
// 0 means the default for LearningRate (0.001), Beta1 (0.9), Beta2 (0.999), Epsilon (1e-8) and ScheduleDecay (0.004); Zero
// means 0.
type Nadam struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.001"`
	Beta1          float64 `gomx:"beta1,default=0.9"`
	Beta2          float64 `gomx:"beta2,default=0.999"`
	Epsilon        float64 `gomx:"epsilon,default=1e-08"`
	ScheduleDecay  float64 `gomx:"schedule_decay,default=0.004"`
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
	register(func(o *Nadam) error {
		if b1, b2, eps := o.numbers(); !within(b1, b2) || eps < 0 {
			return fmt.Errorf("beta1 is %v, beta2 %v, epsilon %v, want both in [0, 1) and epsilon at least 0", b1, b2, eps)
		}
		return nil
	})
}

func (o Nadam) numbers() (beta1, beta2, epsilon float64) {
	return keyword.Get(o.Beta1, 0.9), keyword.Get(o.Beta2, 0.999), keyword.Get(o.Epsilon, 1e-8)
}

// momentum is that of update t.
func (o Nadam) momentum(t int) float64 {
	b1, _, _ := o.numbers()
	return b1 * (1 - 0.5*math.Pow(0.96, float64(t)*keyword.Get(o.ScheduleDecay, 0.004)))
}

// rules: the momenta of all updates make up Rate.Schedule.
func (o Nadam) rules() rules { return rules{scheduled: o.momentum} }

// Name is nadam.
func (o Nadam) Name() string { return "nadam" }

// Common gives the shared settings; the default learning rate is 0.001.
func (o Nadam) Common() Common { return ownRate(o, 0.001) }

// Config describes the optimizer.
func (o Nadam) Config() Config { return describe(o) }

// States is mean and var.
func (o Nadam) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "mean", "var")
}

// Hyper is lr, wd, rescale_grad, beta1 and beta2 each with its difference from 1, epsilon, the factors of gradient and mean, the correction of var, and
// clip_gradient where it is used.
func (o Nadam) Hyper() []Hyper {
	c := o.Common()
	h := c.hyper("beta1", "new1", "beta2", "new2", "epsilon", "of_grad", "of_mean", "correct")
	h[8].Global, h[9].Global = false, false
	return h
}

// HyperValues writes the numbers of one update.
func (o Nadam) HyperValues(u Rate, dst []float32) {
	b1, b2, eps := o.numbers()
	next := o.momentum(u.T + 1)
	values(u, o.ClipGradient, dst, b1, 1-b1, b2, 1-b2, eps, (1-o.momentum(u.T))/(1-u.Schedule), next/(1-u.Schedule*next), 1-math.Pow(b2, float64(u.T)))
}

var nadamFormula = newFormula("w g m v lr wd rs b1 a1 b2 a2 eps kg km cv -> d = [rs*g + wd*w]; " +
	"m1 = b1*m + a1*d; v1 = b2*v + a2*(d*d); w - lr*(kg*d + km*m1)/(sqrt(v1/cv) + eps), m1, v1")

// Update says the formula above.
func (o Nadam) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(nadamFormula.pick(&c), in...) })
}
