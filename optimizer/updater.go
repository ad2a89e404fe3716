package optimizer

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// Updater changes weights one by one, as MXNet's get_updater: a key-value store calls it. States come into being with the
// first update of an index. It may be called from several goroutines.
type Updater struct {
	mu      sync.Mutex
	opt     Optimizer
	rates   *Rates
	params  map[int]Param
	slots   map[int]*slot
	kernels map[kernelKey]*kernel
	scratch []float32
}

// slot is what belongs to one index.
type slot struct {
	at     int // in rates
	states []*ndarray.NDArray
	kernel *kernel
	bound  backend.Bound
	grad   backend.Region
	weight backend.Region
}

// kernel is a compiled update; all parameters of one shape and type share it.
type kernel struct {
	exec    backend.Executable
	program *backend.Program
	numbers *ndarray.NDArray
	rng     *ndarray.NDArray // seed, step, 0, 0; nil for updates without random numbers
}

type kernelKey struct {
	ctx   device.Context
	shape string
	dtype backend.DType
}

// NewUpdater makes an Updater. params tells names and attributes by index, as far as they are known: without a name a
// parameter decays.
func NewUpdater(o Optimizer, params map[int]Param) (*Updater, error) {
	r, err := NewRates(o, nil)
	if err != nil {
		return nil, err
	}
	return &Updater{opt: o, rates: r, params: params, slots: map[int]*slot{}, kernels: map[kernelKey]*kernel{},
		scratch: make([]float32, len(o.Hyper()))}, nil
}

// Update changes weight by grad. index says which parameter it is.
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
	if err := store(s.kernel.numbers, u.scratch); err != nil {
		return err
	}
	if s.kernel.rng != nil { // each parameter has a stream of its own
		if err := ndarray.CopyFromSlice(s.kernel.rng, []int64{int64(index), int64(u.rates.counts[s.at]), 0, 0}); err != nil {
			return err
		}
	}
	if err := s.bound.Run(); err != nil {
		return err
	}
	return s.bound.Wait()
}

func same(a, b backend.Region) bool {
	return a.Buffer == b.Buffer && a.Offset == b.Offset && a.Length == b.Length
}

// slot finds or makes what belongs to an index.
func (u *Updater) slot(index int, weight *ndarray.NDArray) (*slot, error) {
	key := kernelKey{weight.Context(), weight.Shape().String(), weight.DType()}
	s := u.slots[index]
	if s != nil {
		if u.kernels[key] != s.kernel {
			return nil, fmt.Errorf("weight is %v %v on %v, which is not what it was before", weight.DType(), weight.Shape(), weight.Context())
		}
		return s, nil
	}
	k, err := u.compile(key, weight)
	if err != nil {
		return nil, err
	}
	states, err := newStates(u.opt, weight, weight.Context())
	if err != nil {
		return nil, err
	}
	p := u.params[index]
	if err := u.rates.add(&p); err != nil {
		closeAll(states)
		return nil, err
	}
	s = &slot{at: len(u.rates.counts) - 1, states: states, kernel: k}
	u.slots[index] = s
	return s, nil
}

func (u *Updater) compile(key kernelKey, weight *ndarray.NDArray) (*kernel, error) {
	if k := u.kernels[key]; k != nil {
		return k, nil
	}
	dev, err := key.ctx.Device()
	if err != nil {
		return nil, err
	}
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	w := b.Arg("weight", backend.InOut, weight.Shape(), weight.DType())
	g := b.Arg("grad", backend.In, weight.Shape(), weight.DType())
	b.Write("weight", say(b, u.opt, "", w, g))
	if err := b.Finish(backend.Step); err != nil {
		return nil, err
	}
	exec, err := dev.Compile(p, backend.Options{})
	if err != nil {
		return nil, err
	}
	numbers, err := ndarray.New(backend.Shape{len(u.scratch)}, ndarray.On(key.ctx))
	if err != nil {
		return nil, errors.Join(err, exec.Close())
	}
	k := &kernel{exec: exec, program: p, numbers: numbers}
	if p.ArgIndex("rng") >= 0 {
		if k.rng, err = ndarray.New(backend.Shape{4}, ndarray.On(key.ctx), ndarray.Of(backend.Int64)); err != nil {
			numbers.Close()
			return nil, errors.Join(err, exec.Close())
		}
	}
	u.kernels[key] = k
	return k, nil
}

// bind ties the compiled update to the arrays of one parameter.
func (s *slot) bind(o Optimizer, grad, weight *ndarray.NDArray) error {
	s.grad, s.weight = grad.Region(), weight.Region()
	regions := map[string]backend.Region{"grad": s.grad, "weight": s.weight}
	for i, spec := range o.States(weight.Shape(), weight.DType()) {
		regions[stateArg(spec, "")] = s.states[i].Region()
	}
	for i, h := range o.Hyper() {
		r := s.kernel.numbers.Region()
		regions[hyperArg(h, "")] = backend.Region{Buffer: r.Buffer, Offset: r.Offset + 4*i, Length: 4}
	}
	if s.kernel.rng != nil {
		regions["rng"] = s.kernel.rng.Region()
	}
	args := make([]backend.Region, len(s.kernel.program.Args))
	for i := range args {
		args[i] = regions[s.kernel.program.Args[i].Name]
	}
	if s.bound != nil {
		s.bound.Close()
	}
	s.bound = nil
	bound, err := s.kernel.exec.Bind(backend.Step, args)
	if err == nil {
		s.bound = bound
	}
	return err
}

// Rates counts the updates. Its parameters are in the order of their first updates.
func (u *Updater) Rates() *Rates { return u.rates }

// States are the states of an index, nil before its first update.
func (u *Updater) States(index int) []*ndarray.NDArray {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s := u.slots[index]; s != nil {
		return s.states
	}
	return nil
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
