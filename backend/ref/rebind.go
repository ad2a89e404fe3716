package ref

import (
	"errors"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// Rebind implements backend.Rebinder for entries without prepared values.
func (b *bound) Rebind(args []backend.Region) error {
	x := b.x
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case b.closed || x.closed:
		return x.errClosed()
	case b.prepare != nil || b.kind == backend.Prepare || len(args) != len(x.p.Args):
		return errors.ErrUnsupported
	}
	e := x.entries[b.kind]
	mem, err := x.resolveArgs(e, args)
	if err != nil {
		b.closed = true
		return err
	}
	for i := range b.steps {
		b.steps[i].pointAt(x, mem)
	}
	b.written = b.written[:0]
	for _, i := range e.args {
		if buf := args[i].Buffer; e.written[i] && buf != nil && !slices.Contains(b.written, buf) {
			b.written = append(b.written, buf)
		}
	}
	return nil
}

// pointAt sets the memory of the step's values.
func (s *step) pointAt(x *executable, args [][]byte) {
	s.in, s.out = s.in[:0], s.out[:0]
	for _, id := range s.call.In {
		s.in = append(s.in, x.memory(id, args))
	}
	for _, id := range s.call.Out {
		s.out = append(s.out, x.memory(id, args))
	}
	if a, ok := s.call.Attrs.(*backend.WriteAttrs); ok {
		s.out = append(s.out, args[a.Arg])
	}
}
