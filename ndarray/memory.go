package ndarray

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gomx-org/gomx/backend"
)

// cell is a buffer of a device that goes from array to array: freed ones wait in the pool for the next of their size.
type cell struct {
	buf  backend.Buffer
	pool *pool
	size int
	// lent is set when the memory was handed to others (Region), who may go on using it after Close: it is given back to
	// the device, which waits for them, and not to the next array.
	lent atomic.Bool
}

// release is the end of the array that owned the cell.
func (c *cell) release() {
	if c.lent.Load() || !c.pool.put(c) {
		c.pool.live.Add(-int64(c.size))
		c.buf.Free()
	}
}

// storage is memory under one or more arrays: a slice shares that of the whole. It counts its users for Close; the
// cleanup is the net under those who never close.
type storage struct {
	cell    *cell
	refs    atomic.Int32
	cleanup runtime.Cleanup
}

func (s *storage) drop() {
	if s.refs.Add(-1) == 0 {
		s.cleanup.Stop()
		s.cell.release()
	}
}

// pool keeps freed memory of one device by size.
type pool struct {
	dev backend.Device

	mu   sync.Mutex
	free map[int][]*cell
	held int64 // bytes in free

	live  atomic.Int64 // bytes taken from the device and not given back, those in free included
	limit atomic.Int64 // when live would grow beyond it, forgotten arrays are collected first
}

const (
	maxHeld  = 256 << 20 // bytes that wait in a pool
	minLimit = 256 << 20 // see pool.limit
)

func newPool(dev backend.Device) *pool {
	p := &pool{dev: dev, free: map[int][]*cell{}}
	p.limit.Store(minLimit)
	return p
}

// get gives a cell of at least so many bytes, not initialised.
func (p *pool) get(bytes int) (*cell, error) {
	size := sizeClass(bytes)
	if c := p.take(size); c != nil {
		return c, nil
	}
	if p.live.Load()+int64(size) > p.limit.Load() {
		p.collect()
		if c := p.take(size); c != nil {
			return c, nil
		}
	}
	buf, err := p.dev.Alloc(size)
	if err != nil {
		p.collect()
		p.empty()
		if buf, err = p.dev.Alloc(size); err != nil {
			return nil, err
		}
	}
	p.live.Add(int64(size))
	return &cell{buf: buf, pool: p, size: size}, nil
}

func (p *pool) take(size int) *cell {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.free[size]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	list[len(list)-1] = nil
	p.free[size] = list[:len(list)-1]
	p.held -= int64(size)
	return c
}

// put keeps c for the next array; it reports false when the pool is full.
func (p *pool) put(c *cell) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held+int64(c.size) > maxHeld {
		return false
	}
	p.free[c.size] = append(p.free[c.size], c)
	p.held += int64(c.size)
	return true
}

// empty gives everything that waits back to the device.
func (p *pool) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for size, list := range p.free {
		for _, c := range list {
			c.buf.Free()
		}
		p.live.Add(-int64(size * len(list)))
		delete(p.free, size)
	}
	p.held = 0
}

// collect runs the garbage collector, which knows nothing of the device's memory and so would come too late for arrays
// that nobody closed, and gives their cleanups a moment.
func (p *pool) collect() {
	done := make(chan struct{})
	mark := new([16]byte)
	runtime.AddCleanup(mark, func(ch chan struct{}) { close(ch) }, done)
	mark = nil
	runtime.GC()
	select {
	case <-done:
	case <-time.After(200 * time.Millisecond):
	}
	p.mu.Lock()
	used := p.live.Load() - p.held
	p.mu.Unlock()
	p.limit.Store(max(minLimit, 2*used))
}

// sizeClass rounds up to 64 bytes, or to a quarter of the power of two below: at most a quarter is wasted.
func sizeClass(bytes int) int {
	if bytes <= 256 {
		return (max(bytes, 1) + 63) &^ 63
	}
	step := 1 << (bits.Len(uint(bytes-1)) - 3)
	return (bytes + step - 1) &^ (step - 1)
}
