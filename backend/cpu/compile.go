//go:build cgo

package cpu

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/gomx-org/gomx/internal/binding"
)

// Compile runs the passes, gives every value its place and lowers the calls. What has no kernel in C runs on backend/ref in
// the same memory; Fallbacks lists it.
func (d *Device) Compile(p *backend.Program, o backend.Options) (backend.Executable, error) {
	if err := p.Verify(); err != nil {
		return nil, fmt.Errorf("%v: %w", d, err)
	}
	p, err := passes.Optimize(p, d, o)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", d, err)
	}
	cx := &compileCtx{Lowering: binding.NewLowering(p, alignment), dev: d}
	x := &executable{dev: d, p: p, profiling: o.Profile, places: cx.Places}
	for i := range p.Entries {
		en, err := lowerEntry(cx, &p.Entries[i])
		if err != nil {
			return nil, err
		}
		x.entries = append(x.entries, en)
	}
	if err := x.allocate(cx); err != nil {
		x.Close()
		return nil, fmt.Errorf("%v: %w", d, err)
	}
	return x, nil
}

// entry is a lowered entry point: steps in order, cut into segments.
type entry struct {
	kind     backend.EntryKind
	calls    []backend.Call
	steps    []step
	callOf   []int // the call that each step belongs to
	segments []segment
	seconds  []float64 // per call, when profiling
	runs     int
}

// segment is either steps[from:to], run by one call into C, or a Go function.
type segment struct {
	from, to int
	host     *hostStep
}

// hostStep is a call that runs in Go: a Host call, or a kernel of backend/ref.
type hostStep struct {
	call   int
	kernel ref.Kernel
}

func lowerEntry(cx *compileCtx, e *backend.Entry) (*entry, error) {
	en := &entry{kind: e.Kind, calls: e.Calls, seconds: make([]float64, len(e.Calls))}
	cx.steps = nil
	begin := 0 // of the segment in the making
	flush := func() {
		if end := len(cx.steps); end > begin {
			en.segments = append(en.segments, segment{from: begin, to: end})
			begin = end
		}
	}
	for i := range e.Calls {
		c := &e.Calls[i]
		fail := func(err error) error {
			return &backend.Error{Device: cx.dev.String(), Node: c.Node, Call: fmt.Sprintf("%v (call %d of %v)", c.Kind, i, e.Kind), Err: err}
		}
		if cx.Plan.Idle(c) {
			continue
		}
		if !cx.dev.Supports(cx.P, c) {
			k, err := ref.NewKernel(cx.P, c)
			if err != nil {
				return nil, fail(err)
			}
			flush()
			en.segments = append(en.segments, segment{host: &hostStep{call: i, kernel: k}})
			continue
		}
		cx.Used = 0
		if err := kernels[c.Kind].lower(cx, c); err != nil {
			return nil, fail(err)
		}
		for k := len(en.callOf); k < len(cx.steps); k++ {
			if err := checkStep(&cx.steps[k]); err != nil {
				return nil, fail(err)
			}
			en.callOf = append(en.callOf, i)
		}
	}
	flush()
	en.steps = cx.steps
	return en, nil
}

func checkStep(s *step) error {
	if len(s.Ptrs) > maxPtrs || len(s.N) > maxInts || len(s.F) > maxFloats || s.Pieces >= 1<<31 {
		return fmt.Errorf("BUG: a step with %d pointers, %d integers, %d floats, %d pieces", len(s.Ptrs), len(s.N), len(s.F), s.Pieces)
	}
	return nil
}

// Fallbacks lists the calls of p that this device runs on backend/ref because there is no kernel in C for them.
func (d *Device) Fallbacks(p *backend.Program) []string {
	var list []string
	for i := range p.Entries {
		e := &p.Entries[i]
		for k := range e.Calls {
			c := &e.Calls[k]
			if c.Kind != backend.Host && !d.Supports(p, c) {
				list = append(list, fmt.Sprintf("%v %d: %s", e.Kind, k, p.CallString(c)))
			}
		}
	}
	return list
}
