//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
)

// memory is a block outside Go's heap. A cleanup frees it should its owner forget.
type memory struct {
	p       unsafe.Pointer
	size    int
	cleanup runtime.Cleanup
}

type block struct {
	p    unsafe.Pointer
	size int
}

func (b block) free() { C.gomx_free(b.p, C.int64_t(b.size)) }

func allocMemory(bytes int) (*memory, error) {
	p := C.gomx_alloc(C.int64_t(bytes + 2*guardBytes()))
	if p == nil {
		return nil, fmt.Errorf("cpu: no memory for %d bytes", bytes)
	}
	m := &memory{p: p, size: bytes}
	m.cleanup = runtime.AddCleanup(m, block.free, block{p, bytes + 2*guardBytes()})
	m.p = unsafe.Add(p, guardBytes())
	m.setGuards()
	return m, nil
}

func (m *memory) free() {
	if m == nil || m.p == nil {
		return
	}
	m.cleanup.Stop()
	block{unsafe.Add(m.p, -guardBytes()), m.size + 2*guardBytes()}.free()
	m.p = nil
}

func (m *memory) bytes() []byte {
	if m.size == 0 {
		return []byte{}
	}
	return unsafe.Slice((*byte)(m.p), m.size)
}

// buffer is memory of the device. Free waits for the last Bound that uses it.
type buffer struct {
	mu      sync.Mutex
	mem     *memory
	users   int
	freed   bool
	version atomic.Uint64
}

// Alloc gives memory that is not initialised.
func (d *Device) Alloc(bytes int) (backend.Buffer, error) {
	if bytes < 0 || bytes > math.MaxInt/2 {
		return nil, fmt.Errorf("%v: cannot allocate %d bytes", d, bytes)
	}
	m, err := allocMemory(bytes)
	if err != nil {
		return nil, err
	}
	return &buffer{mem: m}, nil
}

func (b *buffer) Size() int       { return b.mem.size }
func (b *buffer) Version() uint64 { return b.version.Load() }
func (b *buffer) Touch()          { b.version.Add(1) }

func (b *buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.mem.p == nil {
		return nil
	}
	return b.mem.bytes()
}

func (b *buffer) Free() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.freed = true
	b.freeUnused()
}

// retain keeps the memory until release; it fails on a freed buffer.
func (b *buffer) retain() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.freed {
		return fmt.Errorf("the buffer of %d bytes was freed", b.mem.size)
	}
	b.users++
	return nil
}

func (b *buffer) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users--
	b.freeUnused()
}

func (b *buffer) freeUnused() {
	if b.freed && b.users == 0 {
		b.mem.free()
	}
}
