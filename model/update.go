package model

import (
	"fmt"

	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// updates is how gradients change the parameters.
type updates interface {
	// rates counts the updates.
	rates() *optimizer.Rates
	// before comes before a step, after behind it; step is its number.
	before() error
	after(step int64) error
	// states are those of parameter i.
	states(i int) ([]*ndarray.NDArray, error)
	// resume goes on from states of all parameters, which fit, and from counters.
	resume(states [][]*ndarray.NDArray, numUpdate int, counts []int) error
	// reload is told that the weights of all devices were set from outside.
	reload() error
	close() error
}

// fused is the update of one device, which is part of its compiled step.
type fused struct{ *optimizer.Group }

func (f fused) rates() *optimizer.Rates { return f.Rates }

func (f fused) before() error { return f.Next() }

func (f fused) after(int64) error { return nil }

func (f fused) states(i int) ([]*ndarray.NDArray, error) { return f.States(i), nil }

func (f fused) resume(states [][]*ndarray.NDArray, numUpdate int, counts []int) error {
	for i, saved := range states {
		for k, s := range f.States(i) {
			if err := s.CopyFrom(saved[k]); err != nil {
				return err
			}
		}
	}
	return f.Rates.Restore(numUpdate, counts)
}

func (f fused) reload() error { return nil }

func (f fused) close() error {
	f.Close()
	return nil
}

// exchange is a store with what all devices push and pull: parameter i is key i, and the first ones go first, since the
// next step wants them first. A device that trains alone has no store, and nobody to exchange with.
type exchange struct {
	kv             kvstore.KVStore
	params         []optimizer.Param
	grads, weights []kvstore.Pair
}

// newExchange takes over the store.
func newExchange(kv kvstore.KVStore, params []optimizer.Param, parts []*part) (*exchange, error) {
	x := &exchange{kv: kv, params: params}
	for i, p := range params {
		var grads, weights []*ndarray.NDArray
		for _, part := range parts {
			grads, weights = append(grads, part.exe.Grad(p.Name)), append(weights, part.exe.Arg(p.Name))
		}
		x.grads, x.weights = append(x.grads, kvstore.At(i, grads...)), append(x.weights, kvstore.At(i, weights...))
	}
	if err := x.init(); err != nil {
		return nil, first(err, x.close())
	}
	return x, nil
}

// init gives the store the weights of the first device.
func (x *exchange) init() error {
	if x.kv == nil {
		return nil
	}
	for i, w := range x.weights {
		if err := x.kv.Init(kvstore.At(i, w.Arrays[0])); err != nil {
			return fmt.Errorf("model: parameter %q: %w", x.params[i].Name, err)
		}
	}
	return nil
}

// join pushes the gradients of all devices and pulls what came of them into to.
func (x *exchange) join(to []kvstore.Pair) error {
	if x.kv == nil {
		return nil
	}
	for i := range x.grads {
		err := x.kv.Push(-i, x.grads[i:i+1]...)
		if err == nil {
			err = x.kv.Pull(-i, to[i:i+1]...)
		}
		if err != nil {
			return fmt.Errorf("parameter %q: %w", x.params[i].Name, err)
		}
	}
	return nil
}

func (x *exchange) close() error {
	if x.kv == nil {
		return nil
	}
	return x.kv.Close()
}
