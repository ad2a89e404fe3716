package binding

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Memory is a block that a device gave out.
type Memory interface {
	Free()
}

// Buffer is what the buffers of all devices have in common: who frees one while a Bound uses it only says so, and the last
// user gives the memory back. The zero value, with Hold called once, is ready.
type Buffer struct {
	mu      sync.Mutex
	mem     Memory
	size    int
	users   int
	freed   bool
	version atomic.Uint64
}

// Hold makes b the owner of memory of so many bytes.
func (b *Buffer) Hold(mem Memory, size int) { b.mem, b.size = mem, size }

// Size is the bytes asked for.
func (b *Buffer) Size() int { return b.size }

// Version counts the changes told by Touch.
func (b *Buffer) Version() uint64 { return b.version.Load() }

// Touch says that the contents have changed.
func (b *Buffer) Touch() { b.version.Add(1) }

// Free gives the memory back, now or when its last user is done.
func (b *Buffer) Free() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.freed = true
	b.freeUnused()
}

// Freed reports whether the owner has let it go.
func (b *Buffer) Freed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.freed
}

// Gone reports whether the memory has been given back.
func (b *Buffer) Gone() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.freed && b.users == 0
}

// Retain keeps the memory until Release; it fails on a freed buffer.
func (b *Buffer) Retain() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.freed {
		return fmt.Errorf("the buffer of %d bytes was freed", b.size)
	}
	b.users++
	return nil
}

// Release ends what Retain began.
func (b *Buffer) Release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users--
	b.freeUnused()
}

func (b *Buffer) freeUnused() {
	if b.freed && b.users == 0 {
		b.mem.Free()
	}
}
