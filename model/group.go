package model

import (
	"fmt"
	"slices"
	"strings"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
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
	params []optimizer.Param // those with a gradient: the trained ones
	aux    []string
	batch  int // examples in a batch

	loading  *mxio.DataBatch
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
	g.loadPart = func(i int) error { return g.parts[i].load(g.loading) }
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
			return nil, fmt.Errorf("model: FixedParams: no parameter %q in the network; the nearest are %s", name, strings.Join(op.Nearest(name, in.params, 3), ", "))
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
	o.Grad, o.Data = g.grad, g.in.data
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
	g.outs, err = newOutputs("output", g.lists((*symbol.Executor).Outputs))
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
func (g *group) load(b *mxio.DataBatch) error {
	if n := b.Size(); len(g.parts) > 1 && n != g.batch {
		return fmt.Errorf("the batch has %d examples, want %d", n, g.batch)
	}
	g.loading = b
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
