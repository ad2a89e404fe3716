package cuda

import (
	"errors"
	"fmt"
	"sync"

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
	modules   map[*loadedModule]bool // whose kernels it launches

	mu     sync.Mutex // held during a Run: entries share the arena
	closed bool
	bounds int                        // not closed yet; the last one frees what Close left
	memory [binding.NumSpaces]*memory // arena, persistent, scratch, constants

	prepared binding.Prepared // what the results of Prepare were made from
}

func (x *executable) allocate(cx *compileCtx) (err error) {
	for s, bytes := range cx.Sizes() {
		if x.memory[s], err = x.dev.alloc(bytes); err != nil {
			return fmt.Errorf("%w (memory for %v)", err, binding.Space(s))
		}
	}
	if len(cx.Consts) == 0 {
		return nil
	}
	return x.dev.write(x.memory[binding.SpaceConst].p, cx.Consts)
}

// Program is the list after all passes.
func (x *executable) Program() *backend.Program { return x.p }

// Close frees the memory once no Bound is left; running one of them is an error from now on.
func (x *executable) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	return x.freeUnused()
}

func (x *executable) freeUnused() error {
	if !x.closed || x.bounds > 0 {
		return nil
	}
	for _, m := range x.memory {
		m.Free()
	}
	return x.dev.modules.release(x.dev, x.modules)
}

func (x *executable) entry(kind backend.EntryKind) *entry {
	for _, e := range x.entries {
		if e.kind == kind {
			return e
		}
	}
	return nil
}

var errClosed = errors.New("the executable is closed")
