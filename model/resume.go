package model

import (
	"fmt"

	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// Names of arrays in States: of the state of a parameter, and of an auxiliary state on one of several devices.
func stateName(param, state string) string { return "state:" + param + ":" + state }

func deviceAuxName(device int, aux string) string { return fmt.Sprintf("aux:%d:%s", device, aux) }

// states describes the present moment. Its arrays are the trainer's own.
func (t *trainer) states(epoch, batch int) (*States, error) {
	rates := t.update.rates()
	s := &States{Epoch: epoch, Batch: batch, Step: t.steps(), Seed: t.m.seed,
		Optimizer: t.m.opt.Config(), Updates: rates.Counts(), NumUpdate: rates.NumUpdate(), arrays: map[string]*ndarray.NDArray{}}
	for i, p := range t.params {
		states, err := t.update.states(i)
		if err != nil {
			return nil, fmt.Errorf("model: states of %q: %w", p.Name, err)
		}
		for k, spec := range t.m.opt.States(p.Shape, p.DType) {
			s.arrays[stateName(p.Name, spec.Name)] = states[k]
		}
	}
	if len(t.parts) == 1 {
		return s, nil
	}
	for i, p := range t.parts {
		for _, name := range t.aux {
			s.arrays[deviceAuxName(i, name)] = p.arrays[symbol.AuxName(name)]
		}
	}
	return s, nil
}

// restore goes on from states, which may come from another number of devices. When they do not fit, an error says what
// differs and nothing has changed.
func (t *trainer) restore(s *States) error {
	if got, want := s.Optimizer.Name, t.m.opt.Name(); got != want {
		return fmt.Errorf("the optimizer was %s and is %s", got, want)
	}
	all := make([][]*ndarray.NDArray, len(t.params))
	for i, p := range t.params {
		for _, spec := range t.m.opt.States(p.Shape, p.DType) {
			name := stateName(p.Name, spec.Name)
			saved := s.arrays[name]
			if saved == nil {
				return fmt.Errorf("it has no %s", name)
			}
			if !saved.Shape().Equal(spec.Shape) {
				return fmt.Errorf("%s is %v, want %v", name, saved.Shape(), spec.Shape)
			}
			all[i] = append(all[i], saved)
		}
	}
	if err := t.update.rates().Restore(s.NumUpdate, s.Updates); err != nil {
		return err
	}
	if err := t.update.resume(all, s.NumUpdate, s.Updates); err != nil {
		return err
	}
	t.setSteps(s.Step)
	return t.restoreAux(s)
}

// restoreAux gives each device the auxiliary states it had, where as many trained as train now; otherwise they stay what
// the parameters say, the mean.
func (t *trainer) restoreAux(s *States) error {
	if len(t.aux) == 0 || s.arrays[deviceAuxName(len(t.parts), t.aux[0])] != nil {
		return nil
	}
	for i, p := range t.parts {
		for _, name := range t.aux {
			saved := s.arrays[deviceAuxName(i, name)]
			if saved == nil {
				return nil
			}
			if err := p.arrays[symbol.AuxName(name)].CopyFrom(saved); err != nil {
				return fmt.Errorf("auxiliary state %q: %w", name, err)
			}
		}
	}
	return nil
}

// average sets the model's auxiliary states to the mean of the devices', as MXNet saves them. The devices keep their own.
func (g *group) average() error {
	if len(g.parts) == 1 {
		return nil
	}
	for _, name := range g.aux {
		var sum []float64
		err := ndarray.Try(func() {
			for i, p := range g.parts {
				values := p.arrays[symbol.AuxName(name)].Float64()
				if i == 0 {
					sum = values
					continue
				}
				for k, v := range values {
					sum[k] += v
				}
			}
		})
		for k := range sum {
			sum[k] /= float64(len(g.parts))
		}
		if err == nil {
			err = g.m.Params.Aux[name].SetFloat64(sum)
		}
		if err != nil {
			return fmt.Errorf("model: mean of auxiliary state %q: %w", name, err)
		}
	}
	return nil
}
