package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// Names of the arguments that an update adds to a Program.
func hyperArg(h Hyper, param string) string {
	if h.Global || param == "" {
		return "opt:" + h.Name
	}
	return "opt:" + param + ":" + h.Name
}

func stateArg(s StateSpec, param string) string { return "state:" + param + ":" + s.Name }

// say adds the update of one parameter to a Program: arguments for its numbers and states, the optimizer's calls, and the
// Writes of the states. It gives the new weight, which the caller writes.
func say(b *backend.Builder, o Optimizer, param string, w, g backend.Value) backend.Value {
	node := o.Name()
	if param != "" {
		node += fmt.Sprintf(" %q", param)
	}
	b.Node(node)
	if !w.Valid() || !g.Valid() || !w.Shape().Equal(g.Shape()) {
		b.Failf("weight and gradient differ in shape, or one is missing")
		return w
	}
	specs := o.States(w.Shape(), w.DType())
	states := make([]backend.Value, len(specs))
	for i, s := range specs {
		states[i] = b.Arg(stateArg(s, param), backend.InOut, s.Shape, s.DType)
	}
	hyper := o.Hyper()
	numbers := make([]backend.Value, len(hyper))
	for i, h := range hyper {
		numbers[i] = b.Arg(hyperArg(h, param), backend.In, backend.Shape{}, backend.Float32)
	}
	weight, next := o.Update(b, w, g, states, numbers)
	if len(next) != len(specs) {
		b.Failf("Update gave %d states, want %d", len(next), len(specs))
		return w
	}
	for i, s := range specs {
		b.Write(stateArg(s, param), next[i])
	}
	return weight
}

// NewStates makes the states of a weight, on its device, as they are before its first update.
func NewStates(o Optimizer, weight *ndarray.NDArray) ([]*ndarray.NDArray, error) {
	return newStates(o, weight, weight.Context())
}

// newStates allocates the states of one parameter and sets them to their initial values.
func newStates(o Optimizer, weight *ndarray.NDArray, ctx device.Context) ([]*ndarray.NDArray, error) {
	var states []*ndarray.NDArray
	for _, s := range o.States(weight.Shape(), weight.DType()) {
		a, err := ndarray.New(s.Shape, ndarray.On(ctx), ndarray.Of(s.DType))
		if err == nil && s.OfWeights {
			err = a.CopyFrom(weight)
		}
		if err != nil {
			closeAll(states)
			return nil, err
		}
		states = append(states, a)
	}
	return states, nil
}

func closeAll(arrays []*ndarray.NDArray) {
	for _, a := range arrays {
		a.Close()
	}
}
