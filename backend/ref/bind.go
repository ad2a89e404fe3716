package ref

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
)

// source is memory of an argument and its state.
type source struct {
	region  backend.Region
	version uint64
}

// bound is an entry with all addresses resolved.
type bound struct {
	x       *executable
	kind    backend.EntryKind
	steps   []step
	written []backend.Buffer
	prepare *bound   // run first when its sources changed; nil when not needed
	sources []source // of Prepare: the arguments it reads
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
	return x.bind(kind, args)
}

func (x *executable) bind(kind backend.EntryKind, args []backend.Region) (*bound, error) {
	e := x.entries[kind]
	if e == nil {
		return nil, fmt.Errorf("%s: the program has no entry %v", x.device.name, kind)
	}
	if len(args) != len(x.p.Args) {
		return nil, fmt.Errorf("%s: %d regions given, the program has %d arguments", x.device.name, len(args), len(x.p.Args))
	}
	mem, err := x.resolveArgs(e, args)
	if err != nil {
		return nil, err
	}
	b := &bound{x: x, kind: kind}
	for i := range e.work {
		w := &e.work[i]
		s := step{work: w}
		for _, id := range w.call.In {
			s.in = append(s.in, x.memory(id, mem))
		}
		for _, id := range w.call.Out {
			s.out = append(s.out, x.memory(id, mem))
		}
		if a, ok := w.call.Attrs.(*backend.WriteAttrs); ok {
			s.out = append(s.out, mem[a.Arg])
		}
		b.steps = append(b.steps, s)
	}
	for _, i := range e.args {
		switch {
		case e.written[i] && args[i].Buffer != nil:
			b.written = append(b.written, args[i].Buffer)
		case kind == backend.Prepare:
			b.sources = append(b.sources, source{region: args[i]})
		}
	}
	if e.needsPrepare {
		if b.prepare, err = x.bind(backend.Prepare, args); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// resolveArgs gives the memory of each argument that the entry uses.
func (x *executable) resolveArgs(e *entry, args []backend.Region) ([][]byte, error) {
	mem := make([][]byte, len(args))
	for _, i := range e.args {
		a := &x.p.Args[i]
		m, err := regionBytes(args[i])
		if err != nil {
			return nil, fmt.Errorf("%s: bind %v: argument %q: %w", x.device.name, e.kind, a.Name, err)
		}
		if want := a.Shape.Size() * a.DType.Size(); len(m) != want {
			return nil, fmt.Errorf("%s: bind %v: argument %q has %d bytes, want %d for %v %v", x.device.name, e.kind, a.Name, len(m), want, a.DType, a.Shape)
		}
		mem[i] = m
	}
	for _, i := range e.args {
		for _, j := range e.args {
			if i != j && e.written[i] && overlap(mem[i], mem[j]) {
				return nil, fmt.Errorf("%s: bind %v: argument %q is written and overlaps %q", x.device.name, e.kind, x.p.Args[i].Name, x.p.Args[j].Name)
			}
		}
	}
	return mem, nil
}

func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	pa, pb := uintptr(unsafe.Pointer(unsafe.SliceData(a))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return pa < pb+uintptr(len(b)) && pb < pa+uintptr(len(a))
}

// memory is where a value lies.
func (x *executable) memory(id backend.ValueID, args [][]byte) []byte {
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
		area = args[at.Arg]
	}
	return area[at.Offset : at.Offset+n : at.Offset+n]
}

// Run runs the entry, after Prepare when a parameter changed since it last ran.
func (b *bound) Run() error {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	if b.x.closed {
		return b.x.errClosed()
	}
	if b.closed {
		return fmt.Errorf("%s: the bound entry is closed", b.x.device.name)
	}
	b.err = b.run()
	if b.err != nil {
		b.x.device.note(b.err)
	}
	return b.err
}

func (b *bound) run() error {
	if b.prepare != nil && b.prepare.stale() {
		if err := b.prepare.run(); err != nil {
			return err
		}
	}
	if b.kind == backend.Prepare {
		b.x.isPrepared = false
	}
	err := b.runSteps()
	for _, w := range b.written {
		w.Touch()
	}
	if b.kind == backend.Prepare && err == nil {
		b.remember()
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

// stale reports whether Prepare has to run before its results are used with these arguments.
func (b *bound) stale() bool {
	done := b.x.prepared
	if !b.x.isPrepared || len(done) != len(b.sources) {
		return true
	}
	for i, s := range b.sources {
		r, was := s.region, done[i]
		if r.Buffer == nil || r.Buffer != was.region.Buffer || r.Offset != was.region.Offset || r.Buffer.Version() != was.version {
			return true // host memory has no version
		}
	}
	return false
}

// remember notes what Prepare ran on.
func (b *bound) remember() {
	b.x.isPrepared = true
	b.x.prepared = append(b.x.prepared[:0], b.sources...)
	for i := range b.x.prepared {
		if r := b.x.prepared[i].region; r.Buffer != nil {
			b.x.prepared[i].version = r.Buffer.Version()
		}
	}
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
	b.steps, b.written, b.prepare, b.sources, b.closed = nil, nil, nil, nil, true
}
