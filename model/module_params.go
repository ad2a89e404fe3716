package model

import (
	"fmt"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// InitParams gives the parameters their first values: those of WithParams, or else the initializer's. Parameters that
// WithParams lacks are an error unless AllowMissingParams, those that the network does not have unless AllowExtraParams.
// Values there are already stay unless ForceInit.
func (mod *Module) InitParams(options ...Option) error {
	if err := mod.need("InitParams", false, false); err != nil {
		return err
	}
	m := *mod.m
	m.Params = mod.given
	for _, o := range options {
		o(&m)
	}
	if mod.ready && !m.forceInit {
		mod.m.log("warning: Module.InitParams: the parameters have values already, which stay; ForceInit begins anew")
		return nil
	}
	given := m.Params
	return mod.setParams(&m, given, func(s *paramSpec, dst *ndarray.NDArray) error {
		a := s.of(given)
		all := given.Args
		if s.aux {
			all = given.Aux
		}
		if a == nil && all != nil && !m.allowMissing {
			return missing(s)
		}
		return m.fill(s, dst, a)
	})
}

// SetParams sets the parameters, for a Module that trains too. Those that p lacks are an error unless AllowMissingParams,
// under which they stay; those that the network does not have unless AllowExtraParams.
func (mod *Module) SetParams(p Params, options ...Option) error {
	if err := mod.need("SetParams", false, false); err != nil {
		return err
	}
	m := *mod.m
	for _, o := range options {
		o(&m)
	}
	return mod.setParams(&m, p, func(s *paramSpec, dst *ndarray.NDArray) error {
		a := s.of(p)
		switch {
		case a != nil:
			return m.fill(s, dst, a)
		case !m.allowMissing:
			return missing(s)
		}
		return nil
	})
}

func missing(s *paramSpec) error {
	return fmt.Errorf("model: %v is not among the parameters given; AllowMissingParams lets it be", s)
}

// setParams checks parameters given, sets all by a function, and tells devices and store. It changes nothing when what is
// given does not fit.
func (mod *Module) setParams(m *FeedForward, given Params, set func(s *paramSpec, dst *ndarray.NDArray) error) error {
	specs, err := mod.m.paramSpecs(mod.base.in)
	if err != nil {
		return err
	}
	if err := m.checkExtra(given, specs); err != nil {
		return err
	}
	for i := range specs {
		if a := specs[i].of(given); a != nil {
			if err := specs[i].fits(a); err != nil {
				return err
			}
		}
	}
	if err := mod.t.average(); err != nil {
		return err
	}
	for i := range specs {
		if err := set(&specs[i], specs[i].of(mod.m.Params)); err != nil {
			return err
		}
	}
	mod.ready = true
	if err := mod.base.spread(mod.base.in.params, symbol.ArgName); err != nil {
		return err
	}
	if err := mod.base.spread(mod.base.aux, symbol.AuxName); err != nil {
		return err
	}
	if mod.t.update == nil {
		return nil
	}
	return mod.t.update.reload()
}

// GetParams gives copies of the parameters, on the host. Auxiliary states of several devices are their means.
func (mod *Module) GetParams() (Params, error) {
	if err := mod.need("GetParams", true, false); err != nil {
		return Params{}, err
	}
	if err := mod.t.average(); err != nil {
		return Params{}, err
	}
	p := Params{}.withMaps()
	for _, kind := range []struct{ to, from map[string]*ndarray.NDArray }{{p.Args, mod.m.Params.Args}, {p.Aux, mod.m.Params.Aux}} {
		for name, a := range kind.from {
			c, err := ndarray.New(a.Shape(), ndarray.On(device.CPU(0)), ndarray.Of(a.DType()))
			if err == nil {
				err = c.CopyFrom(a)
			}
			if err != nil {
				return Params{}, fmt.Errorf("model: Module.GetParams: %q: %w", name, err)
			}
			kind.to[name] = c
		}
	}
	return p, nil
}
