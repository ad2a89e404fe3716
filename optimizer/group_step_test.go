package optimizer

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// stepper is the update of three parameters by whatever grads hold.
type stepper struct {
	params         []Param
	weights, grads []*ndarray.NDArray
}

func newStepper() *stepper {
	s := &stepper{}
	for i, name := range []string{"fc1_weight", "fc1_bias", "fc2_weight"} {
		p := Param{Name: name, Shape: backend.Shape{4 - i}, DType: backend.Float32}
		s.params = append(s.params, p)
		s.weights = append(s.weights, ndarray.Full(p.Shape, 1+0.1*float64(i)))
		s.grads = append(s.grads, ndarray.Zeros(p.Shape))
	}
	return s
}

// gradients fills grads for step k.
func (s *stepper) gradients(k int) {
	for i, g := range s.grads {
		g.Fill(0.3*float64(k+1) - 0.2*float64(i))
	}
}

func (s *stepper) equal(t *testing.T, o *stepper, what string) {
	t.Helper()
	for i := range s.weights {
		assert.Equal(t, s.weights[i].Float32(), o.weights[i].Float32(), "%s: %s", what, s.params[i].Name)
	}
}

// deterministic are the optimizers that draw no random numbers.
func deterministic(t *testing.T) []Optimizer {
	var list []Optimizer
	for _, name := range Names() {
		if name != "sgld" {
			o, err := New(name, map[string]string{"wd": "0.01", "rescale_grad": "0.5"})
			require.NoError(t, err, name)
			list = append(list, o)
		}
	}
	return list
}

// All parameters in one Program, one at a time, and one at a time in two Updaters: the same bits.
func TestGroupStepAndUpdaterAgree(t *testing.T) {
	for _, o := range deterministic(t) {
		whole, single, resumed := newStepper(), newStepper(), newStepper()
		group, err := NewGroup(o, whole.params)
		require.NoError(t, err)
		require.NoError(t, group.Alloc(device.CPU(0), whole.weights))
		step, err := group.Step(whole.weights, whole.grads, 7)
		require.NoError(t, err)
		params := map[int]Param{}
		for i, p := range whole.params {
			params[i] = p
		}
		first, err := NewUpdater(o, params)
		require.NoError(t, err)
		second, err := NewUpdater(o, params)
		require.NoError(t, err)
		order := []int{2, 1, 0}
		if o.Name() == "nadam" { // its product of momenta grows from parameter to parameter
			order = []int{0, 1, 2}
		}
		for k := range 6 {
			whole.gradients(k)
			require.NoError(t, step.Run(int64(k)))
			for _, i := range order {
				single.gradients(k)
				require.NoError(t, first.Update(i, single.grads[i], single.weights[i]))
				if k < 3 {
					resumed.weights[i].Set(single.weights[i])
					continue
				}
				resumed.gradients(k)
				require.NoError(t, second.Update(i, resumed.grads[i], resumed.weights[i]))
			}
			if k == 2 {
				require.NoError(t, second.Rates().Restore(first.Rates().NumUpdate(), first.Rates().Counts()))
				for i := range params {
					var states []*ndarray.NDArray
					for _, s := range first.States(i) {
						states = append(states, s.Copy())
					}
					second.Resume(i, states)
					assert.Len(t, second.States(i), len(states))
				}
			}
		}
		whole.equal(t, single, o.Name()+" one at a time")
		whole.equal(t, resumed, o.Name()+" resumed")
		for i := range params {
			for k, s := range group.States(i) {
				assert.Equal(t, s.Float32(), first.States(i)[k].Float32(), "%s: state %d of %d", o.Name(), k, i)
			}
		}
		assert.Zero(t, testing.AllocsPerRun(5, func() {
			if err := step.Run(9); err != nil {
				t.Fatal(err)
			}
		}), o.Name())
		assert.Zero(t, testing.AllocsPerRun(5, func() {
			if err := first.Update(1, single.grads[1], single.weights[1]); err != nil {
				t.Fatal(err)
			}
		}), o.Name())
		require.NoError(t, step.Close())
		group.Close()
		require.NoError(t, first.Close())
		require.NoError(t, second.Close())
	}
}

// Devices that update copies of their own draw the same noise.
func TestGroupStepsDrawTheSameNoise(t *testing.T) {
	var all []*stepper
	for dev := range 2 {
		s := newStepper()
		for i := range s.weights {
			s.weights[i], s.grads[i] = s.weights[i].AsInContext(device.CPU(dev)), s.grads[i].AsInContext(device.CPU(dev))
		}
		g, err := NewGroup(SGLD{}, s.params)
		require.NoError(t, err)
		require.NoError(t, g.Alloc(device.CPU(dev), s.weights))
		step, err := g.Step(s.weights, s.grads, 7)
		require.NoError(t, err)
		require.NoError(t, step.Run(4))
		all = append(all, s)
		require.NoError(t, step.Close())
		g.Close()
	}
	all[0].equal(t, all[1], "sgld")
	assert.NotEqual(t, newStepper().weights[0].Float32(), all[0].weights[0].Float32())
}

func TestStatesThatDoNotFitAnUpdate(t *testing.T) {
	for want, states := range map[string][]*ndarray.NDArray{
		"0 states to go on with, want 1": {}, "state 0: ": {ndarray.Zeros(backend.Shape{7})},
	} {
		u, err := NewUpdater(SGD{Momentum: .9}, map[int]Param{0: {Name: "w"}})
		require.NoError(t, err)
		u.Resume(0, states)
		err = u.Update(0, ndarray.Zeros(backend.Shape{2}), ndarray.Zeros(backend.Shape{2}))
		assert.ErrorContains(t, err, want, fmt.Sprint(states))
	}
	g, err := NewGroup(SGD{}, newStepper().params)
	require.NoError(t, err)
	_, err = g.Step(nil, nil, 0)
	assert.ErrorContains(t, err, "0 weights and 0 gradients for 3 parameters")
}
