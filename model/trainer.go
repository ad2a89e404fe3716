package model

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/kvstore"
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

// bindOne binds one device, with the update in its step.
func (t *trainer) bindOne(in *inputs, s span) error {
	group, err := optimizer.NewGroup(t.m.opt, t.params)
	if err != nil {
		return err
	}
	t.update = fused{group}
	group.Rates.SetDefaultRescale(1 / float64(t.batch))
	weights := make([]*ndarray.NDArray, len(t.params))
	for i, p := range t.params {
		weights[i] = t.m.Params.Args[p.Name]
	}
	if err := group.Alloc(t.m.devices[0], weights); err != nil {
		return err
	}
	o := t.bindOptions(in)
	o.Regions = group.Region
	o.Step = func(b *backend.Builder, name string, w, g backend.Value) {
		i := slices.IndexFunc(t.params, func(p optimizer.Param) bool { return p.Name == name })
		b.Write(symbol.ArgName(name), group.Update(b, i, w, g))
	}
	return t.bindPart(0, s, in, o)
}

// bindSeveral binds several devices, and their updates to the store, which it takes over.
func (t *trainer) bindSeveral(in *inputs, spans []span, kv kvstore.KVStore) error {
	o := t.bindOptions(in)
	o.Grads = true
	for i, s := range spans {
		if err := t.bindPart(i, s, in, o); err != nil {
			return first(err, kv.Close())
		}
	}
	x, err := newExchange(kv, t.params, t.parts)
	if err != nil {
		return first(err, kv.Close())
	}
	rescale := 1 / float64(t.batch)
	if updatesInStore(kv.Type(), t.params) {
		u, err := newStored(x, t.m.opt)
		if err != nil {
			return first(err, kv.Close())
		}
		t.update = u
		u.rates().SetDefaultRescale(rescale)
		return nil
	}
	u, err := newLocal(x, t.m, t.team, t.parts)
	if err != nil {
		return err
	}
	t.update = u
	for _, g := range u.groups {
		g.Rates.SetDefaultRescale(rescale)
	}
	return nil
}

func (t *trainer) bindOptions(in *inputs) symbol.BindOptions {
	grad := map[string]symbol.GradReq{}
	for _, p := range t.params {
		grad[p.Name] = symbol.GradWrite
	}
	return symbol.BindOptions{Seed: t.m.seed, Compile: t.m.compile, LowerOptions: symbol.LowerOptions{Grad: grad, Data: in.data}}
}

func (t *trainer) bindPart(i int, s span, in *inputs, o symbol.BindOptions) error {
	p, err := t.m.newPart(i, s, in, o)
	if err != nil {
		return t.team.named(i, err)
	}
	t.parts = append(t.parts, p)
	return nil
}

func (t *trainer) executors() []*symbol.Executor {
	list := make([]*symbol.Executor, len(t.parts))
	for i, p := range t.parts {
		list[i] = p.exe
	}
	return list
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

// average sets the model's auxiliary states to the mean of the devices', as MXNet saves them. The devices keep their own.
func (t *trainer) average() error {
	if len(t.parts) == 1 {
		return nil
	}
	for _, name := range t.aux {
		var sum []float64
		err := ndarray.Try(func() {
			for i, p := range t.parts {
				values := p.exe.Aux(name).Float64()
				if i == 0 {
					sum = values
					continue
				}
				for k, v := range values {
					sum[k] += v
				}
			}
		})
		for k := range sum {
			sum[k] /= float64(len(t.parts))
		}
		if err == nil {
			err = t.m.Params.Aux[name].SetFloat64(sum)
		}
		if err != nil {
			return fmt.Errorf("model: mean of auxiliary state %q: %w", name, err)
		}
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
