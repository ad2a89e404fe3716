package optimizer

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
)

type tensor struct {
	Shape backend.Shape
	DType string
	Data  []float64
}

func (x tensor) array(t *testing.T) *ndarray.NDArray {
	t.Helper()
	d, err := backend.ParseDType(x.DType)
	require.NoError(t, err)
	a, err := ndarray.FromSlice(x.Data, x.Shape, ndarray.Of(d))
	require.NoError(t, err)
	return a
}

// assertNear compares with an array, tolerance relative to the largest magnitude.
func (x tensor) assertNear(t *testing.T, a *ndarray.NDArray, what string) {
	t.Helper()
	tol, largest := 1e-5, 0.0
	if x.DType == "float16" {
		tol = 1e-3
	}
	for _, v := range x.Data {
		largest = max(largest, math.Abs(v))
	}
	require.True(t, x.Shape.Equal(a.Shape()), "%s: shape %v", what, a.Shape())
	got := a.Float32()
	for i, v := range x.Data {
		assert.InDelta(t, v, got[i], tol*largest, "%s, element %d", what, i)
	}
}

type optimCase struct {
	Optimizer   string
	Kwargs      map[string]json.RawMessage
	Index       int
	Weight0     tensor
	Steps       []struct{ Grad, Weight tensor }
	FinalStates []tensor `json:"final_states"`
}

func makeOptimizer(t *testing.T, name string, kwargs map[string]json.RawMessage) Optimizer {
	t.Helper()
	params := map[string]string{}
	for k, v := range kwargs {
		params[k] = keyword.Text(string(v))
	}
	o, err := New(name, params)
	require.NoError(t, err)
	return o
}

// TestRecorded replays what MXNet's optimizers did, with an Updater and with a Group in a compiled step.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/optim/*-*.json")
	require.NoError(t, err)
	require.Len(t, files, 64)
	for _, file := range files {
		var c optimCase
		load(t, file, &c)
		require.NotEmpty(t, c.Steps)
		o := makeOptimizer(t, c.Optimizer, c.Kwargs)
		t.Run(filepath.Base(file)+"/updater", func(t *testing.T) {
			u, err := NewUpdater(o, nil)
			require.NoError(t, err)
			w := c.Weight0.array(t)
			for i, s := range c.Steps {
				require.NoError(t, u.Update(c.Index, s.Grad.array(t), w))
				s.Weight.assertNear(t, w, fmt.Sprintf("weight after update %d", i+1))
			}
			for i, s := range c.FinalStates {
				s.assertNear(t, u.States(c.Index)[i], fmt.Sprintf("state %d", i))
			}
			require.NoError(t, u.Close())
		})
		t.Run(filepath.Base(file)+"/group", func(t *testing.T) {
			step := newStep(t, o, []string{"w_weight"}, []tensor{c.Weight0})
			defer step.close()
			for i, s := range c.Steps {
				step.run(s.Grad)
				s.Weight.assertNear(t, step.weights[0], fmt.Sprintf("weight after update %d", i+1))
			}
			states := step.group.States(0)
			if c.FinalStates != nil {
				require.Len(t, states, len(c.FinalStates))
			}
			for i, s := range c.FinalStates {
				s.assertNear(t, states[i], fmt.Sprintf("state %d", i))
			}
		})
	}
}

// step is a compiled training step that consists of the update alone.
type step struct {
	t       *testing.T
	group   *Group
	grads   []*ndarray.NDArray
	weights []*ndarray.NDArray
	exec    backend.Executable
	bound   backend.Bound
}

