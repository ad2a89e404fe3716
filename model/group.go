package model

import (
	"fmt"
	"slices"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// group is the network bound on each device for its share of a batch.
type group struct {
	m      *FeedForward
	in     *inputs
	grad   map[string]symbol.GradReq // of arguments
	spans  []span
	parts  []*part
	team   *team
	outs   *outputs
	dins   *outputs          // gradients of the inputs, nil where none are wanted
	params []optimizer.Param // those with a gradient: the trained ones
	aux    []string
	batch  int // examples in a batch

	loading  *mxio.DataBatch
	labels   bool // it comes with labels
	loadPart func(i int) error
}

// newGroup prepares for batches as in describes. The model's parameters exist; bind does the rest.
func (m *FeedForward) newGroup(in *inputs, grad map[string]symbol.GradReq) (*group, error) {
	batch := batchSize(in.provideData)
	spans, err := split(batch, m.devices, m.loads)
	if err != nil {
		return nil, err
	}
	g := &group{m: m, in: in, grad: grad, spans: spans, team: newTeam(m.devices), batch: batch, aux: m.Symbol.ListAuxiliaryStates()}
	g.loadPart = func(i int) error { return g.parts[i].load(g.loading, g.labels) }
	attrs := m.Symbol.AttrDict()
	for _, name := range in.params {
		if grad[name] != symbol.GradNull {
			w := m.Params.Args[name]
			g.params = append(g.params, optimizer.Param{Name: name, Shape: w.Shape(), DType: w.DType(), Attrs: attrs[name]})
		}
	}
	return g, nil
}

// gradsOf asks for the gradients of all parameters that are not fixed.
func (m *FeedForward) gradsOf(in *inputs, req symbol.GradReq) (map[string]symbol.GradReq, error) {
	grad := map[string]symbol.GradReq{}
	for _, name := range in.params {
		grad[name] = req
	}
	for _, name := range m.fixed {
		if !slices.Contains(in.params, name) {
			return nil, fmt.Errorf("model: FixedParams: no parameter %q in the network; %s", name, nearest(name, in.params))
		}
		delete(grad, name)
	}
	return grad, nil
}

// checkLabels refuses data for training that has no values for a label of the network.
func (m *FeedForward) checkLabels(in *inputs) error {
	for _, l := range m.Symbol.ListLabels() {
		if _, ok := in.shapes[l]; !ok {
			return fmt.Errorf("model: the network wants the label %q, the data provides %v", l, in.provideLabel)
		}
	}
	return nil
}

// bind binds every device. arrays are those that a device uses instead of arrays of its own, nil for none.
func (g *group) bind(o symbol.BindOptions, arrays []map[string]*ndarray.NDArray) error {
	o.Seed, o.Compile = g.m.seed, g.m.compile
	o.Grad, o.Data, o.Types, o.Mirror = g.grad, g.in.data, g.in.types, g.m.mirror
	for i := range g.spans {
		var own map[string]*ndarray.NDArray
		if arrays != nil {
			own = arrays[i]
		}
		p, err := g.newPart(i, o, own)
		if err != nil {
			return g.team.named(i, err)
		}
		g.parts = append(g.parts, p)
	}
	var err error
	if g.outs, err = newOutputs("output", g.lists((*symbol.Executor).Outputs)); err != nil {
		return err
	}
	return g.bindInputGrads()
}

// bindInputGrads finds the gradients of the inputs, in the order of the data.
func (g *group) bindInputGrads() error {
	lists := g.lists(func(e *symbol.Executor) (list []*ndarray.NDArray) {
		for _, d := range g.in.provideData {
			if a := e.Grad(d.Name); a != nil {
				list = append(list, a)
			}
		}
		return list
	})
	if len(lists[0]) == 0 {
		return nil
	}
	var err error
	g.dins, err = newOutputs("input gradient", lists)
	return err
}

// lists are arrays of each device.
func (g *group) lists(of func(*symbol.Executor) []*ndarray.NDArray) [][]*ndarray.NDArray {
	lists := make([][]*ndarray.NDArray, len(g.parts))
	for i, p := range g.parts {
		lists[i] = of(p.exe)
	}
	return lists
}

// load copies a batch into the network's inputs. Devices that do not wait may still be at the step before.
func (g *group) load(b *mxio.DataBatch) error { return g.loadBatch(b, true) }

// loadBatch is load of a batch that may have no labels.
func (g *group) loadBatch(b *mxio.DataBatch, labels bool) error {
	if n := b.Size(); len(g.parts) > 1 && n != g.batch {
		return fmt.Errorf("the batch has %d examples, want %d", n, g.batch)
	}
	g.loading, g.labels = b, labels
	return g.team.each(g.loadPart)
}

// steps is the number of training steps so far.
func (g *group) steps() int64 { return g.parts[0].exe.StepCount() }

// setSteps sets it.
func (g *group) setSteps(n int64) {
	for _, p := range g.parts {
		p.exe.SetStep(n, int64(p.lo))
	}
}

// spread copies arrays of the model to the devices that have copies of their own; full gives their names among a device's
// arrays.
func (g *group) spread(names []string, full func(string) string) error {
	from := g.m.arrays()
	for i, p := range g.parts {
		for _, name := range names {
			name = full(name)
			if p.arrays[name] == from[name] {
				continue
			}
			if err := p.arrays[name].CopyFrom(from[name]); err != nil {
				return g.team.named(i, fmt.Errorf("model: %s: %w", name, err))
			}
		}
	}
	return nil
}

// collect waits for what runs and brings the outputs to the host.
func (g *group) collect() error {
	if i, err := g.outs.collect(); err != nil {
		return g.team.named(i, err)
	}
	return nil
}

func (g *group) close() {
	for _, p := range g.parts {
		p.close()
	}
	g.team.close()
}

func batchSize(data []mxio.DataDesc) int {
	if len(data) == 0 || len(data[0].Shape) == 0 {
		return 1
	}
	return data[0].Shape[0]
}
