package symbol

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// ReshapeOptions of Executor.Reshape.
type ReshapeOptions struct {
	// PartialShaping lets arrays change that no shape was given for. Parameters among them are no longer those of the
	// executor before.
	PartialShaping bool
	// AllowUpSizing lets arrays grow; they are new ones, zero everywhere.
	AllowUpSizing bool
}

// Reshape binds the same network for inputs of other shapes, for the last batch say. The new Executor shares arguments,
// gradients and auxiliary states with e: arrays whose shape stays are the same, those that shrink use the beginning of the
// memory. Both may be used, and closed, in any order.
func (e *Executor) Reshape(shapes map[string]backend.Shape, o ReshapeOptions) (*Executor, error) {
	sh, err := e.sym.InferShape(shapes)
	if err != nil {
		return nil, fmt.Errorf("symbol: reshape: %w", err)
	}
	b := e.options
	b.Arrays = map[string]*ndarray.NDArray{}
	b.Shapes, b.Types = map[string]backend.Shape{}, map[string]backend.DType{}
	var views []*ndarray.NDArray
	free := func() {
		for _, v := range views {
			v.Close()
		}
	}
	fit := func(full, name string, to backend.Shape) error {
		b.Shapes[name] = to
		old := e.Array(full)
		if old == nil {
			return nil // the network does not read it
		}
		b.Types[name] = old.DType()
		if _, given := shapes[name]; !given && !old.Shape().Equal(to) && !o.PartialShaping {
			return fmt.Errorf("symbol: reshape: %s was %v and becomes %v, though no shape was given for it; give one, or allow it by PartialShaping", name, old.Shape(), to)
		}
		if to.Size() > old.Size() {
			if !o.AllowUpSizing {
				return fmt.Errorf("symbol: reshape: %s was %v and becomes %v, which is larger; make the largest executor first, or allow it by AllowUpSizing", name, old.Shape(), to)
			}
			return nil
		}
		for _, full := range []string{full, GradName(name)} {
			if a := e.Array(full); a != nil {
				v := beginning(a, to)
				views = append(views, v)
				b.Arrays[full] = v
			}
		}
		return nil
	}
	for i, name := range e.sym.ListArguments() {
		if err := fit(ArgName(name), name, sh.Args[i]); err != nil {
			free()
			return nil, err
		}
	}
	for i, name := range e.sym.ListAuxiliaryStates() {
		if err := fit(AuxName(name), name, sh.Aux[i]); err != nil {
			free()
			return nil, err
		}
	}
	n, err := e.sym.Bind(b)
	if err != nil {
		free()
		return nil, fmt.Errorf("symbol: reshape: %w", err)
	}
	n.own = append(n.own, views...)
	n.rng = e.rng
	return n, nil
}

// beginning is the first elements of a, in its memory, under another shape.
func beginning(a *ndarray.NDArray, shape backend.Shape) *ndarray.NDArray {
	if a.Shape().Equal(shape) {
		return a.Reshape(shape...)
	}
	flat := a.Reshape(-1)
	defer flat.Close()
	part := flat.Slice(0, shape.Size())
	defer part.Close()
	return part.Reshape(shape...)
}
