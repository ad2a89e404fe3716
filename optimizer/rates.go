package optimizer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// Param is what an optimizer needs to know about a parameter.
type Param struct {
	Name  string // decides whether it decays: fc1_weight does, fc1_bias does not. Empty: it does
	Shape backend.Shape
	DType backend.DType
	Attrs map[string]string // of the variable in the symbol: __lr_mult__ and __wd_mult__ count
}

// Rate is what one update of one parameter is made with.
type Rate struct {
	LR, WD      float64 // with the parameter's factors
	RescaleGrad float64
	T           int // how many updates the parameter has seen, this one included
	// Ratio is the scheduler's rate of this update over that of the one before, whichever parameter that was of; 1 at first.
	Ratio float64
	// Schedule is the product of Nadam's momentum over all updates of all parameters, this one included; 1 for others.
	Schedule float64
	// IsOffset marks biases, betas and gammas, by name, for optimizers that treat them apart.
	IsOffset bool
}

// Rates counts the updates of each parameter and knows its learning rate and weight decay. The rules are MXNet's: the
// rate is read after counting; weight decay is 0 for parameters whose name ends in neither _weight nor _gamma, unless the
// attribute __wd_mult__ or WDMult says otherwise; __lr_mult__ and LRMult multiply the rate.
type Rates struct {
	// Changed, if set, is called when the learning rate of a new update differs from the one before.
	Changed func(numUpdate int, lr float64)

	c         Common
	lrMult    []float64
	wdMult    []float64
	offset    []bool
	counts    []int
	numUpdate int

	rules
	cached   int     // the update that lr is for
	lr       float64 // before factors
	last     float64 // the rate that the update before had; 0: there was none
	schedule float64
}

// rules are what optimizers do in a way of their own.
type rules struct {
	decays    func(name string) bool // whether a parameter decays by its name
	early     bool                   // the rate is read before counting
	scheduled func(t int) float64    // the factor on Schedule of a parameter's update t
}

// ruled is an optimizer that has some.
type ruled interface{ rules() rules }

func rulesOf(o Optimizer) rules {
	r := rules{}
	if own, ok := o.(ruled); ok {
		r = own.rules()
	}
	if r.decays == nil {
		r.decays = func(name string) bool { return strings.HasSuffix(name, "_weight") || strings.HasSuffix(name, "_gamma") }
	}
	return r
}

// NewRates starts counting at BeginNumUpdate.
func NewRates(o Optimizer, params []Param) (*Rates, error) {
	r := &Rates{c: o.Common(), rules: rulesOf(o), schedule: 1}
	if err := r.c.check(); err != nil {
		return nil, fmt.Errorf("optimizer: %s: %w", o.Name(), err)
	}
	r.numUpdate, r.cached = r.c.BeginNumUpdate, -1
	for i := range params {
		if err := r.add(i, &params[i]); err != nil {
			return nil, fmt.Errorf("optimizer: %s: %w", o.Name(), err)
		}
	}
	return r, nil
}

func (r *Rates) add(index int, p *Param) error {
	wd := 1.0
	if p.Name != "" && !r.decays(p.Name) {
		wd = 0
	}
	lr, err := factor(index, p, "__lr_mult__", r.c.LRMult, 1)
	if err != nil {
		return err
	}
	if wd, err = factor(index, p, "__wd_mult__", r.c.WDMult, wd); err != nil {
		return err
	}
	r.lrMult, r.wdMult = append(r.lrMult, lr), append(r.wdMult, wd)
	r.offset = append(r.offset, isOffset(p.Name))
	r.counts = append(r.counts, r.c.BeginNumUpdate)
	return nil
}

