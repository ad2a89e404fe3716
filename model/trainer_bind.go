package model

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

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
