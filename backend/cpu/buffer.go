//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import (
	"fmt"
	"math"
	"runtime"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
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

// Free gives it back; a second time does nothing.
func (m *memory) Free() {
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

// buffer is memory of the device.
type buffer struct {
	binding.Buffer
	mem *memory
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
	b := &buffer{mem: m}
	b.Hold(m, bytes)
	return b, nil
}

func (b *buffer) Bytes() []byte {
	if b.Gone() {
		return nil
	}
	return b.mem.bytes()
}
