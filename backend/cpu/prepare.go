//go:build cgo

package cpu

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// bindPrepare binds the Prepare entry to the same arguments when b reads what it makes.
func (b *bound) bindPrepare(args []backend.Region) error {
	p := b.x.p
	if b.en.kind == backend.Prepare || !binding.ReadsPrepared(p, b.en.calls) {
		return nil
	}
	var err error
	if b.prepare, err = b.x.bind(backend.Prepare, args); err != nil {
		return err
	}
	for _, i := range p.UsedArgs(backend.Prepare) {
		b.params = append(b.params, args[i])
	}
	return nil
}

// runPrepare runs Prepare unless its results are those of the very parameters b is bound to, as they are now.
func (b *bound) runPrepare() error {
	x := b.x
	if b.prepare == nil || x.prepared.Current(b.params) {
		return nil
	}
	x.prepared.Forget()
	if err := b.prepare.runSegments(); err != nil {
		return err
	}
	x.prepared.Remember(b.params)
	return nil
}
