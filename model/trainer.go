package model

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// trainer is a network bound for training on one device: forward, backward and update are one compiled step.
type trainer struct {
	m     *FeedForward
	exe   *symbol.Executor
	group *optimizer.Group
	data  []*ndarray.NDArray // by position in provide_data, nil for what the network does not use
	label []*ndarray.NDArray
	batch int      // examples in a batch
	names []string // of the trained parameters, in the order of group
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
	if err := m.initParams(in); err != nil {
		return nil, err
	}
	t := &trainer{m: m, names: in.params, batch: batchSize(data)}
	attrs := m.Symbol.AttrDict()
	params := make([]optimizer.Param, len(in.params))
	weights := make([]*ndarray.NDArray, len(in.params))
	grad := map[string]symbol.GradReq{}
	for i, name := range in.params {
		weights[i] = m.Params.Args[name]
		params[i] = optimizer.Param{Name: name, Shape: weights[i].Shape(), DType: weights[i].DType(), Attrs: attrs[name]}
		grad[name] = symbol.GradWrite
	}
	if t.group, err = optimizer.NewGroup(m.opt, params); err != nil {
		return nil, err
	}
	t.group.Rates.SetDefaultRescale(1 / float64(t.batch))
	if err := t.group.Alloc(m.ctx, weights); err != nil {
		return nil, err
	}
	t.exe, err = m.Symbol.Bind(symbol.BindOptions{
		Context: m.ctx, Arrays: m.arrays(), Regions: t.group.Region, Seed: m.seed, Compile: m.compile,
		LowerOptions: symbol.LowerOptions{Shapes: in.shapes, Grad: grad, Data: in.data, Step: t.update},
	})
	if err != nil {
		t.group.Close()
		return nil, err
	}
	t.data, t.label = feeds(t.exe, data), feeds(t.exe, label)
	return t, nil
}

// update says the change of one parameter in the compiled step.
func (t *trainer) update(b *backend.Builder, name string, w, g backend.Value) {
	i := slices.Index(t.names, name)
	b.Write(symbol.ArgName(name), t.group.Update(b, i, w, g))
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

// feeds finds the arrays that batches are copied into.
func feeds(exe *symbol.Executor, descs []mxio.DataDesc) []*ndarray.NDArray {
	list := make([]*ndarray.NDArray, len(descs))
	for i, d := range descs {
		list[i] = exe.Arg(d.Name)
	}
	return list
}

func batchSize(data []mxio.DataDesc) int {
	if len(data) == 0 || len(data[0].Shape) == 0 {
		return 1
	}
	return data[0].Shape[0]
}

// load copies a batch into the network's inputs.
func load(to, from []*ndarray.NDArray, what string) error {
	if len(from) < len(to) {
		return fmt.Errorf("model: the batch has %d %s arrays, want %d", len(from), what, len(to))
	}
	for i, dst := range to {
		if dst == nil {
			continue
		}
		if err := dst.CopyFrom(from[i]); err != nil {
			return fmt.Errorf("model: %s %d of the batch: %w", what, i, err)
		}
	}
	return nil
}

// step trains on one batch. It allocates nothing.
func (t *trainer) step(b *mxio.DataBatch) error {
	if err := load(t.data, b.Data, "data"); err != nil {
		return err
	}
	if err := load(t.label, b.Label, "label"); err != nil {
		return err
	}
	if err := t.group.Next(); err != nil {
		return err
	}
	return t.exe.Step()
}

// finite reports whether the outputs are numbers; training that diverged gives NaN.
func (t *trainer) finite() bool {
	for _, o := range t.exe.Outputs() {
		for _, v := range o.Data32() {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return false
			}
		}
	}
	return true
}

// states describes the present moment.
func (t *trainer) states(epoch, batch int) *States {
	s := &States{Epoch: epoch, Batch: batch, Step: t.exe.StepCount(), Seed: t.m.seed,
		Optimizer: t.m.opt.Config(), Updates: t.group.Rates.Counts(), NumUpdate: t.group.Rates.NumUpdate(),
		arrays: map[string]*ndarray.NDArray{}}
	t.eachState(func(name string, a *ndarray.NDArray) { s.arrays[name] = a })
	return s
}

func (t *trainer) eachState(fn func(name string, a *ndarray.NDArray)) {
	for i, p := range t.group.Params() {
		for k, spec := range t.m.opt.States(p.Shape, p.DType) {
			fn("state:"+p.Name+":"+spec.Name, t.group.States(i)[k])
		}
	}
}

// restore goes on from states. A state that does not fit is an error that says what differs.
func (t *trainer) restore(s *States) error {
	if got, want := s.Optimizer.Name, t.m.opt.Name(); got != want {
		return fmt.Errorf("the optimizer was %s and is %s", got, want)
	}
	var err error
	t.eachState(func(name string, a *ndarray.NDArray) {
		saved := s.arrays[name]
		switch {
		case err != nil:
		case saved == nil:
			err = fmt.Errorf("it has no %s", name)
		default:
			err = a.CopyFrom(saved)
		}
	})
	if err != nil {
		return err
	}
	if err := t.group.Rates.Restore(s.NumUpdate, s.Updates); err != nil {
		return err
	}
	t.exe.SetStep(s.Step, 0)
	return nil
}

func (t *trainer) close() {
	t.exe.Close()
	t.group.Close()
}
