package cuda

import "github.com/gomx-org/gomx/backend"

// bindPrepare binds the Prepare entry to the same arguments when b reads what it makes.
func (b *bound) bindPrepare(args []backend.Region) error {
	p := b.x.p
	if b.en.kind == backend.Prepare || p.Entry(backend.Prepare) == nil || !b.en.readsPrepared(p) {
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

// readsPrepared reports whether a call of e uses a value that Prepare makes.
func (en *entry) readsPrepared(p *backend.Program) bool {
	made := make(map[backend.ValueID]bool)
	for _, c := range p.Entry(backend.Prepare).Calls {
		for _, id := range c.Out {
			made[id] = true
		}
	}
	for i := range en.calls {
		for _, id := range en.calls[i].In {
			if made[id] {
				return true
			}
		}
	}
	return false
}

// runPrepare runs Prepare unless its results are those of the very parameters b is bound to, as they are now.
func (b *bound) runPrepare() error {
	if b.prepare == nil || b.upToDate() {
		return nil
	}
	x := b.x
	x.prepared = nil
	if err := b.prepare.runSegments(); err != nil {
		return err
	}
	for _, r := range b.params {
		x.prepared = append(x.prepared, version{r.Buffer, r.Offset, r.Buffer.Version()})
	}
	return nil
}

func (b *bound) upToDate() bool {
	have := b.x.prepared
	if have == nil || len(have) != len(b.params) {
		return false
	}
	for i, r := range b.params {
		if have[i].buffer != r.Buffer || have[i].offset != r.Offset || have[i].version != r.Buffer.Version() {
			return false
		}
	}
	return true
}
