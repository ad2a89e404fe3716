package cuda

import (
	"fmt"
	"math"
	"runtime"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
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

// Free gives the memory back in order with the device's work.
func (m *memory) Free() {
	if m == nil || m.freed {
		return
	}
	m.freed = true
	m.cleanup.Stop()
	m.block.put()
}

// buffer is memory of the device.
type buffer struct {
	binding.Buffer
	dev *Device
	mem *memory
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
	b := &buffer{dev: d, mem: m}
	b.Hold(m, bytes)
	return b, nil
}

func (b *buffer) Bytes() []byte { return nil }
