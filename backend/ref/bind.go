package ref

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/internal/binding"
)

// bound is an entry with all addresses resolved.
type bound struct {
	x       *executable
	entry   *entry
	steps   []step
	mem     [][]byte       // by argument
	spans   []binding.Span // for CheckOverlap
	written []backend.Buffer
	prepare *bound           // run first when its sources changed; nil when not needed
	sources []backend.Region // of Prepare: the arguments it reads
	err     error
	closed  bool
}

// step is one kernel on its memory.
type step struct {
	*work
	in, out [][]byte
}

func (x *executable) Bind(kind backend.EntryKind, args []backend.Region) (backend.Bound, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil, x.errClosed()
	}
	b, err := x.bind(kind)
	if err != nil {
		return nil, err
	}
	if err := b.point(args); err != nil {
		return nil, err
	}
	return b, nil
}

// bind makes a bound that does not know its arguments yet.
func (x *executable) bind(kind backend.EntryKind) (*bound, error) {
	e := x.entries[kind]
	if e == nil {
		return nil, fmt.Errorf("%s: the program has no entry %v", x.device.name, kind)
	}
	b := &bound{x: x, entry: e, mem: make([][]byte, len(x.p.Args))}
	for i := range e.work {
		w := &e.work[i]
		outs := len(w.call.Out)
		if w.call.Kind == backend.Write {
			outs = 1
		}
		b.steps = append(b.steps, step{w, make([][]byte, len(w.call.In)), make([][]byte, outs)})
	}
	if e.needsPrepare {
		var err error
		b.prepare, err = x.bind(backend.Prepare)
		return b, err
	}
	return b, nil
}

// Rebind implements backend.Rebinder.
func (b *bound) Rebind(args []backend.Region) error {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	if err := b.usable(); err != nil {
		return err
	}
	err := b.point(args)
	if err != nil {
		b.close()
	}
	return err
}

// point gives every step its memory.
func (b *bound) point(args []backend.Region) error {
	if err := b.resolveArgs(args); err != nil {
		return err
	}
	for i := range b.steps {
		s := &b.steps[i]
		for k, id := range s.call.In {
			s.in[k] = b.memory(id)
		}
		for k, id := range s.call.Out {
			s.out[k] = b.memory(id)
		}
		if a, ok := s.call.Attrs.(*backend.WriteAttrs); ok {
			s.out[0] = b.mem[a.Arg]
		}
	}
	b.written, b.sources = b.written[:0], b.sources[:0]
	for _, i := range b.entry.args {
		switch {
		case b.entry.written[i] && args[i].Buffer != nil:
			b.written = append(b.written, args[i].Buffer)
		case b.entry.kind == backend.Prepare:
			b.sources = append(b.sources, args[i])
		}
	}
	if b.prepare != nil {
		return b.prepare.point(args)
	}
	return nil
}

// resolveArgs finds the memory of each argument that the entry uses.
func (b *bound) resolveArgs(args []backend.Region) error {
	e, p, name := b.entry, b.x.p, b.x.device.name
	if len(args) != len(p.Args) {
		return fmt.Errorf("%s: %d regions given, the program has %d arguments", name, len(args), len(p.Args))
	}
	for _, i := range e.args {
		a := &p.Args[i]
		m, err := regionBytes(args[i])
		if err != nil {
			return fmt.Errorf("%s: bind %v: argument %q: %w", name, e.kind, a.Name, err)
		}
		if want := a.Shape.Size() * a.DType.Size(); len(m) != want {
			return fmt.Errorf("%s: bind %v: argument %q has %d bytes, want %d for %v %v", name, e.kind, a.Name, len(m), want, a.DType, a.Shape)
		}
		b.mem[i] = m
	}
	spans := b.spans[:0]
	for _, i := range e.args {
		if m := b.mem[i]; len(m) > 0 {
			from := uintptr(unsafe.Pointer(unsafe.SliceData(m)))
			spans = append(spans, binding.Span{From: from, To: from + uintptr(len(m)), Arg: i})
		}
	}
	b.spans = spans
	if err := binding.CheckOverlap(p, spans); err != nil {
		return fmt.Errorf("%s: bind %v: %w", name, e.kind, err)
	}
	return nil
}

// memory is where a value lies.
func (b *bound) memory(id backend.ValueID) []byte {
	x := b.x
	at, n := x.plan.Places[id], x.p.Value(id).Bytes()
	var area []byte
	switch at.Area {
	case passes.Arena:
		area = x.arena
	case passes.Persistent:
		area = x.persistent
	case passes.Consts:
		area = x.consts
	case passes.InArg:
		area = b.mem[at.Arg]
	}
	return area[at.Offset : at.Offset+n : at.Offset+n]
}

// Run runs the entry, after Prepare when a parameter changed since it last ran.
func (b *bound) Run() error {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	if err := b.usable(); err != nil {
		return err
	}
	b.err = b.run()
	if b.err != nil {
		b.x.device.note(b.err)
	}
	return b.err
}

func (b *bound) usable() error {
	if b.x.closed {
		return b.x.errClosed()
	}
	if b.closed {
		return fmt.Errorf("%s: the bound entry is closed", b.x.device.name)
	}
	return nil
}

func (b *bound) run() error {
	if b.prepare != nil && !b.x.prepared.Current(b.prepare.sources) {
		if err := b.prepare.run(); err != nil {
			return err
		}
	}
	if b.entry.kind == backend.Prepare {
		b.x.prepared.Forget()
	}
	err := b.runSteps()
	for _, w := range b.written {
		w.Touch()
	}
	if b.entry.kind == backend.Prepare && err == nil {
		b.x.prepared.Remember(b.sources)
	}
	return err
}

func (b *bound) runSteps() error {
	for i := range b.steps {
		s := &b.steps[i]
		var begin time.Time
		if b.x.profile {
			begin = time.Now()
		}
		if err := s.kernel.Run(s.in, s.out); err != nil {
			return &backend.Error{Device: b.x.device.name, Node: s.call.Node, Call: fmt.Sprintf("%v %v", s.call.Kind, s.call.Attrs), Err: err}
		}
		if b.x.profile {
			s.timing.Runs++
			s.timing.Seconds += time.Since(begin).Seconds()
		}
	}
	return nil
}

// Wait gives the error of the last Run, which is done when it returns.
func (b *bound) Wait() error {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	return b.err
}

func (b *bound) Close() {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	b.close()
}

func (b *bound) close() {
	b.steps, b.mem, b.written, b.prepare, b.sources, b.closed = nil, nil, nil, nil, nil, true
}
