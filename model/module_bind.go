package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// BindOption sets something about one Bind.
type BindOption func(*binding)

type binding struct {
	inference, inputGrads, force bool
	req                          symbol.GradReq
	reqs                         map[string]symbol.GradReq
	lender                       *Module
}

// ForInference binds without gradients: MXNet's for_training=False.
func ForInference() BindOption { return func(b *binding) { b.inference = true } }

// InputsNeedGrad has Backward compute the gradients of the inputs too; see GetInputGrads.
func InputsNeedGrad() BindOption { return func(b *binding) { b.inputGrads = true } }

// GradRequest says what Backward does with the gradients of all parameters that are not fixed, and of the inputs where they
// are wanted: MXNet's grad_req. Default GradWrite; under GradAdd they grow until ZeroGrads.
func GradRequest(r symbol.GradReq) BindOption { return func(b *binding) { b.req = r } }

// GradRequests says it for single arguments, fixed ones and inputs among them.
func GradRequests(reqs map[string]symbol.GradReq) BindOption {
	return func(b *binding) { b.reqs = maps.Clone(reqs) }
}

// ForceRebind binds a Module anew that is bound already. Parameters and optimizer go on as they are.
func ForceRebind() BindOption { return func(b *binding) { b.force = true } }

// SharedModule makes the Module use the parameters of another one, which is bound to the same devices and has all of them:
// one network at several sizes, or two networks with a common part. When the other one has an optimizer and both train
// the same parameters, it serves both. Close the borrowing Module first.
func SharedModule(other *Module) BindOption { return func(b *binding) { b.lender = other } }

// Bind fixes the shapes of the batches and gets the memory for them: data and label describe what batches will hold, as
// iterators provide it. Parameters are zero until InitParams.
func (mod *Module) Bind(data, label []mxio.DataDesc, options ...BindOption) error {
	b := binding{req: symbol.GradWrite}
	for _, o := range options {
		o(&b)
	}
	if mod.t != nil && !b.force {
		mod.m.log("warning: Module.Bind: already bound, which stays; ForceRebind binds anew")
		return nil
	}
	if b.inference && b.inputGrads {
		return errors.New("model: Module.Bind: InputsNeedGrad wants training, ForInference has no gradients")
	}
	if err := mod.checkNames(); err != nil {
		return err
	}
	in, err := mod.inputsOf(data, label)
	if err != nil {
		return err
	}
	grad := map[string]symbol.GradReq{}
	if !b.inference {
		if err := mod.m.checkLabels(in); err != nil {
			return err
		}
		if grad, err = mod.gradsOf(in, &b); err != nil {
			return err
		}
	}
	resume, err := mod.unbind()
	if err != nil {
		return err
	}
	if err := mod.bind(in, grad, &b); err != nil {
		return err
	}
	return resume()
}

// inputsOf matches descriptions of batches with the names that the Module is fed by.
func (mod *Module) inputsOf(data, label []mxio.DataDesc) (*inputs, error) {
	provided := make([]string, len(data))
	for i, d := range data {
		provided[i] = d.Name
	}
	if want := slices.Sorted(slices.Values(mod.m.dataNames)); !slices.Equal(slices.Sorted(slices.Values(provided)), want) {
		return nil, fmt.Errorf("model: Module: the data is %s, the module's DataNames are %s", strings.Join(provided, ", "), strings.Join(want, ", "))
	}
	in, err := mod.m.inputsOf(data, label)
	if err != nil {
		return nil, err
	}
	attrs := mod.m.Symbol.AttrDict()
	in.types = map[string]backend.DType{}
	for _, d := range slices.Concat(data, label) {
		if _, own := attrs[d.Name]["__dtype__"]; !own && d.DType != backend.Float32 && slices.Contains(in.data, d.Name) {
			in.types[d.Name] = d.DType
		}
	}
	return in, nil
}

// gradsOf asks for gradients as Bind's options say.
func (mod *Module) gradsOf(in *inputs, b *binding) (map[string]symbol.GradReq, error) {
	grad, err := mod.m.gradsOf(in, b.req)
	if err != nil {
		return nil, err
	}
	if b.inputGrads {
		for _, d := range in.provideData {
			grad[d.Name] = b.req
		}
	}
	args := mod.m.Symbol.ListArguments()
	for _, name := range sortedNames(b.reqs) {
		if !slices.Contains(args, name) {
			return nil, fmt.Errorf("model: Module.Bind: GradRequests: the network has no argument %q; %s", name, nearest(name, args))
		}
		grad[name] = b.reqs[name]
	}
	return grad, nil
}

// bind makes parameters and binds the base group.
func (mod *Module) bind(in *inputs, grad map[string]symbol.GradReq, b *binding) error {
	mod.training, mod.lender = !b.inference, b.lender
	if err := mod.bindParams(in); err != nil {
		return err
	}
	g, err := mod.m.newGroup(in, grad)
	if err != nil {
		return err
	}
	var arrays []map[string]*ndarray.NDArray
	if mod.lender != nil {
		arrays = mod.lender.base.sharedWith(g)
	}
	if err := mod.bindGroup(g, arrays); err != nil {
		return err
	}
	mod.base, mod.t = g, mod.newTrainer(g)
	if mod.lender != nil {
		return mod.borrow()
	}
	return nil
}

func (mod *Module) bindGroup(g *group, arrays []map[string]*ndarray.NDArray) error {
	err := g.bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{Infer: true, Train: mod.training}}, arrays)
	for _, mon := range mod.monitors {
		if err == nil {
			err = mon.install(g)
		}
	}
	if err != nil {
		for _, mon := range mod.monitors {
			mon.remove(g)
		}
		g.close()
	}
	return err
}

// bindParams provides the parameters that the network wants: the lender's, those there are, or zeros.
func (mod *Module) bindParams(in *inputs) error {
	m := mod.m
	if mod.lender == nil && mod.ready {
		return m.haveParams(in)
	}
	specs, err := m.paramSpecs(in)
	if err != nil {
		return err
	}
	m.Params = Params{}.withMaps()
	for i := range specs {
		s := &specs[i]
		var a *ndarray.NDArray
		if mod.lender == nil {
			a, err = m.newParam(s)
		} else {
			a, err = mod.lender.lend(m, s)
		}
		if err != nil {
			return err
		}
		s.put(m.Params, a)
	}
	mod.ready = mod.lender != nil
	return nil
}

// unbind undoes Bind. What it returns goes on with the optimizer after another Bind.
func (mod *Module) unbind() (resume func() error, err error) {
	if mod.t != nil {
		if err := mod.t.average(); err != nil {
			return nil, err
		}
	}
	if mod.t == nil || mod.t.update == nil || mod.borrows() {
		return func() error { return nil }, mod.release()
	}
	states, err := mod.t.states(mod.m.beginEpoch, 0)
	if err != nil {
		return nil, err
	}
	err = ndarray.Try(func() {
		for name, a := range states.arrays {
			states.arrays[name] = a.Copy()
		}
	})
	resume = func() error {
		if !mod.training {
			return nil
		}
		if err := mod.newUpdate(); err != nil {
			return err
		}
		return mod.t.restore(states)
	}
	return resume, errors.Join(err, mod.release())
}
