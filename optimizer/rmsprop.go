package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
)

// RMSProp is the method of Tieleman and Hinton (Coursera lecture 6.5, 2012) or, centered, of Graves, "Generating sequences
// with recurrent neural networks", 2013, as MXNet 1.9.1 has them.
//
//	g' = clip(rescale·g + wd·w);  n = γ1·n + (1−γ1)·g'²
//	plain:    w −= lr·g'/sqrt(n+ε)
//	centered: a = γ1·a + (1−γ1)·g';  δ = γ2·δ − lr·g'/sqrt(n−a²+ε);  w += δ
//
// Then weights are clipped to ClipWeights, if that is above 0. 0 means the default for LearningRate (0.001), Gamma1 (0.9),
// Gamma2 (0.9) and Epsilon (1e-8); Zero means 0.
type RMSProp struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.001"`
	Gamma1         float64 `gomx:"gamma1,default=0.9"`
	Gamma2         float64 `gomx:"gamma2,default=0.9"`
	Epsilon        float64 `gomx:"epsilon,default=1e-08"`
	Centered       bool    `gomx:"centered"`
	ClipWeights    float64 `gomx:"clip_weights"`
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
	register(func(o *RMSProp) error {
		if g1, g2, eps := o.numbers(); !within(g1, g2) || eps < 0 {
			return fmt.Errorf("gamma1 is %v, gamma2 %v, epsilon %v, want both in [0, 1) and epsilon at least 0", g1, g2, eps)
		}
		return nil
	})
}

func (o RMSProp) numbers() (gamma1, gamma2, epsilon float64) {
	return keyword.Get(o.Gamma1, 0.9), keyword.Get(o.Gamma2, 0.9), keyword.Get(o.Epsilon, 1e-8)
}

// Name is rmsprop.
func (o RMSProp) Name() string { return "rmsprop" }

// Common gives the shared settings; the default learning rate is 0.001.
func (o RMSProp) Common() Common { return ownRate(o, 0.001) }

// Config describes the optimizer.
func (o RMSProp) Config() Config { return describe(o) }

// States is n, or centered n, g and delta.
func (o RMSProp) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	if o.Centered {
		return c.stateSpecs(s, t, "n", "g", "delta")
	}
	return c.stateSpecs(s, t, "n")
}

// Hyper is lr, wd, rescale_grad, gamma1, gamma2, epsilon, clip_weights, and clip_gradient where it is used.
func (o RMSProp) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("gamma1", "gamma2", "epsilon", "clip_weights")
}

// HyperValues writes the numbers of one update.
func (o RMSProp) HyperValues(u Rate, dst []float32) {
	g1, g2, eps := o.numbers()
	limit := o.ClipWeights
	if limit <= 0 {
		limit = math.Inf(1)
	}
	values(u, o.ClipGradient, dst, g1, g2, eps, limit)
}

var (
	rmsPropFormula = newFormula("w g n lr wd rs g1 g2 eps cw -> d = [rs*g + wd*w]; n1 = g1*n + (1 - g1)*(d*d); " +
		"min(max(w - lr*(d/sqrt(n1 + eps)), -cw), cw), n1")
	rmsPropCenteredFormula = newFormula("w g n a s lr wd rs g1 g2 eps cw -> d = [rs*g + wd*w]; n1 = g1*n + (1 - g1)*(d*d); " +
		"a1 = g1*a + (1 - g1)*d; s1 = g2*s - lr*(d/sqrt(n1 - a1*a1 + eps)); min(max(w + s1, -cw), cw), n1, a1, s1")
)

// Update says the formula above.
func (o RMSProp) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	f := &rmsPropFormula
	if o.Centered {
		f = &rmsPropCenteredFormula
	}
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(f.pick(&c), in...) })
}
