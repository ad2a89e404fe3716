package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// GroupStep is the update of a Group as a Program of its own, for gradients that are made elsewhere: several devices
// train, and a key-value store has summed what they found.
type GroupStep struct {
	group *Group
	exe   backend.Executable
	bound backend.Bound
	rng   *ndarray.NDArray // seed, step, 0, 0; nil for updates without random numbers
	state [4]int64
}

// Step compiles the update of weights by grads, both in the order of the parameters and on the device that Alloc was
// given. seed decides the random numbers of optimizers that draw some.
func (g *Group) Step(weights, grads []*ndarray.NDArray, seed int64) (*GroupStep, error) {
	s := &GroupStep{group: g, state: [4]int64{seed}}
	if err := s.compile(weights, grads); err != nil {
		s.Close()
		return nil, fmt.Errorf("optimizer: %s: %w", g.opt.Name(), err)
	}
	return s, nil
}

func (s *GroupStep) compile(weights, grads []*ndarray.NDArray) error {
	g := s.group
	if len(weights) != len(g.params) || len(grads) != len(g.params) || g.numbers == nil {
		return fmt.Errorf("%d weights and %d gradients for %d parameters, or no Alloc before", len(weights), len(grads), len(g.params))
	}
	own := map[string]*ndarray.NDArray{}
	b := backend.NewBuilder(&backend.Program{})
	for i, p := range g.params {
		weight, grad := "weight:"+p.Name, "grad:"+p.Name
		own[weight], own[grad] = weights[i], grads[i]
		w := b.Arg(weight, backend.InOut, p.Shape, p.DType)
		b.Write(weight, g.Update(b, i, w, b.Arg(grad, backend.In, p.Shape, p.DType)))
	}
	if err := b.Finish(backend.Step); err != nil {
		return err
	}
	dev, err := g.numbers.Context().Device()
	if err != nil {
		return err
	}
	if s.exe, err = dev.Compile(b.P, backend.Options{}); err != nil {
		return err
	}
	regions := make([]backend.Region, len(b.P.Args))
	for i, a := range b.P.Args {
		switch array := own[a.Name]; {
		case array != nil:
			regions[i] = array.Region()
		case a.Name == "rng":
			if s.rng, err = ndarray.New(a.Shape, ndarray.On(g.numbers.Context()), ndarray.Of(a.DType)); err != nil {
				return err
			}
			regions[i] = s.rng.Region()
		default:
			regions[i] = g.regions[a.Name]
		}
	}
	s.bound, err = s.exe.Bind(backend.Step, regions)
	return err
}

// Run counts an update of every parameter and begins it; step is the number of the training step. It allocates nothing.
func (s *GroupStep) Run(step int64) error {
	if err := s.group.Next(); err != nil {
		return err
	}
	if s.rng != nil {
		s.state[1] = step
		if err := ndarray.CopyFromSlice(s.rng, s.state[:]); err != nil {
			return err
		}
	}
	return s.bound.Run()
}

// Close gives back what Step made; the Group stays.
func (s *GroupStep) Close() error {
	var err error
	if s.bound != nil {
		s.bound.Close()
	}
	if s.exe != nil {
		err = s.exe.Close()
	}
	if s.rng != nil {
		s.rng.Close()
	}
	return err
}
