package model

import (
	"fmt"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// trainer is a network bound for training. On one device forward, backward and update are one compiled step. On several
// each has a share of the batch and a step that leaves gradients; a key-value store joins them.
type trainer struct {
	m      *FeedForward
	parts  []*part
	team   *team
	update updates
	outs   *outputs
	params []optimizer.Param // the trained ones
	aux    []string
	batch  int // examples in a batch

	loading  *mxio.DataBatch
	loadPart func(i int) error
	stepPart func(i int) error
}

// newTrainer binds the network for batches as described.
func (m *FeedForward) newTrainer(data, label []mxio.DataDesc) (*trainer, error) {
	in, err := m.inputsOf(data, label)
	if err != nil {
		return nil, err
	}
	for _, l := range m.Symbol.ListLabels() {
		if _, ok := in.shapes[l]; !ok {
			return nil, fmt.Errorf("model: the network wants the label %q, the data provides %v", l, label)
		}
	}
	spans, err := split(batchSize(data), m.devices, m.loads)
	if err != nil {
		return nil, err
	}
	kv, err := newStore(m.store, m.devices)
	if err != nil {
		return nil, err
	}
	if err := m.initParams(in); err != nil {
		return nil, err
	}
	t := &trainer{m: m, team: newTeam(m.devices), batch: batchSize(data), aux: m.Symbol.ListAuxiliaryStates()}
	t.loadPart = func(i int) error { return t.parts[i].load(t.loading) }
	t.stepPart = func(i int) error { return t.parts[i].exe.Step() }
	attrs := m.Symbol.AttrDict()
	for _, name := range in.params {
		w := m.Params.Args[name]
		t.params = append(t.params, optimizer.Param{Name: name, Shape: w.Shape(), DType: w.DType(), Attrs: attrs[name]})
	}
	if kv == nil {
		err = t.bindOne(in, spans[0])
	} else {
		err = t.bindSeveral(in, spans, kv)
	}
	if err == nil {
		t.outs, err = newOutputs(t.executors()...)
	}
	if err != nil {
		return nil, first(err, t.close())
	}
	return t, nil
}

// load copies a batch into the network's inputs. Devices that do not wait may still be at the step before.
func (t *trainer) load(b *mxio.DataBatch) error {
	if n := b.Size(); len(t.parts) > 1 && n != t.batch {
		return fmt.Errorf("the batch has %d examples, want %d", n, t.batch)
	}
	t.loading = b
	return t.team.each(t.loadPart)
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

// steps is the number of training steps so far.
func (t *trainer) steps() int64 { return t.parts[0].exe.StepCount() }

// collect waits for the step and brings its outputs to the host.
func (t *trainer) collect() error {
	if i, err := t.outs.collect(); err != nil {
		return t.team.named(i, err)
	}
	return nil
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
	for _, p := range t.parts {
		p.close()
	}
	t.team.close()
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

func batchSize(data []mxio.DataDesc) int {
	if len(data) == 0 || len(data[0].Shape) == 0 {
		return 1
	}
	return data[0].Shape[0]
}
