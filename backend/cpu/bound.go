//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
)

// bound is an entry with its addresses.
type bound struct {
	x        *executable
	en       *entry
	calls    []C.gomx_call // in C memory
	callsMem *memory
	code     *memory
	seconds  *memory // one double per step, when profiling
	hosts    []boundHost
	written  []*buffer // whose version a Run changes
	held     []*buffer
	pins     runtime.Pinner // host memory of Go among the arguments
	prepare  *bound         // makes what en reads of Prepare's results
	params   []backend.Region
	rebind   rebinding
	closed   bool
}

// boundHost has the memory that a hostStep works on.
type boundHost struct {
	in, out [][]byte
}

// Run runs the entry to its end.
func (b *bound) Run() error {
	x := b.x
	x.mu.Lock()
	defer x.mu.Unlock()
	if b.closed || x.closed {
		return fmt.Errorf("%v: run %v: %w", x.dev, b.en.kind, errClosed)
	}
	if err := b.runPrepare(); err != nil {
		return err
	}
	if err := b.runSegments(); err != nil {
		return err
	}
	for _, buf := range b.written {
		buf.Touch()
	}
	return nil
}

func (b *bound) runSegments() error {
	var err error
	if guarding {
		err = b.runGuarded()
	} else {
		err = b.runPlain()
	}
	if err != nil {
		return err
	}
	if b.x.profiling {
		b.collect()
	}
	return nil
}

func (b *bound) runPlain() error {
	hosts := 0
	for i := range b.en.segments {
		s := &b.en.segments[i]
		if s.host != nil {
			if err := b.runHost(s.host, &b.hosts[hosts]); err != nil {
				return err
			}
			hosts++
			continue
		}
		b.runC(s.from, s.to)
	}
	return nil
}

// runC runs steps from:to on the pool.
func (b *bound) runC(from, to int) {
	poolMu.Lock()
	defer poolMu.Unlock()
	if b.x.profiling {
		C.gomx_run_timed(&b.calls[from], C.int64_t(to-from), (*C.double)(unsafe.Add(b.seconds.p, 8*from)))
		return
	}
	C.gomx_run(&b.calls[from], C.int64_t(to-from))
}

func (b *bound) runHost(h *hostStep, m *boundHost) error {
	c := &b.en.calls[h.call]
	var since time.Time
	if b.x.profiling {
		since = time.Now()
	}
	if err := h.kernel.Run(m.in, m.out); err != nil {
		return &backend.Error{Device: b.x.dev.String(), Node: c.Node, Call: c.Kind.String(), Err: err}
	}
	if b.x.profiling {
		b.en.seconds[h.call] += time.Since(since).Seconds()
	}
	return nil
}

// collect adds the times of the steps to those of their calls.
func (b *bound) collect() {
	b.en.runs++
	seconds := unsafe.Slice((*float64)(b.seconds.p), len(b.en.steps))
	for i, s := range seconds {
		b.en.seconds[b.en.callOf[i]] += s
	}
	clear(seconds)
}

// Wait does nothing: Run has waited.
func (b *bound) Wait() error { return nil }

// Close lets go of the buffers.
func (b *bound) Close() {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	b.close()
}

func (b *bound) close() {
	if b.closed {
		return
	}
	b.closed = true
	if b.prepare != nil {
		b.prepare.close()
	}
	for _, buf := range b.held {
		buf.Release()
	}
	b.pins.Unpin()
	b.callsMem.Free()
	b.code.Free()
	b.seconds.Free()
	b.calls, b.held, b.written = nil, nil, nil
	b.x.bounds--
	b.x.freeUnused()
}
