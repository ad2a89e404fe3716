package model

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// bindFused binds one device, with the update in its step.
func (t *trainer) bindFused() error {
	update, err := optimizer.NewGroup(t.m.opt, t.params)
	if err != nil {
		return err
	}
	t.update = fused{update}
	update.Rates.SetDefaultRescale(1 / float64(t.batch))
	weights := make([]*ndarray.NDArray, len(t.params))
	for i, p := range t.params {
		weights[i] = t.m.Params.Args[p.Name]
	}
	if err := update.Alloc(t.m.devices[0], weights); err != nil {
		return err
	}
	o := symbol.BindOptions{Regions: update.Region}
	o.Step = func(b *backend.Builder, name string, w, g backend.Value) {
		i := slices.IndexFunc(t.params, func(p optimizer.Param) bool { return p.Name == name })
		b.Write(symbol.ArgName(name), update.Update(b, i, w, g))
	}
	return t.bind(o, nil)
}

// bindUpdate makes the update that follows steps which leave gradients: in the store, which it takes over, or on the
// devices. One device needs no store, nil.
func (t *trainer) bindUpdate(kv kvstore.KVStore) error {
	x, err := newExchange(kv, t.params, t.parts)
	if err != nil {
		return err
	}
	rescale := 1 / float64(t.batch)
	if kv != nil && updatesInStore(kv.Type(), t.params) {
		u, err := newStored(x, t.m.opt)
		if err != nil {
			return first(err, x.close())
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
