package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// Ftrl follows the regularized leader, after McMahan et al., "Ad click prediction: a view from the trenches" (KDD 2013), as
// MXNet 1.9.1 has it: most weights become exactly 0.
//
//	g' = clip(rescale·g)
//	z += g' − (sqrt(n+g'²)−sqrt(n))/lr·w;  n += g'²
//	w = 0 where |z| ≤ λ1, else (sign(z)·λ1 − z)/((β+sqrt(n))/lr + wd)
//
// 0 means the default for LearningRate (0.1), Lamda1 (0.01) and Beta (1); Zero means 0.
type Ftrl struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.1"`
	Lamda1         float64 `gomx:"lamda1,default=0.01"`
	Beta           float64 `gomx:"beta,default=1"`
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
	register(func(o *Ftrl) error {
		if l1, beta := keyword.Get(o.Lamda1, 0.01), keyword.Get(o.Beta, 1); l1 < 0 || beta < 0 {
			return fmt.Errorf("lamda1 is %v, beta %v, want both at least 0", l1, beta)
		}
		return nil
	})
}

// Name is ftrl.
func (o Ftrl) Name() string { return "ftrl" }

// Common gives the shared settings; the default learning rate is 0.1, and a scheduler has its own BaseLR.
func (o Ftrl) Common() Common {
	c := commonOf(o, 0.1)
	if c.LRScheduler != nil { // MXNet's Ftrl does not hand its rate on
		c.LearningRate = 0
	}
	return c
}

// Config describes the optimizer.
func (o Ftrl) Config() Config { return describe(o) }

// States is z and n.
func (o Ftrl) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "z", "n")
}

// Hyper is lr, wd, rescale_grad, lamda1, beta, and clip_gradient where it is used.
func (o Ftrl) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("lamda1", "beta")
}

// HyperValues writes the numbers of one update.
func (o Ftrl) HyperValues(u Rate, dst []float32) {
	values(u, o.ClipGradient, dst, keyword.Get(o.Lamda1, 0.01), keyword.Get(o.Beta, 1))
}

var ftrlFormula = newFormula("w g z n lr wd rs l1 beta -> d = [rs*g]; n1 = n + d*d; z1 = z + d - (sqrt(n1) - sqrt(n))/lr*w; " +
	"select(abs(z1) > l1, (sign(z1)*l1 - z1)/((beta + sqrt(n1))/lr + wd), 0), z1, n1")

// Update says the formula above.
func (o Ftrl) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(ftrlFormula.pick(&c), in...) })
}
