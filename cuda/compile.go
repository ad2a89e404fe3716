package cuda

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/internal/binding"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// Compile runs the passes, gives every value its place, lowers the calls and loads their kernels. Calls without a kernel are
// refused, all in one *backend.NoKernelError.
func (d *Device) Compile(p *backend.Program, o backend.Options) (backend.Executable, error) {
	if err := p.Verify(); err != nil {
		return nil, fmt.Errorf("%v: %w", d, err)
	}
	p, err := passes.Optimize(p, d, o)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", d, err)
	}
	if !o.NoFuse {
		p = lineUp(p)
		if err := p.Verify(); err != nil {
			return nil, fmt.Errorf("%v: BUG: pass line-up: %w", d, err)
		}
		if o.Trace != nil {
			o.Trace("line-up", p)
		}
	}
	cx := &compileCtx{Lowering: binding.NewLowering(p, alignment), dev: d, apart: o.NoFuse}
	if gaps := cx.gaps(); len(gaps) > 0 {
		return nil, &backend.NoKernelError{Device: d.String(), Gaps: gaps}
	}
	if err := d.faults.lostError(); err != nil {
		return nil, err
	}
	x := &executable{dev: d, p: p, profiling: o.Profile, places: cx.Places, modules: map[*loadedModule]bool{}}
	if err := x.lower(cx); err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// lower makes the entries and the memory they need.
func (x *executable) lower(cx *compileCtx) error {
	for i := range x.p.Entries {
		en, err := x.lowerEntry(cx, &x.p.Entries[i])
		if err != nil {
			return err
		}
		x.entries = append(x.entries, en)
	}
	return x.allocate(cx)
}

// gaps lists the calls that the device has no kernel for.
func (cx *compileCtx) gaps() []string {
	var list []string
	for i := range cx.P.Entries {
		for k := range cx.P.Entries[i].Calls {
			c := &cx.P.Entries[i].Calls[k]
			if cx.Plan.Idle(c) || cx.dev.Supports(cx.P, c) {
				continue
			}
			if gap := cx.P.CallString(c); !slices.Contains(list, gap) {
				list = append(list, gap)
			}
		}
	}
	return list
}

// entry is a lowered entry point: the operations that a run enqueues, cut into segments.
type entry struct {
	kind      backend.EntryKind
	calls     []backend.Call
	steps     []step
	callOf    []int            // the call that each step belongs to
	functions []cudrv.Function // of each step, for launches
	ops       []int            // what each operation of a List is: a step, or one of the numbers below
	segments  []segment
	seconds   []float64 // per call, when profiling
	runs      int
}

const (
	opTime = -1 // recording an event that measures
	opDone = -2 // recording the event that Wait waits for
)

// segment is either ops[from:to], enqueued by one call into C, or a Host call.
type segment struct {
	from, to int
	host     int // the call; -1 for operations
}

func (x *executable) lowerEntry(cx *compileCtx, e *backend.Entry) (*entry, error) {
	en := &entry{kind: e.Kind, calls: e.Calls, seconds: make([]float64, len(e.Calls))}
	cx.steps = nil
	begin := 0 // of the segment in the making
	flush := func(more ...int) {
		if x.profiling && len(en.ops) > begin {
			en.ops = append(en.ops, opTime)
		}
		en.ops = append(en.ops, more...)
		if len(en.ops) > begin {
			en.segments = append(en.segments, segment{from: begin, to: len(en.ops), host: -1})
			begin = len(en.ops)
		}
	}
	for i, n := 0, 1; i < len(e.Calls); i, n = i+n, 1 {
		c := &e.Calls[i]
		if cx.Plan.Idle(c) {
			continue
		}
		if c.Kind == backend.Host {
			flush()
			en.segments = append(en.segments, segment{host: i})
			continue
		}
		before := len(cx.steps)
		lower := func() error { return kernels[c.Kind].lower(cx, c) }
		if maps, calls := cx.equalMaps(e.Calls[i:]); len(maps) > 1 {
			n = calls
			lower = func() error { return cx.emitMaps(maps) }
		}
		if err := x.lowerSteps(cx, en, lower); err != nil {
			if e := (*cudrv.Error)(nil); errors.As(err, &e) && e.Sticky() {
				return nil, x.dev.fail(err)
			}
			return nil, &backend.Error{Device: cx.dev.String(), Node: c.Node, Call: fmt.Sprintf("%v (call %d of %v)", c.Kind, i, e.Kind), Err: err}
		}
		if x.profiling && len(cx.steps) > before {
			en.ops = append(en.ops, opTime)
		}
		for k := before; k < len(cx.steps); k++ {
			en.callOf = append(en.callOf, i)
			en.ops = append(en.ops, k)
		}
	}
	flush(opDone)
	en.steps = cx.steps
	return en, nil
}

// lowerSteps takes the steps that lower emits for a call, or for several, and loads what they launch.
func (x *executable) lowerSteps(cx *compileCtx, en *entry, lower func() error) error {
	cx.Used = 0
	before := len(cx.steps)
	if err := lower(); err != nil {
		return err
	}
	for k := before; k < len(cx.steps); k++ {
		s := &cx.steps[k]
		var f cudrv.Function
		if err := checkStep(s); err != nil {
			return err
		}
		if s.kind == launchStep {
			var err error
			if f, err = x.dev.modules.use(x.dev, s.fn, x.modules); err != nil {
				return err
			}
		}
		en.functions = append(en.functions, f)
	}
	return nil
}

// checkStep holds a launch to the kernel's declaration and to the limits of every GPU.
func checkStep(s *step) error {
	if s.kind == fillStep && s.bytes%4 != 0 {
		return fmt.Errorf("BUG: a fill of %d bytes, want words", s.bytes)
	}
	if s.kind != launchStep {
		return nil
	}
	if len(s.args) != len(s.fn.params) {
		return fmt.Errorf("BUG: %s takes %d parameters, given %d", s.fn.name, len(s.fn.params), len(s.args))
	}
	for i, a := range s.args {
		if n := a.size(); n != s.fn.params[i] {
			return fmt.Errorf("BUG: parameter %d of %s takes %d bytes, given %d", i, s.fn.name, s.fn.params[i], n)
		}
	}
	if s.grid[0] > 1<<31-1 || s.grid[1] > maxGridZ || s.grid[2] > maxGridZ {
		return fmt.Errorf("%s: a grid of %v blocks is more than CUDA allows", s.fn.name, s.grid)
	}
	return nil
}

// size is the bytes of a parameter.
func (a *arg) size() int {
	if a.bits == nil {
		return 8
	}
	return len(a.bits)
}

// stepOf is the step of an operation, nil for events.
func (en *entry) stepOf(op int) *step {
	if k := en.ops[op]; k >= 0 {
		return &en.steps[k]
	}
	return nil
}

// nameOf tells the node of an operation, and its kernel with its place in the entry.
func (en *entry) nameOf(op int) (node, kernel string) {
	k := en.ops[op]
	if k < 0 {
		return "", fmt.Sprintf("an event of %v", en.kind)
	}
	call := en.callOf[k]
	return en.calls[call].Node, fmt.Sprintf("%s (call %d of %v)", en.steps[k].name(), call, en.kind)
}

// name is what an error or a profile calls a step.
func (s *step) name() string {
	switch s.kind {
	case copyStep:
		return "copy"
	case fillStep:
		return "fill"
	case gemmStep:
		t := s.gemm.terms()
		return t.Function()
	}
	if s.maps > 0 {
		return fmt.Sprintf("kernel %s for %d Maps", s.fn.name, s.maps)
	}
	return "kernel " + s.fn.name
}
