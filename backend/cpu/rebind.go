//go:build cgo

package cpu

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
)

// rebinding is memory that Rebind uses again and again, so that it allocates nothing.
type rebinding struct {
	used  []int // arguments of the entry
	addrs []unsafe.Pointer
	spare []*buffer
}

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

// pointAt exchanges the arguments that are held, then the addresses in the C calls.
func (b *bound) pointAt(args []backend.Region) error {
	r := &b.rebind
	if r.addrs == nil {
		r.used, r.addrs = b.x.p.UsedArgs(b.en.kind), make([]unsafe.Pointer, len(args))
	}
	if err := checkArgs(b.x.p, r.used, args); err != nil {
		return err
	}
	before := b.held
	b.held, b.written = r.spare[:0], b.written[:0]
	defer func() {
		for i, buf := range before {
			buf.Release()
			before[i] = nil
		}
		r.spare = before
	}()
	b.pins.Unpin()
	for _, i := range r.used {
		if err := b.hold(&b.x.p.Args[i], args[i]); err != nil {
			return fmt.Errorf("argument %q: %w", b.x.p.Args[i].Name, err)
		}
		r.addrs[i] = unsafe.Pointer(unsafe.SliceData(args[i].Bytes()))
	}
	for i := range b.en.steps {
		for k, place := range b.en.steps[i].Ptrs {
			b.calls[i].p[k] = b.x.address(place, r.addrs)
		}
	}
	return nil
}
