package optimizer

import (
	"fmt"
	"maps"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// Signum steps by the sign of the gradient, or of its average: Bernstein et al., "signSGD: compressed optimisation for
// non-convex problems" (ICML 2018), as MXNet 1.9.1 has it. Momentum of 0 means the default, 0.9; with Zero it is signSGD,
// which New also knows as signsgd.
//
//	without momentum: w = (1 − lr·wd)·w − lr·sign(g)
//	with momentum μ:  m = μ·m − (1−μ)·(clip(rescale·g) + wd·w);  w = (1 − lr·wd_lh)·w + lr·sign(m)
type Signum struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	Momentum       float64 `gomx:"momentum,default=0.9"`
	WDLH           float64 `gomx:"wd_lh"`
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
	register(func(o *Signum) error {
		if !within(o.momentum()) || o.WDLH < 0 {
			return fmt.Errorf("momentum is %v, wd_lh %v, want momentum in [0, 1) and wd_lh at least 0", o.momentum(), o.WDLH)
		}
		return nil
	})
}

func init() {
	Register("signsgd", func(params map[string]string) (Optimizer, error) {
		own := map[string]string{"momentum": "0"}
		maps.Copy(own, params)
		return registry["signum"](own)
	})
}

// momentum is the number that the update reads, in which Zero is 0.
func (o Signum) momentum() float64 { return float64(float32(keyword.Get(o.Momentum, 0.9))) }

// Name is signum.
func (o Signum) Name() string { return "signum" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o Signum) Common() Common { return ownRate(o, 0.01) }

// Config describes the optimizer.
func (o Signum) Config() Config { return describe(o) }

// States is the momentum mom, unless there is none.
func (o Signum) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.momentum(s, t, o.momentum())
}

// Hyper is lr, wd, rescale_grad, momentum, wd_lh, and clip_gradient where it is used.
func (o Signum) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("momentum", "wd_lh")
}

// HyperValues writes the numbers of one update.
func (o Signum) HyperValues(u Rate, dst []float32) {
	values(u, o.ClipGradient, dst, o.momentum(), o.WDLH)
}

var (
	signumFormula = newFormula("w g m lr wd rs mu lh -> v = mu*m - (1 - mu)*([rs*g] + wd*w); (1 - lr*lh)*w + lr*sign(v), v")
	signFormula   = newFormula("w g lr wd rs mu lh -> (1 - lr*wd)*w - lr*sign([rs*g])")
)

// Update says the formula above.
func (o Signum) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	f := &signumFormula
	if o.momentum() == 0 {
		f = &signFormula
	}
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(f.pick(&c), in...) })
}
