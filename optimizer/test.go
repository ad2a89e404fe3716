package optimizer

import "github.com/gomx-org/gomx/backend"

// Test adds gradients to weights, for tests of what hands them over, as MXNet's optimizer of that name.
//
//	w += rescale·g;  the state is the weight
type Test struct {
	LearningRate   float64 `gomx:"learning_rate,default=0.01"`
	WD             float64 `gomx:"wd"`
	ClipGradient   float64 `gomx:"clip_gradient"`
	RescaleGrad    float64 `gomx:"rescale_grad"`
	LRScheduler    Scheduler
	LRMult         map[string]float64 `gomx:"lr_mult"`
	WDMult         map[string]float64 `gomx:"wd_mult"`
	BeginNumUpdate int                `gomx:"begin_num_update"`
	MultiPrecision bool               `gomx:"multi_precision"`
}

func init() { register(func(*Test) error { return nil }) }

// Name is test.
func (o Test) Name() string { return "test" }

// Common gives the shared settings, of which RescaleGrad alone counts.
func (o Test) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o Test) Config() Config { return describe(o) }

// States is a copy of the weight, 0 before the first update.
func (o Test) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	return c.stateSpecs(s, t, "weight")
}

// Hyper is lr, wd, rescale_grad, and clip_gradient where it is given.
func (o Test) Hyper() []Hyper {
	c := o.Common()
	return c.hyper()
}

// HyperValues writes the numbers of one update.
func (o Test) HyperValues(u Rate, dst []float32) { values(u, o.ClipGradient, dst) }

var testFormula = newFormula("w g s lr wd rs -> v = w + rs*g; v, v")

// Update says the formula above.
func (o Test) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value { return b.Map(testFormula.pick(&c), in...) })
}
