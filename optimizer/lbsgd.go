package optimizer

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/keyword"
)

// LBSGD is stochastic gradient descent for large batches, with a rate that warms up, as MXNet 1.9.1 has it: gradients of
// BatchScale updates are averaged into one, and the rate of that one is multiplied by up to BatchScale.
//
//	every BatchScale updates: g' = clip(rescale·mean(g)) + wd·w;  m = μ·m − k·lr·g';  w += m;  in between nothing changes
//
// k rises from 1 to BatchScale over WarmupEpochs·UpdatesPerEpoch updates, as WarmupStrategy says: linear, power2, sqrt; it
// is the layer's own sqrt(‖w‖²/(‖g‖² + wd·‖w‖²)), from 0.01 to 100, for lars; and 1 for any other until the warm-up is over.
// Updates count from BeginEpoch·UpdatesPerEpoch, whatever BeginNumUpdate is. A scheduler is asked before the update is counted.
// 0 means the default for WarmupEpochs (5), BatchScale (1) and UpdatesPerEpoch (32); an empty WarmupStrategy is linear.
type LBSGD struct {
	LearningRate    float64 `gomx:"learning_rate,default=0.01"`
	Momentum        float64 `gomx:"momentum"`
	WarmupStrategy  string  `gomx:"warmup_strategy,default=linear"`
	WarmupEpochs    int     `gomx:"warmup_epochs,default=5"`
	BatchScale      int     `gomx:"batch_scale,default=1"`
	UpdatesPerEpoch int     `gomx:"updates_per_epoch,default=32"`
	BeginEpoch      int     `gomx:"begin_epoch"`
	NumEpochs       int     `gomx:"num_epochs,default=60"`
	WD              float64 `gomx:"wd"`
	ClipGradient    float64 `gomx:"clip_gradient"`
	RescaleGrad     float64 `gomx:"rescale_grad"`
	LRScheduler     Scheduler
	LRMult          map[string]float64 `gomx:"lr_mult"`
	WDMult          map[string]float64 `gomx:"wd_mult"`
	BeginNumUpdate  int                `gomx:"begin_num_update"`
	MultiPrecision  bool               `gomx:"multi_precision"`
}

func init() {
	register(func(o *LBSGD) error {
		if o.Momentum < 0 || o.scale() < 1 {
			return fmt.Errorf("momentum is %v, batch_scale %d, want momentum at least 0 and batch_scale at least 1", o.Momentum, o.scale())
		}
		return nil
	})
}

// rules: the rate is read before counting.
func (o LBSGD) rules() rules { return rules{early: true} }

func (o LBSGD) perEpoch() int { return int(keyword.Get(float64(o.UpdatesPerEpoch), 32)) }

func (o LBSGD) scale() int { return int(keyword.Get(float64(o.BatchScale), 1)) }

// multiple is k of update n.
func (o LBSGD) multiple(n int) float64 {
	most := float64(o.scale())
	warm := keyword.Get(float64(o.WarmupEpochs), 5) * float64(o.perEpoch())
	share := float64(n) / warm
	switch {
	case float64(n) >= warm:
		return most
	case warm <= 1:
		return 1
	case o.WarmupStrategy == "" || o.WarmupStrategy == "linear":
		return 1 + (most-1)*share
	case o.WarmupStrategy == "power2":
		return 1 + (most-1)*share*share
	case o.WarmupStrategy == "sqrt":
		return 1 + (most-1)*math.Sqrt(share)
	}
	return 1
}

// Name is lbsgd.
func (o LBSGD) Name() string { return "lbsgd" }

// Common gives the shared settings; the default learning rate is 0.01.
func (o LBSGD) Common() Common { return commonOf(o, 0.01) }

// Config describes the optimizer.
func (o LBSGD) Config() Config { return describe(o) }

// States is the momentum mom, unless there is none, and cum_grad where gradients of several updates are added up.
func (o LBSGD) States(s backend.Shape, t backend.DType) []StateSpec {
	c := o.Common()
	var names []string
	if o.Momentum != 0 {
		names = append(names, "mom")
	}
	if o.scale() > 1 {
		names = append(names, "cum_grad")
	}
	return c.stateSpecs(s, t, names...)
}

// Hyper is lr with k in it, wd, rescale_grad, momentum, whether the sum of gradients is whole, the factor that keeps it, and
// clip_gradient where it is used.
func (o LBSGD) Hyper() []Hyper {
	c := o.Common()
	return c.hyper("momentum", "whole", "keep")
}

// HyperValues writes the numbers of one update.
func (o LBSGD) HyperValues(u Rate, dst []float32) {
	scale, n := o.scale(), o.BeginEpoch*o.perEpoch()+u.T-o.BeginNumUpdate
	whole, keep := 0.0, 1.0
	if n%scale == 0 {
		whole = 1
	}
	if (n-1)%scale == 0 {
		keep = 0
	}
	if o.WarmupStrategy != "lars" {
		u.LR *= o.multiple(n)
	}
	values(u, o.ClipGradient, dst, o.Momentum, whole, keep)
}

var (
	lbsgdFormula    = newFormula("w g lr wd rs mu on keep -> w - lr*([rs*g] + wd*w)")
	lbsgdMomFormula = newFormula("w g m lr wd rs mu on keep -> v = mu*m - lr*([rs*g] + wd*w); w + v, v")
	lbsgdRate       = expr.MustParse("ww gg lr wd -> lr*min(max(sqrt(ww/(gg + wd*ww + 1e-18)), 0.01), 100)")
	lbsgdKeep       = expr.MustParse("c g keep -> keep*c + g")
	lbsgdChoose     = expr.MustParse("new old on -> select(on, new, old)")
	lbsgdMean       = expr.MustParse("sum scale -> sum/scale")
)

// Update says the formula above.
func (o LBSGD) Update(b *backend.Builder, w, g backend.Value, states, hyper []backend.Value) (backend.Value, []backend.Value) {
	c := o.Common()
	return c.apply(b, w, g, states, hyper, func(in []backend.Value) []backend.Value {
		n := len(in) - len(hyper)
		values, numbers := in[:n:n], append([]backend.Value{}, hyper...)
		if o.scale() == 1 {
			return o.step(b, &c, values, numbers)
		}
		sum := b.Map1(lbsgdKeep, values[n-1], values[1], hyper[5])
		values[1] = b.Map1(lbsgdMean, sum, b.Full(sum.DType(), backend.Shape{}, float64(o.scale())))
		out := o.step(b, &c, values[:n-1], numbers)
		for i, old := range append([]backend.Value{values[0]}, values[2:n-1]...) {
			out[i] = b.Map1(lbsgdChoose, out[i], old, hyper[4])
		}
		return append(out, sum)
	})
}

// step is one update by the gradient in[1].
func (o LBSGD) step(b *backend.Builder, c *Common, in, numbers []backend.Value) []backend.Value {
	if o.WarmupStrategy == "lars" {
		numbers[0] = b.Map1(lbsgdRate, squares(b, in[0]), squares(b, in[1]), numbers[0], numbers[1])
	}
	f := &lbsgdFormula
	if o.Momentum != 0 {
		f = &lbsgdMomFormula
	}
	return b.Map(f.pick(c), append(in, numbers...)...)
}
