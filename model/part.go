package model

import (
	"fmt"
	"maps"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// part is the network on one device, for its share of each batch.
type part struct {
	span
	whole  bool // the share is all of the batch
	exe    *symbol.Executor
	arrays map[string]*ndarray.NDArray // parameters and states, as Programs name them
	own    []*ndarray.NDArray          // those of arrays that are copies of the model's
	data   []*ndarray.NDArray          // by position in provide_data, nil for what the network does not use
	label  []*ndarray.NDArray
}

// newPart binds the network to device i's share of batches. The first of several devices trains the model's arguments
// themselves, the others copies; auxiliary states, in which devices differ, are copies wherever there are several. A device
// that has arrays already goes on with those.
func (g *group) newPart(i int, o symbol.BindOptions, arrays map[string]*ndarray.NDArray) (*part, error) {
	p := &part{span: g.spans[i], whole: len(g.spans) == 1, arrays: g.m.arrays()}
	o.Context, o.Shapes = g.m.devices[i], g.in.shapes
	if !p.whole {
		var err error
		if o.Shapes, err = p.shapes(g.in); err != nil {
			return nil, err
		}
	}
	if arrays != nil {
		maps.Copy(p.arrays, arrays)
	} else if !p.whole {
		if err := p.copyArrays(g.m, i, g.in); err != nil {
			p.close()
			return nil, err
		}
	}
	o.Arrays = p.arrays
	exe, err := g.m.Symbol.Bind(o)
	if err != nil {
		p.close()
		return nil, err
	}
	p.exe = exe
	p.exe.SetStep(0, int64(p.lo))
	p.data, p.label = feeds(exe, g.in.provideData), feeds(exe, g.in.provideLabel)
	for _, param := range g.params { // other bindings of the network may share them
		if a := exe.Grad(param.Name); a != nil {
			p.arrays[symbol.GradName(param.Name)] = a
		}
	}
	return p, nil
}

// shapes are those of the inputs.
func (s span) shapes(in *inputs) (map[string]backend.Shape, error) {
	shapes := map[string]backend.Shape{}
	batch := batchSize(in.provideData)
	for name, whole := range in.shapes {
		if len(whole) == 0 || whole[0] != batch {
			return nil, fmt.Errorf("model: %q is %v, which cannot be shared out among devices: its first dimension is not the batch of %d", name, whole, batch)
		}
		shapes[name] = whole.Clone()
		shapes[name][0] = s.hi - s.lo
	}
	return shapes, nil
}

// copyArrays replaces the arrays that device i must have for itself.
func (p *part) copyArrays(m *FeedForward, i int, in *inputs) error {
	copied := func(full string) error {
		a := p.arrays[full]
		own, err := ndarray.New(a.Shape(), ndarray.On(m.devices[i]), ndarray.Of(a.DType()))
		if err != nil {
			return fmt.Errorf("model: %s on %v: %w", full, m.devices[i], err)
		}
		p.own = append(p.own, own)
		p.arrays[full] = own
		return own.CopyFrom(a)
	}
	for _, name := range m.Symbol.ListAuxiliaryStates() {
		if err := copied(symbol.AuxName(name)); err != nil {
			return err
		}
	}
	if i == 0 {
		return nil
	}
	for _, name := range in.params {
		if err := copied(symbol.ArgName(name)); err != nil {
			return err
		}
	}
	return nil
}

// load copies the part's rows of a batch into the network's inputs.
func (p *part) load(b *mxio.DataBatch, labels bool) error {
	if err := p.copyRows(p.data, b.Data, "data"); err != nil || !labels {
		return err
	}
	return p.copyRows(p.label, b.Label, "label")
}

// copyRows copies the part's rows of arrays into those of an executor, which may be nil.
func (p *part) copyRows(to, from []*ndarray.NDArray, what string) error {
	if p.whole {
		return copyBatch(to, from, what)
	}
	if err := enough(to, from, what); err != nil {
		return err
	}
	for i, dst := range to {
		if dst == nil {
			continue
		}
		if err := dst.CopyRowsFrom(from[i], p.lo); err != nil {
			return fmt.Errorf("%s %d of the batch: %w", what, i, err)
		}
	}
	return nil
}

// copyBatch copies whole arrays of a batch into those of an executor, which may be nil.
func copyBatch(to, from []*ndarray.NDArray, what string) error {
	if err := enough(to, from, what); err != nil {
		return err
	}
	for i, dst := range to {
		if dst == nil {
			continue
		}
		if err := dst.CopyFrom(from[i]); err != nil {
			return fmt.Errorf("%s %d of the batch: %w", what, i, err)
		}
	}
	return nil
}

func enough(to, from []*ndarray.NDArray, what string) error {
	if len(from) < len(to) {
		return fmt.Errorf("the batch has %d %s arrays, want %d", len(from), what, len(to))
	}
	return nil
}

// feeds finds the arrays that batches are copied into.
func feeds(exe *symbol.Executor, descs []mxio.DataDesc) []*ndarray.NDArray {
	list := make([]*ndarray.NDArray, len(descs))
	for i, d := range descs {
		list[i] = exe.Arg(d.Name)
	}
	return list
}

func (p *part) close() {
	if p.exe != nil {
		p.exe.Close()
	}
	for _, a := range p.own {
		a.Close()
	}
}
