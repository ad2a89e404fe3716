//go:build cgo

package cpu

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// executable is a compiled Program with its memory: arena, scratch, constants.
type executable struct {
	dev       *Device
	p         *backend.Program
	entries   []*entry
	places    []place // of each value
	profiling bool

	mu     sync.Mutex // held during a Run: entries share the arena
	closed bool
	bounds int                        // not closed yet; the last one frees what Close left
	memory [binding.NumSpaces]*memory // arena, persistent, scratch, constants

	prepared binding.Prepared // what the results of Prepare were made from
}

func (x *executable) allocate(cx *compileCtx) (err error) {
	sizes := cx.Sizes()
	for s := binding.SpaceArena; s < binding.NumSpaces; s++ {
		if x.memory[s], err = allocMemory(sizes[s]); err != nil {
			return fmt.Errorf("%v: %w", s, err)
		}
	}
	copy(x.memory[binding.SpaceConst].bytes(), cx.Consts)
	return reserveScratch(cx.threadScratch)
}

// Program is the list after all passes.
func (x *executable) Program() *backend.Program { return x.p }

// Close frees the memory once no Bound is left; running one of them is an error from now on.
func (x *executable) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	x.freeUnused()
	return nil
}

func (x *executable) freeUnused() {
	if x.closed && x.bounds == 0 {
		for _, m := range x.memory {
			m.Free()
		}
	}
}

func (x *executable) entry(kind backend.EntryKind) *entry {
	for _, e := range x.entries {
		if e.kind == kind {
			return e
		}
	}
	return nil
}

// address resolves a reference, given the addresses of the arguments.
func (x *executable) address(r place, args []unsafe.Pointer) unsafe.Pointer {
	if r.Space == binding.SpaceValue {
		r = x.places[r.Index].At(r.Offset)
	}
	switch r.Space {
	case binding.SpaceNil:
		return nil
	case binding.SpaceArg:
		return unsafe.Add(args[r.Index], r.Offset)
	}
	return unsafe.Add(x.memory[r.Space].p, r.Offset)
}

// Profile gives the time per call of every entry that ran.
func (x *executable) Profile() []backend.Timing {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []backend.Timing
	for _, e := range x.entries {
		if e.runs == 0 {
			continue
		}
		for i := range e.calls {
			c := &e.calls[i]
			list = append(list, backend.Timing{Entry: e.kind, Call: i, Node: c.Node, Kernel: x.kernelName(c), Runs: e.runs, Seconds: e.seconds[i]})
		}
	}
	return list
}

func (x *executable) kernelName(c *backend.Call) string {
	switch {
	case c.Kind == backend.Host:
		return "Host"
	case !x.dev.Supports(x.p, c):
		return c.Kind.String() + " ref"
	}
	return c.Kind.String() + " " + x.dev.level.String()
}

var errClosed = errors.New("the executable is closed")
