package model

import (
	"fmt"
	"io"

	"github.com/gomx-org/gomx/internal/atomicfile"
	"github.com/gomx-org/gomx/optimizer"
)

// InitOptimizer chooses how Update changes the parameters, and by which kind of key-value store several devices join their
// gradients; one device needs none. nil is the optimizer of NewModule's options, by default SGD with rate 0.01. An
// optimizer that was given no factor on gradients gets 1/batch size. A Module with an optimizer keeps it unless ForceInit.
// One made by LoadModule with states goes on from these; it is an error when they do not fit.
func (mod *Module) InitOptimizer(kvstore string, o optimizer.Optimizer, options ...Option) error {
	if err := mod.needTraining("InitOptimizer", false); err != nil {
		return err
	}
	m := *mod.m
	for _, set := range options {
		set(&m)
	}
	if mod.t.update != nil && !m.forceInit {
		mod.m.log("warning: Module.InitOptimizer: there is an optimizer already, which stays; ForceInit begins anew")
		return nil
	}
	if mod.t.update != nil && !mod.borrows() {
		if err := mod.t.update.close(); err != nil {
			return err
		}
	}
	mod.t.update = nil
	if o != nil {
		mod.m.opt = o
	}
	mod.m.store = kvstore
	if err := mod.newUpdate(); err != nil {
		return err
	}
	if mod.pending == nil {
		return nil
	}
	if err := mod.t.restore(mod.pending); err != nil {
		return fmt.Errorf("model: Module.InitOptimizer: the optimizer states of the checkpoint do not fit: %w", err)
	}
	mod.m.states, mod.pending = mod.pending, nil
	return nil
}

// newUpdate makes the update of the base group, whose arrays are those of all.
func (mod *Module) newUpdate() error {
	kv, err := newStore(mod.m.store, mod.m.devices)
	if err != nil {
		return err
	}
	mod.use(mod.base)
	return mod.t.bindUpdate(kv)
}

// SaveOptimizerStates writes what Update remembers: the optimizer's states and counters and the number of the step. See
// States for the format, which is gomx's own.
func (mod *Module) SaveOptimizerStates(path string) error {
	if err := mod.needTraining("SaveOptimizerStates", true); err != nil {
		return err
	}
	s, err := mod.t.states(mod.m.beginEpoch, 0)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(path, func(w io.Writer) error { return s.encode(w) }); err != nil {
		return fmt.Errorf("model: save: %w", err)
	}
	return nil
}

// LoadOptimizerStates goes on from what SaveOptimizerStates, or a checkpoint, wrote. The parameters are not in it.
func (mod *Module) LoadOptimizerStates(path string) error {
	if err := mod.needTraining("LoadOptimizerStates", true); err != nil {
		return err
	}
	s, err := LoadStates(path)
	if err != nil {
		return err
	}
	if err := mod.t.restore(s); err != nil {
		return fmt.Errorf("model: %q: %w", path, err)
	}
	return nil
}
