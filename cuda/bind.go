package cuda

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// Bind resolves addresses for one entry.
func (x *executable) Bind(kind backend.EntryKind, args []backend.Region) (backend.Bound, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	b, err := x.bind(kind, args)
	if err != nil {
		return nil, fmt.Errorf("%v: bind %v: %w", x.dev, kind, err)
	}
	return b, nil
}

func (x *executable) bind(kind backend.EntryKind, args []backend.Region) (*bound, error) {
	en := x.entry(kind)
	switch {
	case x.closed:
		return nil, errClosed
	case en == nil:
		return nil, fmt.Errorf("the Program has no such entry")
	case len(args) != len(x.p.Args):
		return nil, fmt.Errorf("%d arguments, want %d", len(args), len(x.p.Args))
	}
	if err := x.dev.faults.lostError(); err != nil {
		return nil, err
	}
	b := &bound{x: x, en: en, used: x.p.UsedArgs(kind), addrs: make([]cudrv.Ptr, len(args))}
	x.bounds++
	if err := b.resolve(args); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bound) resolve(args []backend.Region) (err error) {
	if err := b.hold(args); err != nil {
		return err
	}
	if b.done, err = b.x.dev.ctx.NewEvent(false); err != nil {
		return b.x.dev.fail(err)
	}
	if err := b.fillList(); err != nil {
		return err
	}
	b.point()
	for _, s := range b.en.segments {
		if s.host >= 0 {
			b.hosts = append(b.hosts, b.newHost(&b.en.calls[s.host]))
		}
	}
	return b.bindPrepare(args)
}

// hold checks the arguments, keeps their memory alive until close, and notes their addresses.
func (b *bound) hold(args []backend.Region) error {
	p := b.x.p
	for _, i := range b.used {
		a, r := &p.Args[i], args[i]
		addr, err := b.x.dev.argument(a, r)
		if err != nil {
			return fmt.Errorf("argument %q: %w", a.Name, err)
		}
		buf := r.Buffer.(*buffer)
		if err := buf.Retain(); err != nil {
			return fmt.Errorf("argument %q: %w", a.Name, err)
		}
		b.addrs[i] = addr
		b.held = append(b.held, buf)
		if a.Mode != backend.In && !slices.Contains(b.written, buf) {
			b.written = append(b.written, buf)
		}
	}
	return b.checkOverlap()
}

// argument checks the memory of an argument and gives its address.
func (d *Device) argument(a *backend.Arg, r backend.Region) (cudrv.Ptr, error) {
	want := a.Shape.Size() * a.DType.Size()
	if r.Buffer == nil {
		return 0, errors.New("host memory; a GPU works on buffers of its own")
	}
	addr, err := d.address(r)
	if err == nil && r.Length != want {
		err = fmt.Errorf("%d bytes, want %d for %v %v", r.Length, want, a.DType, a.Shape)
	}
	return addr, err
}

// checkOverlap makes sure that no argument that is written overlaps another.
func (b *bound) checkOverlap() error {
	p := b.x.p
	spans := b.spans[:0]
	for _, i := range b.used {
		a := &p.Args[i]
		if n := a.Shape.Size() * a.DType.Size(); n > 0 {
			spans = append(spans, binding.Span{From: uintptr(b.addrs[i]), To: uintptr(b.addrs[i]) + uintptr(n), Arg: i})
		}
	}
	b.spans = spans
	return binding.CheckOverlap(p, spans)
}