func newStep(t *testing.T, o Optimizer, names []string, weights []tensor) *step {
	t.Helper()
	s := &step{t: t}
	var params []Param
	for i, n := range names {
		w := weights[i].array(t)
		s.weights = append(s.weights, w)
		s.grads = append(s.grads, ndarray.Zeros(w.Shape(), ndarray.Of(w.DType())))
		params = append(params, Param{Name: n, Shape: w.Shape(), DType: w.DType()})
	}
	var err error
	s.group, err = NewGroup(o, params)
	require.NoError(t, err)
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	regions := map[string]backend.Region{}
	for i, q := range params {
		w := b.Arg("arg:"+q.Name, backend.InOut, q.Shape, q.DType)
		g := b.Arg("grad:"+q.Name, backend.In, q.Shape, q.DType)
		b.Write("arg:"+q.Name, s.group.Update(b, i, w, g))
		regions["arg:"+q.Name], regions["grad:"+q.Name] = s.weights[i].Region(), s.grads[i].Region()
	}
	require.NoError(t, b.Finish(backend.Step))
	require.NoError(t, p.Verify())
	dev, err := device.CPU(0).Device()
	require.NoError(t, err)
	s.exec, err = dev.Compile(p, backend.Options{})
	require.NoError(t, err)
	require.NoError(t, s.group.Alloc(device.CPU(0), s.weights))
	var args []backend.Region
	for _, a := range p.Args {
		r, ok := s.group.Region(a.Name)
		if !ok {
			r, ok = regions[a.Name]
		}
		require.True(t, ok, a.Name)
		args = append(args, r)
	}
	s.bound, err = s.exec.Bind(backend.Step, args)
	require.NoError(t, err)
	return s
}

func (s *step) run(grads ...tensor) {
	s.t.Helper()
	for i, g := range grads {
		require.NoError(s.t, s.grads[i].CopyFrom(g.array(s.t)))
	}
	require.NoError(s.t, s.group.Next())
	require.NoError(s.t, s.bound.Run())
	require.NoError(s.t, s.bound.Wait())
}

func (s *step) close() {
	s.bound.Close()
	assert.NoError(s.t, s.exec.Close())
	s.group.Close()
}

type severalCase struct {
	Optimizer string
	Kwargs    map[string]json.RawMessage
	Names     []string
	LRMult    json.RawMessage `json:"lr_mult"`
	WDMult    json.RawMessage `json:"wd_mult"`
	Scheduler map[string]json.RawMessage
	Weight0   []tensor
	Steps     []struct {
		Grads, Weights []tensor
		NumUpdate      int `json:"num_update"`
		LRs, WDs       []float64
	}
}

func (c *severalCase) make(t *testing.T) Optimizer {
	for name, v := range map[string]json.RawMessage{"lr_mult": c.LRMult, "wd_mult": c.WDMult} {
		if v != nil {
			c.Kwargs[name] = v
		}
	}
	kind := keyword.Text(string(c.Scheduler["kind"]))
	delete(c.Scheduler, "kind")
	args, err := json.Marshal(c.Scheduler)
	require.NoError(t, err)
	scheduler, err := json.Marshal(`["` + kind + `", ` + string(args) + `]`)
	require.NoError(t, err)
	c.Kwargs["lr_scheduler"] = scheduler
	return makeOptimizer(t, c.Optimizer, c.Kwargs)
}

// TestMultiRules: several parameters, factors by name, a schedule, and what an optimizer does in a way of its own.
func TestMultiRules(t *testing.T) {
	files, err := filepath.Glob("testdata/optim/multi_*.json")
	require.NoError(t, err)
	require.Len(t, files, 6)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var c severalCase
			load(t, file, &c)
			c.replay(t)
		})
	}
}

