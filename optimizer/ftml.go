package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// FTML follows the moving leader: Zheng and Kwok, "Follow the moving leader in deep learning" (ICML 2017), as MXNet 1.9.1
// has it.
//
//	g' = clip(rescale·g + wd·w);  v = β2·v + (1−β2)·g'²
//	d' = (1−β1ᵗ)/lr·(sqrt(v/(1−β2ᵗ)) + ε)
//	z = β1·z + (1−β1)·g' − (d' − β1·d)·w;  d = d';  w = −z/d
//
// 0 means the default for LearningRate (0.01), Beta1 (0.6), Beta2 (0.999) and Epsilon (1e-8); Zero means 0.
type FTML struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	Beta1          float64 `gomx:"beta1,default=0.6"`
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
	register(func(o *FTML) error {
		if b1, b2, eps := o.numbers(); !within(b1, b2) || eps < 0 {
			return fmt.Errorf("beta1 is %v, beta2 %v, epsilon %v, want both in [0, 1) and epsilon at least 0", b1, b2, eps)
		}
		return nil
	})
}

func (o FTML) numbers() (beta1, beta2, epsilon float64) {
	return keyword.Get(o.Beta1, 0.6), keyword.Get(o.Beta2, 0.999), keyword.Get(o.Epsilon, 1e-8)
}

// Name is ftml.
func (o FTML) Name() string { return "ftml" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o FTML) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o FTML) Config() Config { return describe(o) }

// States is d, v and z.
func (o FTML) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "d", "v", "z")
}

// Hyper is lr, wd, rescale_grad, beta1, beta2, epsilon, the corrections 1−β1ᵗ and 1−β2ᵗ, and clip_gradient where it is used.
func (o FTML) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("beta1", "beta2", "epsilon", "correct1", "correct2")
}

// HyperValues writes the numbers of one update.
func (o FTML) HyperValues(u Rate, dst []float32) {
	b1, b2, eps := o.numbers()
	values(u, o.ClipGradient, dst, b1, b2, eps, correction32(b1, u.T), correction32(b2, u.T))
}

// correction32 is 1−βᵗ with β and βᵗ rounded to float32, as MXNet's kernel has them: 1−β2 then is wrong by as much in both
// places where it stands.
func correction32(beta float64, t int) float64 {
	return float64(1 - float32(math.Pow(float64(float32(beta)), float64(t))))
}

var fTMLFormula = newFormula("w g d v z lr wd rs b1 b2 eps c1 c2 -> e = [rs*g + wd*w]; v1 = b2*v + (1 - b2)*(e*e); " +
	"d1 = c1/lr*(sqrt(v1/c2) + eps); z1 = b1*z + (1 - b1)*e - (d1 - b1*d)*w; -z1/d1, d1, v1, z1")

// Update says the formula above.
func (o FTML) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(fTMLFormula.pick(&c), in...) })
}
