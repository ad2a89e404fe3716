package cuda

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// memory is a block of a device. A cleanup gives it back should its owner forget.
type memory struct {
	p       cudrv.Ptr
	size    int
	block   block
	freed   bool
	cleanup runtime.Cleanup
}

type block struct {
	pool *pool
	p    cudrv.Ptr
	size int
}

func (b block) put() { b.pool.put(b.p, b.size) }

// alloc gives memory; that of no bytes has no address.
func (d *Device) alloc(bytes int) (*memory, error) {
	if bytes == 0 {
		return &memory{freed: true}, nil
	}
	p, size, err := d.pool.get(bytes)
	if err != nil {
		return nil, err
	}
	m := &memory{p: p, size: bytes, block: block{&d.pool, p, size}}
	m.cleanup = runtime.AddCleanup(m, block.put, m.block)
	return m, nil
}

// free gives the memory back in order with the device's work.
func (m *memory) free() {
	if m == nil || m.freed {
		return
	}
	m.freed = true
	m.cleanup.Stop()
	m.block.put()
}

// buffer is memory of the device. Free waits for the last Bound that uses it.
type buffer struct {
	dev     *Device
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
	m, err := d.alloc(bytes)
	if err != nil {
		return nil, err
	}
	return &buffer{dev: d, mem: m}, nil
}

func (b *buffer) Size() int       { return b.mem.size }
func (b *buffer) Bytes() []byte   { return nil }
func (b *buffer) Version() uint64 { return b.version.Load() }
func (b *buffer) Touch()          { b.version.Add(1) }

func (b *buffer) Free() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.freed = true
	b.freeUnused()
}

func (b *buffer) isFreed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.freed
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
