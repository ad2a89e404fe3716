package optimizer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/keyword"
)

// LARS adapts the rate layer by layer: You, Gitman and Ginsburg, "Large batch training of convolutional networks", 2017, as
// MXNet 1.9.1 has it. Biases, gammas and betas keep the plain rate.
//
//	s = η·‖w‖/(‖rescale·g‖ + wd·‖w‖ + ε), 1 where either norm is 0
//	g' = clip(rescale·g) + wd·w;  m = μ·m − lr·s·g';  w += m
//
// When the rate changes, the momentum of the first update after that, and of no other parameter, is scaled by new rate over
// old, unless NoMomentumCorrection says not to (MXNet's momentum_correction=False). Gammas do not decay. Eta of 0 means the
// default, 0.001.
type LARS struct {
	LearningRate         float64 `gomx:"learning_rate,default=0.01"`
	Momentum             float64 `gomx:"momentum"`
	Eta                  float64 `gomx:"eta,default=0.001"`
	Eps                  float64 `gomx:"eps"`
	NoMomentumCorrection bool    `gomx:"not momentum_correction"`
	WD                   float64 `gomx:"wd"`
	ClipGradient         float64 `gomx:"clip_gradient"`
	RescaleGrad          float64 `gomx:"rescale_grad"`
	LRScheduler          Scheduler
	LRMult               map[string]float64 `gomx:"lr_mult"`
	WDMult               map[string]float64 `gomx:"wd_mult"`
	BeginNumUpdate       int                `gomx:"begin_num_update"`
	MultiPrecision       bool               `gomx:"multi_precision"`
}

func init() {
	register(func(o *LARS) error {
		if o.Momentum < 0 {
			return fmt.Errorf("momentum is %v, want at least 0", o.Momentum)
		}
		return nil
	}, "lazy_update")
}

// rules: gammas do not decay.
func (o LARS) rules() rules {
	return rules{decays: func(name string) bool { return strings.HasSuffix(name, "_weight") }}
}

// Name is lars.
func (o LARS) Name() string { return "lars" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o LARS) Common() Common {
	c := commonOf(o, 0.01)
	c.masterLast = true
	return c
}

// Config describes the optimizer.
func (o LARS) Config() Config { return describe(o) }

// States is the momentum mom, unless there is none.
func (o LARS) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.momentum(s, t, o.Momentum)
}

// Hyper is lr, wd, rescale_grad, momentum, eta, eps, whether the rate adapts, and clip_gradient where it is used.
func (o LARS) Hyper() []Hyper {
	c := o.Common()
	h := c.hyper("momentum", "eta", "eps", "adapts")
	h[3].Global, h[6].Global = false, false
	return h
}

// HyperValues writes the numbers of one update.
func (o LARS) HyperValues(u Rate, dst []float32) {
	adapts, momentum := 1.0, o.Momentum
	if u.IsOffset {
		adapts = 0
	}
	if !o.NoMomentumCorrection {
		momentum *= u.Ratio
	}
	values(u, o.ClipGradient, dst, momentum, keyword.Get(o.Eta, 0.001), o.Eps, adapts)
}

var (
	larsRate = expr.MustParse("ww gg lr wd rs eta eps on -> a = sqrt(ww); b = rs*sqrt(gg); " +
		"lr*select(on && ww > 0 && gg > 0, eta*a/(b + wd*a + eps), 1)")
	larsFormula    = newFormula("w g r lr wd rs mu eta eps on -> w - r*([rs*g] + wd*w)")
	larsMomFormula = newFormula("w g m r lr wd rs mu eta eps on -> v = mu*m - r*([rs*g] + wd*w); w + v, v")
)

// Update says the formula above.
func (o LARS) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	f := &larsFormula
	if o.Momentum != 0 {
		f = &larsMomFormula
	}
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value {
		r := b.Map1(larsRate, squares(b, in[0]), squares(b, in[1]), hyper[0], hyper[1], hyper[2], hyper[4], hyper[5], hyper[6])
		return b.Map(f.pick(&c), slices.Insert(slices.Clone(in), len(in)-len(hyper), r)...)
	})
}
