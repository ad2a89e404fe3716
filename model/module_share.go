package model

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// lend gives the array of a parameter to another module's network.
func (mod *Module) lend(to *FeedForward, s *paramSpec) (*ndarray.NDArray, error) {
	switch {
	case mod.t == nil || !mod.ready:
		return nil, errors.New("model: SharedModule: the other module wants Bind and InitParams first")
	case !slices.Equal(mod.m.devices, to.devices):
		return nil, fmt.Errorf("model: SharedModule: the other module is on [%s], this one on [%s]", names(mod.m.devices), names(to.devices))
	}
	a := s.of(mod.m.Params)
	if a == nil {
		return nil, fmt.Errorf("model: SharedModule: the other module has no %v", s)
	}
	if a.DType() != s.dtype {
		return nil, fmt.Errorf("model: SharedModule: %v is %v in the other module, want %v", s, a.DType(), s.dtype)
	}
	return a, s.fits(a)
}

// sharedWith are the arrays of each device that another group may use: its parameters and states, and the gradients of
// those that it trains.
func (g *group) sharedWith(to *group) []map[string]*ndarray.NDArray {
	var wanted []string
	for _, name := range to.in.params {
		wanted = append(wanted, symbol.ArgName(name))
	}
	for _, p := range to.params {
		wanted = append(wanted, symbol.GradName(p.Name))
	}
	for _, name := range to.aux {
		wanted = append(wanted, symbol.AuxName(name))
	}
	list := make([]map[string]*ndarray.NDArray, len(g.parts))
	for i, p := range g.parts {
		list[i] = map[string]*ndarray.NDArray{}
		for _, name := range wanted {
			if a := p.arrays[name]; a != nil {
				list[i][name] = a
			}
		}
	}
	return list
}

// borrow takes the lender's optimizer, if it has one and both train the same.
func (mod *Module) borrow() error {
	from := mod.lender
	same := slices.EqualFunc(mod.t.params, from.base.params, func(a, b optimizer.Param) bool { return a.Name == b.Name })
	if from.t.update == nil || !mod.training || !same {
		return nil
	}
	mod.t.update, mod.m.opt, mod.m.store = from.t.update, from.m.opt, from.m.store
	return nil
}