func (c *severalCase) replay(t *testing.T) {
	o := c.make(t)
	params := map[int]Param{}
	for i, n := range c.Names {
		params[i] = Param{Name: n}
	}
	u, err := NewUpdater(o, params)
	require.NoError(t, err)
	st := newStep(t, o, c.Names, c.Weight0)
	defer st.close()
	var weights []*ndarray.NDArray
	for _, w := range c.Weight0 {
		weights = append(weights, w.array(t))
	}
	require.Greater(t, len(c.Steps), 5)
	for k, s := range c.Steps {
		for i := range c.Names {
			require.NoError(t, u.Update(i, s.Grads[i].array(t), weights[i]))
		}
		assert.Equal(t, s.NumUpdate, u.Rates().NumUpdate())
		st.run(s.Grads...)
		for i, n := range c.Names {
			lr, wd := u.Rates().Current(i)
			assert.InDelta(t, s.LRs[i], lr, 1e-12)
			assert.InDelta(t, s.WDs[i], wd, 1e-12)
			s.Weights[i].assertNear(t, weights[i], fmt.Sprintf("%s after step %d", n, k+1))
			assert.Equal(t, weights[i].Float32(), st.weights[i].Float32(), "a step gives the same bits as an Updater")
		}
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	w := tensor{Shape: backend.Shape{3}, DType: "float32", Data: []float64{1, 2, 3}}
	for _, o := range []Optimizer{SGD{Momentum: .9, LRScheduler: FactorScheduler{Step: 3, Factor: .9}}, Adam{ClipGradient: 1}} {
		s := newStep(t, o, []string{"a_weight", "b_bias"}, []tensor{w, w})
		assert.Zero(t, testing.AllocsPerRun(50, func() {
			if s.group.Next() != nil || s.bound.Run() != nil {
				t.Fail()
			}
		}), o.Name())
		s.close()
	}
}

// TestRestoredCounters: parameters that share factors but not counters get numbers of their own.
func TestRestoredCounters(t *testing.T) {
	w := tensor{Shape: backend.Shape{1}, DType: "float32", Data: []float64{1}}
	s := newStep(t, Adam{}, []string{"a_weight", "b_weight", "c_weight"}, []tensor{w, w, w})
	defer s.close()
	require.NoError(t, s.group.Rates.Restore(5, []int{5, 2, 5}))
	require.NoError(t, s.group.Next())
	lr := func(i int) float32 { return s.group.numbers.Float32()[s.group.scalars[i][0]] }
	want := make([]float32, len(Adam{}.Hyper()))
	for i, n := range []int{6, 3, 6} {
		Adam{}.HyperValues(Rate{LR: 0.001, RescaleGrad: 1, T: n}, want)
		assert.Equal(t, want[0], lr(i))
	}
}

// TestNaN shows that clipping does not hide a broken gradient.
func TestNaN(t *testing.T) {
	w := tensor{Shape: backend.Shape{1}, DType: "float32", Data: []float64{1}}
	for _, o := range []Optimizer{SGD{ClipGradient: 1}, SGD{ClipGradient: 1, Momentum: .9}, Adam{ClipGradient: 1}} {
		u, err := NewUpdater(o, nil)
		require.NoError(t, err)
		weight, grad := w.array(t), w.array(t)
		require.NoError(t, grad.SetFloat32([]float32{float32(math.NaN())}))
		require.NoError(t, u.Update(0, grad, weight))
		assert.True(t, math.IsNaN(float64(weight.Float32()[0])), o.Name())
	}
}

func TestUpdaterErrors(t *testing.T) {
	u, err := NewUpdater(SGD{Momentum: .9}, map[int]Param{3: {Name: "fc1_weight"}})
	require.NoError(t, err)
	err = u.Update(3, ndarray.Zeros(backend.Shape{2}), ndarray.Zeros(backend.Shape{3}))
	assert.EqualError(t, err, `optimizer: sgd: update of parameter 3 "fc1_weight": gradient is float32 (2,), want float32 (3,) as the weight`)
	require.NoError(t, u.Update(3, ndarray.Zeros(backend.Shape{2}), ndarray.Zeros(backend.Shape{2})))
	err = u.Update(3, ndarray.Zeros(backend.Shape{3}), ndarray.Zeros(backend.Shape{3}))
	assert.ErrorContains(t, err, "which is not what it was before")
	assert.Nil(t, u.States(0))

	_, err = NewGroup(SGD{}, []Param{{Name: "a"}, {Name: "a"}})
	assert.ErrorContains(t, err, `two parameters are called "a"`)
	g, err := NewGroup(SGD{}, []Param{{Name: "a", Shape: backend.Shape{2}}})
	require.NoError(t, err)
	assert.ErrorContains(t, g.Alloc(device.CPU(0), nil), "0 weights for 1 parameters")
	assert.ErrorContains(t, g.Alloc(device.CPU(0), []*ndarray.NDArray{ndarray.Zeros(backend.Shape{3})}), `weight "a" is float32 (3,), want float32 (2,)`)
}
