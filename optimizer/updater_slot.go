package optimizer

import (
	"errors"
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

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
	shape   backend.Shape
	key     kernelKey
	numbers *ndarray.NDArray
	rng     *ndarray.NDArray // seed, step, 0, 0; nil for updates without random numbers
}

type kernelKey struct {
	ctx   device.Context
	shape string
	dtype backend.DType
}

func same(a, b backend.Region) bool {
	return a.Buffer == b.Buffer && a.Offset == b.Offset && a.Length == b.Length
}

// slot finds or makes what belongs to an index.
func (u *Updater) slot(index int, weight *ndarray.NDArray) (*slot, error) {
	if s := u.slots[index]; s != nil {
		if k := s.kernel; k.key.ctx != weight.Context() || k.key.dtype != weight.DType() || !k.shape.Equal(weight.Shape()) {
			return nil, fmt.Errorf("weight is %v %v on %v, which is not what it was before", weight.DType(), weight.Shape(), weight.Context())
		}
		return s, nil
	}
	k, err := u.compile(kernelKey{weight.Context(), weight.Shape().String(), weight.DType()}, weight)
	if err != nil {
		return nil, err
	}
	at, err := u.count(index)
	if err != nil {
		return nil, err
	}
	states, err := newStates(u.opt, weight, weight.Context())
	if err != nil {
		return nil, err
	}
	if saved, ok := u.resumed[index]; ok {
		if err := copyStates(states, saved); err != nil {
			closeAll(states)
			return nil, err
		}
		delete(u.resumed, index)
	}
	s := &slot{at: at, states: states, kernel: k}
	u.slots[index] = s
	return s, nil
}

func copyStates(states, saved []*ndarray.NDArray) error {
	if len(states) != len(saved) {
		return fmt.Errorf("%d states to go on with, want %d", len(saved), len(states))
	}
	for i, s := range states {
		if err := s.CopyFrom(saved[i]); err != nil {
			return fmt.Errorf("state %d: %w", i, err)
		}
	}
	return nil
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
	k := &kernel{exec: exec, program: p, key: key, shape: weight.Shape().Clone(), numbers: numbers}
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