// isOffset tells by its name whether a parameter is added or scales a channel; MXNet's LARS goes by the same endings.
func isOffset(name string) bool {
	for _, end := range []string{"bias", "beta", "gamma"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// factor is the explicit factor of a parameter, by its index or its name, else its attribute, else def.
func factor(index int, p *Param, attr string, explicit map[string]float64, def float64) (float64, error) {
	for _, key := range []string{strconv.Itoa(index), p.Name} {
		if v, ok := explicit[key]; ok {
			return v, nil
		}
	}
	text, ok := p.Attrs[attr]
	if !ok {
		return def, nil
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || v-v != 0 {
		return 0, fmt.Errorf("parameter %q: attribute %s is %q, want a number", p.Name, attr, text)
	}
	return v, nil
}

// Next counts an update of parameter i and tells what it is made with. It allocates nothing.
func (r *Rates) Next(i int) Rate {
	lr := 0.0
	if r.early {
		lr = r.LearningRate()
	}
	r.counts[i]++
	r.numUpdate = max(r.numUpdate, r.counts[i])
	if !r.early {
		lr = r.LearningRate()
	}
	u := Rate{LR: lr * r.lrMult[i], WD: r.c.WD * r.wdMult[i], RescaleGrad: r.rescale(), T: r.counts[i], Ratio: 1, Schedule: 1, IsOffset: r.offset[i]}
	if r.last > 0 {
		u.Ratio = lr / r.last
	}
	r.last = lr
	if r.scheduled != nil {
		r.schedule *= r.scheduled(u.T)
		u.Schedule = r.schedule
	}
	return u
}

// Current is the learning rate and the weight decay that parameter i has after the latest update, with its factors.
func (r *Rates) Current(i int) (lr, wd float64) {
	return r.LearningRate() * r.lrMult[i], r.c.WD * r.wdMult[i]
}

// twin is the first parameter that has the same factors as i.
func (r *Rates) twin(i int) int {
	j := 0
	for r.lrMult[j] != r.lrMult[i] || r.wdMult[j] != r.wdMult[i] || r.offset[j] != r.offset[i] {
		j++
	}
	return j
}

func (r *Rates) rescale() float64 {
	if r.c.RescaleGrad == 0 {
		return 1
	}
	return r.c.RescaleGrad
}

// LearningRate is the rate of the latest update, before factors of parameters.
func (r *Rates) LearningRate() float64 {
	if r.c.LRScheduler == nil {
		return r.c.LearningRate
	}
	n := r.numUpdate
	if !r.early {
		n = max(n, 1)
	}
	if r.cached != n {
		lr := r.c.LRScheduler.Rate(r.c.LearningRate, n)
		if r.Changed != nil && r.cached >= 0 && lr != r.lr {
			r.Changed(n, lr)
		}
		r.cached, r.lr = n, lr
	}
	return r.lr
}

// SetLearningRate changes the rate; with a scheduler it is an error, as in MXNet, because the scheduler decides.
func (r *Rates) SetLearningRate(lr float64) error {
	if r.c.LRScheduler != nil {
		return fmt.Errorf("optimizer: the learning rate is decided by the lr_scheduler")
	}
	if !(lr >= 0) {
		return fmt.Errorf("optimizer: learning rate %v, want at least 0", lr)
	}
	r.c.LearningRate = lr
	return nil
}

// SetDefaultRescale sets the factor on gradients, where the optimizer was given none.
func (r *Rates) SetDefaultRescale(v float64) {
	if r.c.RescaleGrad == 0 {
		r.c.RescaleGrad = v
	}
}

// NumUpdate is the number of updates of the parameter that has had most.
func (r *Rates) NumUpdate() int { return r.numUpdate }

// Counts are the updates of each parameter: with NumUpdate all the state there is. Restore takes them back.
func (r *Rates) Counts() []int { return slices.Clone(r.counts) }

// Restore goes on from Counts and NumUpdate of another run.
func (r *Rates) Restore(numUpdate int, counts []int) error {
	if len(counts) != len(r.counts) {
		return fmt.Errorf("optimizer: counters of %d parameters, want %d", len(counts), len(r.counts))
	}
	for _, n := range counts {
		if n < 0 || n > numUpdate {
			return fmt.Errorf("optimizer: a parameter was updated %d times of %d", n, numUpdate)
		}
	}
	copy(r.counts, counts)
	r.numUpdate, r.cached, r.last, r.schedule = numUpdate, -1, 0, 1
	if numUpdate > r.c.BeginNumUpdate {
		r.last = r.LearningRate()
		r.cached = -1
	}
	if r.scheduled != nil {
		r.replay()
	}
	return nil
}

// replay multiplies Schedule up from nothing, in the order of steps: the bits are those of the run that is gone on with.
func (r *Rates) replay() {
	for t := r.c.BeginNumUpdate + 1; t <= r.numUpdate && r.schedule > 0; t++ {
		for _, n := range r.counts {
			if t <= n {
				r.schedule *= r.scheduled(t)
			}
		}
	}
}
