package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/initializer"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
)

// paramSpec describes a parameter or an auxiliary state of a network.
type paramSpec struct {
	name  string
	aux   bool
	shape backend.Shape
	dtype backend.DType
	attrs map[string]string // of the variable
}

// of finds it in parameters, nil where it is missing.
func (s *paramSpec) of(p Params) *ndarray.NDArray {
	if s.aux {
		return p.Aux[s.name]
	}
	return p.Args[s.name]
}

func (s *paramSpec) put(p Params, a *ndarray.NDArray) {
	if s.aux {
		p.Aux[s.name] = a
	} else {
		p.Args[s.name] = a
	}
}

func (s *paramSpec) String() string {
	if s.aux {
		return fmt.Sprintf("auxiliary state %q", s.name)
	}
	return fmt.Sprintf("parameter %q", s.name)
}

// fits checks that an array given for it has its shape.
func (s *paramSpec) fits(a *ndarray.NDArray) error {
	if !a.Shape().Equal(s.shape) {
		return fmt.Errorf("model: %v is %v, the network wants %v", s, a.Shape(), s.shape)
	}
	return nil
}

// paramSpecs lists what the network wants besides its inputs, in the order of its arguments.
func (m *FeedForward) paramSpecs(in *inputs) ([]paramSpec, error) {
	sh, err := m.Symbol.InferShape(in.shapes)
	if err != nil {
		return nil, err
	}
	types, err := m.Symbol.InferType(in.types)
	if err != nil {
		return nil, err
	}
	attrs := m.Symbol.AttrDict()
	var specs []paramSpec
	for i, name := range m.Symbol.ListArguments() {
		if slices.Contains(in.params, name) {
			specs = append(specs, paramSpec{name, false, sh.Args[i], types.Args[i], attrs[name]})
		}
	}
	for i, name := range m.Symbol.ListAuxiliaryStates() {
		specs = append(specs, paramSpec{name, true, sh.Aux[i], types.Aux[i], attrs[name]})
	}
	return specs, nil
}

// withMaps gives parameters maps that can be written to.
func (p Params) withMaps() Params {
	if p.Args == nil {
		p.Args = map[string]*ndarray.NDArray{}
	}
	if p.Aux == nil {
		p.Aux = map[string]*ndarray.NDArray{}
	}
	return p
}

// initParams makes the parameters that are missing and checks those that are given, which are used as they are where they
// lie on the first device in the right type.
func (m *FeedForward) initParams(in *inputs) error {
	specs, err := m.paramSpecs(in)
	if err != nil {
		return err
	}
	m.Params = m.Params.withMaps()
	for i := range specs {
		s := &specs[i]
		have := s.of(m.Params)
		if have != nil {
			if err := s.fits(have); err != nil {
				return err
			}
			if have.Context() == m.devices[0] && have.DType() == s.dtype {
				continue
			}
		}
		fresh, err := m.newParam(s)
		if err != nil {
			return err
		}
		if err := m.fill(s, fresh, have); err != nil {
			return err
		}
		s.put(m.Params, fresh)
	}
	return m.checkExtra(m.Params, specs)
}

// newParam allocates a parameter on the first device, zeros.
func (m *FeedForward) newParam(s *paramSpec) (*ndarray.NDArray, error) {
	a, err := ndarray.New(s.shape, ndarray.On(m.devices[0]), ndarray.Of(s.dtype))
	if err != nil {
		return nil, fmt.Errorf("model: %v: %w", s, err)
	}
	return a, nil
}

// fill sets a parameter to what is given, or else initializes it.
func (m *FeedForward) fill(s *paramSpec, dst, given *ndarray.NDArray) error {
	var err error
	if given != nil {
		err = dst.CopyFrom(given)
	} else {
		err = initializer.Initialize(m.init, &initializer.Desc{Name: s.name, Shape: s.shape, Attrs: s.attrs, Seed: m.seed}, dst)
	}
	if err != nil {
		return fmt.Errorf("model: %v: %w", s, err)
	}
	return nil
}

// checkExtra refuses parameters that the network does not have, unless they are allowed.
func (m *FeedForward) checkExtra(p Params, specs []paramSpec) error {
	if m.allowExtra {
		return nil
	}
	var args, aux []string
	for _, s := range specs {
		if s.aux {
			aux = append(aux, s.name)
		} else {
			args = append(args, s.name)
		}
	}
	for _, kind := range []struct {
		what  string
		given map[string]*ndarray.NDArray
		known []string
	}{{"parameter", p.Args, args}, {"auxiliary state", p.Aux, aux}} {
		for _, name := range sortedNames(kind.given) {
			if !slices.Contains(kind.known, name) {
				return fmt.Errorf("model: no %s %q in the network; %s", kind.what, name, nearest(name, kind.known))
			}
		}
	}
	return nil
}

// nearest says which names are like one that is not known, or, when none is, which there are.
func nearest(name string, known []string) string {
	if list := op.Nearest(name, known, 3); len(list) > 0 {
		return "the nearest are " + strings.Join(list, ", ")
	}
	return "there are " + strings.Join(known, ", ")
}
