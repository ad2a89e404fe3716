package optimizer

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/gomx-org/gomx/ndarray"
)

// Updater changes weights one by one, as MXNet's get_updater: a key-value store calls it. States come into being with the
// first update of an index. It may be called from several goroutines.
type Updater struct {
	mu      sync.Mutex
	opt     Optimizer
	rates   *Rates
	params  map[int]Param
	at      map[int]int // where an index is in rates
	slots   map[int]*slot
	resumed map[int][]*ndarray.NDArray // states that first updates begin with
	kernels map[kernelKey]*kernel
	scratch []float32
}

// NewUpdater makes an Updater. params tells names and attributes by index, as far as they are known: without a name a
// parameter decays.
func NewUpdater(o Optimizer, params map[int]Param) (*Updater, error) {
	r, err := NewRates(o, nil)
	if err != nil {
		return nil, err
	}
	u := &Updater{opt: o, rates: r, params: params, at: map[int]int{}, slots: map[int]*slot{}, resumed: map[int][]*ndarray.NDArray{},
		kernels: map[kernelKey]*kernel{}, scratch: make([]float32, len(o.Hyper()))}
	for _, index := range slices.Sorted(maps.Keys(params)) {
		if _, err := u.count(index); err != nil {
			return nil, fmt.Errorf("optimizer: %s: %w", o.Name(), err)
		}
	}
	return u, nil
}

// count finds or makes the counter of an index.
func (u *Updater) count(index int) (int, error) {
	at, ok := u.at[index]
	if !ok {
		p := u.params[index]
		if err := u.rates.add(index, &p); err != nil {
			return 0, err
		}
		at = len(u.rates.counts) - 1
		u.at[index] = at
	}
	return at, nil
}

// Resume makes the first update of an index, wherever its weight will be, begin with states that another Updater, or a
// Group, had. They are kept until then.
func (u *Updater) Resume(index int, states []*ndarray.NDArray) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.resumed[index] = states
}

// Update changes weight by grad. index says which parameter it is. On devices that do not wait it is begun, in order with
// all else there, when Update returns.
func (u *Updater) Update(index int, grad, weight *ndarray.NDArray) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.update(index, grad, weight); err != nil {
		return fmt.Errorf("optimizer: %s: update of parameter %d %q: %w", u.opt.Name(), index, u.params[index].Name, err)
	}
	return nil
}

func (u *Updater) update(index int, grad, weight *ndarray.NDArray) error {
	switch {
	case !grad.Shape().Equal(weight.Shape()) || grad.DType() != weight.DType():
		return fmt.Errorf("gradient is %v %v, want %v %v as the weight", grad.DType(), grad.Shape(), weight.DType(), weight.Shape())
	case grad.Context() != weight.Context():
		return fmt.Errorf("gradient is on %v, the weight on %v", grad.Context(), weight.Context())
	}
	s, err := u.slot(index, weight)
	if err != nil {
		return err
	}
	if s.bound == nil || !same(s.grad, grad.Region()) || !same(s.weight, weight.Region()) {
		if err := s.bind(u.opt, grad, weight); err != nil {
			return err
		}
	}
	u.opt.HyperValues(u.rates.Next(s.at), u.scratch)
	if err := s.kernel.numbers.SetFloat32(u.scratch); err != nil {
		return err
	}
	if s.kernel.rng != nil { // each parameter has a stream of its own
		if err := ndarray.CopyFromSlice(s.kernel.rng, []int64{int64(index), int64(u.rates.counts[s.at]), 0, 0}); err != nil {
			return err
		}
	}
	return s.bound.Run()
}

// Rates counts the updates. Its parameters are those that NewUpdater was told of, in the order of their indices, then
// others in the order of their first updates.
func (u *Updater) Rates() *Rates { return u.rates }

// States are the states of an index; before its first update those that Resume gave, or nil.
func (u *Updater) States(index int) []*ndarray.NDArray {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s := u.slots[index]; s != nil {
		return s.states
	}
	return u.resumed[index]
}

// Close gives all memory back.
func (u *Updater) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	var err error
	for _, s := range u.slots {
		if s.bound != nil {
			s.bound.Close()
		}
		closeAll(s.states)
	}
	for _, k := range u.kernels {
		k.numbers.Close()
		if k.rng != nil {
			k.rng.Close()
		}
		err = errors.Join(err, k.exec.Close())
	}
	u.slots, u.kernels = map[int]*slot{}, map[kernelKey]*kernel{}
	return err
}
