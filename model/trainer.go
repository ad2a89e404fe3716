package model

import (
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// trainer is a network bound for training and the update of its parameters. A FeedForward on one device has forward,
// backward and update in one compiled step. Everybody else leaves gradients, which a key-value store joins where there are
// several devices, and updates then.
type trainer struct {
	*group
	update   updates
	stepPart func(i int) error // forward and backward, and the update where it is part of the step
}

// newTrainer binds the network for batches as described.
func (m *FeedForward) newTrainer(data, label []mxio.DataDesc) (*trainer, error) {
	in, err := m.inputsOf(data, label)
	if err != nil {
		return nil, err
	}
	if err := m.checkLabels(in); err != nil {
		return nil, err
	}
	kv, err := newStore(m.store, m.devices)
	if err != nil {
		return nil, err
	}
	t := &trainer{}
	t.stepPart = func(i int) error { return t.parts[i].exe.Step() }
	grad, err := m.gradsOf(in, symbol.GradWrite)
	if err == nil {
		err = m.initParams(in)
	}
	if err == nil {
		t.group, err = m.newGroup(in, grad)
	}
	switch {
	case err != nil:
	case kv == nil:
		err = t.bindFused()
	default:
		if err = t.bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{Grads: true}}, nil); err == nil {
			err = t.bindUpdate(kv)
			kv = nil
		}
	}
	if err != nil {
		if kv != nil {
			_ = kv.Close() // the first error counts
		}
		return nil, first(err, t.close())
	}
	return t, nil
}

// step trains on what was loaded. It allocates nothing.
func (t *trainer) step() error {
	step := t.steps()
	if err := t.update.before(); err != nil {
		return err
	}
	if err := t.team.each(t.stepPart); err != nil {
		return err
	}
	return t.update.after(step)
}

// first is the first of errors that is one: what comes after it is its consequence.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *trainer) close() error {
	var err error
	if t.update != nil {
		err = t.update.close()
	}
	if t.group != nil {
		t.group.close()
	}
	return err
}

// arrays names the parameters as Programs do.
func (m *FeedForward) arrays() map[string]*ndarray.NDArray {
	all := map[string]*ndarray.NDArray{}
	for name, a := range m.Params.Args {
		all[symbol.ArgName(name)] = a
	}
	for name, a := range m.Params.Aux {
		all[symbol.AuxName(name)] = a
	}
	return all
}
