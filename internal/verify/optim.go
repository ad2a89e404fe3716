package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

func init() {
	register(kind{name: "optim", recognise: holdsJSON("optim", "optimizer", "kwargs", "weight0", "steps"), list: jsonCases, run: runOptimizer})
}

// optimCase is one file of optim: one weight, or with Names several.
type optimCase struct {
	Optimizer   string
	Kwargs      map[string]json.RawMessage
	Index       int
	Weight0     json.RawMessage // a tensor, or a list of them
	Steps       []json.RawMessage
	FinalStates []tensor `json:"final_states"`

	Names     []string
	LRMult    json.RawMessage `json:"lr_mult"`
	WDMult    json.RawMessage `json:"wd_mult"`
	Scheduler map[string]json.RawMessage
}

// optimTolerance is that of an optimizer for weights of a type.
func optimTolerance(name string, t backend.DType) tolerance {
	switch {
	case t == backend.Float16:
		return relative(1e-3)
	case name == "lamb" || name == "lars":
		return relative(1e-4)
	}
	return relative(1e-5)
}

func runOptimizer(c *check) error {
	var o optimCase
	if err := readJSON(c.path(".json"), &o); err != nil {
		return err
	}
	opt, err := o.make()
	if err != nil {
		return err
	}
	params := map[int]optimizer.Param{}
	for i, n := range o.Names {
		params[i] = optimizer.Param{Name: n}
	}
	u, err := optimizer.NewUpdater(opt, params)
	if err != nil {
		return err
	}
	if o.Names != nil {
		err = o.several(c, u)
	} else {
		err = o.single(c, opt, u)
	}
	if closeErr := u.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (o *optimCase) make() (optimizer.Optimizer, error) {
	if !slices.Contains(optimizer.Names(), strings.ToLower(o.Optimizer)) {
		return nil, missing("optimizer " + o.Optimizer)
	}
	params := textOf(o.Kwargs)
	for name, v := range map[string]json.RawMessage{"lr_mult": o.LRMult, "wd_mult": o.WDMult} {
		if v != nil {
			params[name] = string(v)
		}
	}
	if o.Scheduler != nil {
		s, err := schedulerText(keyword.Text(string(o.Scheduler["kind"])), o.Scheduler)
		if err != nil {
			return nil, err
		}
		params["lr_scheduler"] = s
	}
	return optimizer.New(o.Optimizer, params)
}

// textOf gives keyword arguments in the text form that MXNet's constructors take.
func textOf(kwargs map[string]json.RawMessage) map[string]string {
	m := map[string]string{}
	for k, v := range kwargs {
		if m[k] = keyword.Text(string(v)); string(v) == "null" {
			m[k] = "None"
		}
	}
	return m
}

// single replays the updates of one weight, and compares it after each and the states in the end.
func (o *optimCase) single(c *check, opt optimizer.Optimizer, u *optimizer.Updater) error {
	var w0 tensor
	if err := json.Unmarshal(o.Weight0, &w0); err != nil {
		return fmt.Errorf("weight0: %w", err)
	}
	tol := optimTolerance(o.Optimizer, w0.dtype)
	weight, err := w0.array(c.ctx)
	if err != nil {
		return err
	}
	for i, raw := range o.Steps {
		var step struct{ Grad, Weight tensor }
		if err := json.Unmarshal(raw, &step); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		grad, err := step.Grad.array(c.ctx)
		if err != nil {
			return err
		}
		if err := u.Update(o.Index, grad, weight); err != nil {
			return err
		}
		c.array(fmt.Sprintf("weight after step %d", i+1), weight, step.Weight, tol)
	}
	var states []*ndarray.NDArray
	for i, spec := range opt.States(w0.shape, w0.dtype) {
		if spec.Name != "cum_grad" { // which MXNet keeps apart from the states
			states = append(states, u.States(o.Index)[i])
		}
	}
	if o.FinalStates != nil && len(states) != len(o.FinalStates) {
		c.differ("final_states", "are %d arrays, want %d", len(states), len(o.FinalStates))
		return nil
	}
	for i, want := range o.FinalStates {
		c.array(fmt.Sprintf("state %d", i), states[i], want, tol)
	}
	return nil
}

// several replays the updates of named weights: rates and decays are compared too.
func (o *optimCase) several(c *check, u *optimizer.Updater) error {
	var w0 []tensor
	if err := json.Unmarshal(o.Weight0, &w0); err != nil {
		return fmt.Errorf("weight0: %w", err)
	}
	if len(w0) != len(o.Names) {
		return fmt.Errorf("%d weights for %d names", len(w0), len(o.Names))
	}
	var weights []*ndarray.NDArray
	for _, t := range w0 {
		w, err := t.array(c.ctx)
		if err != nil {
			return err
		}
		weights = append(weights, w)
	}
	for k, raw := range o.Steps {
		if err := o.severalStep(c, u, weights, k+1, raw); err != nil {
			return fmt.Errorf("step %d: %w", k+1, err)
		}
	}
	return nil
}

func (o *optimCase) severalStep(c *check, u *optimizer.Updater, weights []*ndarray.NDArray, k int, raw json.RawMessage) error {
	var step struct {
		Grads, Weights []tensor
		NumUpdate      int `json:"num_update"`
		LRs, WDs       []float64
	}
	if err := json.Unmarshal(raw, &step); err != nil {
		return err
	}
	n := len(weights)
	if len(step.Grads) != n || len(step.Weights) != n || len(step.LRs) != n || len(step.WDs) != n {
		return fmt.Errorf("%d gradients, %d weights, %d rates, %d decays for %d names", len(step.Grads), len(step.Weights), len(step.LRs), len(step.WDs), n)
	}
	lrs, wds := make([]float64, n), make([]float64, n)
	for i := range weights {
		grad, err := step.Grads[i].array(c.ctx)
		if err != nil {
			return err
		}
		if err := u.Update(i, grad, weights[i]); err != nil {
			return err
		}
		c.array(fmt.Sprintf("%s after step %d", o.Names[i], k), weights[i], step.Weights[i], optimTolerance(o.Optimizer, step.Weights[i].dtype))
	}
	for i := range weights { // as they are once the whole step is done
		lrs[i], wds[i] = u.Rates().Current(i)
	}
	c.tensor(fmt.Sprintf("learning rates of step %d", k), vector(lrs...), vector(step.LRs...), relative(1e-12))
	c.tensor(fmt.Sprintf("weight decays of step %d", k), vector(wds...), vector(step.WDs...), relative(1e-12))
	c.equal(fmt.Sprintf("num_update of step %d", k), u.Rates().NumUpdate(), step.NumUpdate)
	return nil
}
