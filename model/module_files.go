package model

import (
	"context"
)

// SaveCheckpoint writes PREFIX-symbol.json and PREFIX-%04d.params as MXNet does and, with states, PREFIX-%04d.states, from
// which LoadModule goes on: all whole or not at all. epoch is the number of epochs completed.
func (mod *Module) SaveCheckpoint(prefix string, epoch int, states bool) error {
	if err := mod.need("SaveCheckpoint", true, states); err != nil {
		return err
	}
	if err := mod.t.average(); err != nil {
		return err
	}
	c := checkpoint{symbolPath: SymbolFile(prefix), paramsPath: ParamsFile(prefix, epoch), sym: mod.m.Symbol, params: mod.m.Params}
	if states {
		var err error
		if c.states, err = mod.t.states(epoch, 0); err != nil {
			return err
		}
		c.statesPath = StatesFile(prefix, epoch)
	}
	if err := c.save(context.Background(), nil); err != nil {
		return err
	}
	mod.m.log("Saved checkpoint to %q", c.paramsPath)
	if states {
		mod.m.log("Saved optimizer state to %q", c.statesPath)
	}
	return nil
}

// LoadModule makes a Module of a checkpoint: its parameters have values, Fit begins behind that epoch, and with states
// InitOptimizer goes on as if training had never stopped. States that are missing or belong to other parameters are an
// error.
func LoadModule(prefix string, epoch int, states bool, options ...Option) (*Module, error) {
	s, p, err := LoadCheckpoint(prefix, epoch)
	if err != nil {
		return nil, err
	}
	mod := NewModule(s, append([]Option{BeginEpoch(epoch)}, options...)...)
	mod.m.Params, mod.ready = p, true
	if states {
		if mod.pending, err = loadStatesFor(StatesFile(prefix, epoch), ParamsFile(prefix, epoch)); err != nil {
			return nil, err
		}
	}
	return mod, nil
}

// LoadInterruptedModule makes a Module of the moment at which a Fit with Checkpoint(prefix) was interrupted; its next Fit
// goes on from there.
func LoadInterruptedModule(prefix string, options ...Option) (*Module, error) {
	m, err := LoadInterrupted(prefix, options...)
	if err != nil {
		return nil, err
	}
	mod := &Module{m: m, ready: true, pending: m.states}
	m.states = nil
	mod.setNames()
	return mod, nil
}
