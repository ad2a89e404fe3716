package cuda

import (
	"errors"
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// Rebind implements backend.Rebinder for entries without Host calls and prepared values.
func (b *bound) Rebind(args []backend.Region) error {
	x := b.x
	x.mu.Lock()
	defer x.mu.Unlock()
	if b.closed || x.closed {
		return fmt.Errorf("%v: bind %v: %w", x.dev, b.en.kind, errClosed)
	}
	if b.prepare != nil || len(b.hosts) > 0 || len(args) != len(x.p.Args) {
		return errors.ErrUnsupported
	}
	if err := b.pointAt(args); err != nil {
		b.close()
		return fmt.Errorf("%v: bind %v: %w", x.dev, b.en.kind, err)
	}
	return nil
}

// pointAt exchanges the arguments that are held, then the addresses in the list.
func (b *bound) pointAt(args []backend.Region) error {
	before := b.held
	b.held, b.written = b.spare[:0], b.written[:0]
	err := b.hold(args)
	for i, buf := range before {
		buf.Release()
		before[i] = nil
	}
	b.spare = before
	if err == nil {
		b.point()
	}
	return err
}
