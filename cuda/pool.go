package cuda

import (
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"sync"
	"time"

	"github.com/gomx-org/gomx/internal/cudrv"
)

// pool keeps freed blocks for the next who ask for as much. A block may be handed on while the device still works with
// it, since all who use blocks do so in the order of the compute stream, or behind an event.
type pool struct {
	dev  *Device
	mu   sync.Mutex
	free map[int][]cudrv.Ptr // by size
	held int                 // bytes that came from the driver
	idle int                 // of which free
}

// sizeClass rounds up so that blocks fit again: eight sizes to each power of two.
func sizeClass(bytes int) int {
	const least = 512
	if bytes <= least {
		return least
	}
	return roundUp(bytes, max(least, 1<<bits.Len(uint(bytes-1))/16))
}

// get gives a block of at least bytes and its size.
func (p *pool) get(bytes int) (cudrv.Ptr, int, error) {
	if err := p.dev.faults.lostError(); err != nil {
		return 0, 0, err
	}
	size := sizeClass(bytes)
	if p.dev.debug.noPool {
		size = bytes
	}
	if ptr, ok := p.take(size); ok {
		return ptr, size, nil
	}
	ptr, err := p.fetch(size)
	for _, freeSome := range []func() error{p.trim, p.collect} {
		if !outOfMemory(err) {
			break
		}
		if err := freeSome(); err != nil {
			return 0, 0, err
		}
		if ptr, ok := p.take(size); ok {
			return ptr, size, nil
		}
		ptr, err = p.fetch(size)
	}
	switch {
	case outOfMemory(err):
		return 0, 0, p.tooLittle(bytes)
	case err != nil:
		return 0, 0, p.dev.fail(err)
	}
	return ptr, size, nil
}

func outOfMemory(err error) bool {
	var e *cudrv.Error
	return errors.As(err, &e) && e.Result == cudrv.OutOfMemory
}

// take gives a block that lies idle.
func (p *pool) take(size int) (cudrv.Ptr, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.free[size]
	if len(list) == 0 {
		return 0, false
	}
	ptr := list[len(list)-1]
	p.free[size] = list[:len(list)-1]
	p.idle -= size
	return ptr, true
}

// fetch asks the driver.
func (p *pool) fetch(size int) (cudrv.Ptr, error) {
	ptr, err := p.dev.ctx.Alloc(size)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held += size
	return ptr, nil
}

// put takes a block back.
func (p *pool) put(ptr cudrv.Ptr, size int) {
	p.mu.Lock()
	if p.free == nil {
		p.free = map[int][]cudrv.Ptr{}
	}
	p.free[size] = append(p.free[size], ptr)
	p.idle += size
	p.mu.Unlock()
	if p.dev.debug.noPool {
		p.trim()
	}
}

// trim gives idle blocks back to the driver, once nobody works with them any more.
func (p *pool) trim() error {
	p.mu.Lock()
	blocks := p.free
	p.free = nil
	p.held -= p.idle
	p.idle = 0
	p.mu.Unlock()
	if len(blocks) == 0 || p.dev.faults.lostError() != nil {
		return nil // with the context its memory is lost
	}
	if err := p.dev.wait(); err != nil {
		return err
	}
	for _, list := range blocks {
		for _, ptr := range list {
			if err := p.dev.ctx.Free(ptr); err != nil {
				return p.dev.fail(err)
			}
		}
	}
	return nil
}

// collect lets Go's collector find forgotten buffers, and trims.
func (p *pool) collect() error {
	done := make(chan struct{})
	runtime.AddCleanup(new([16]byte), func(struct{}) { close(done) }, struct{}{})
	runtime.GC()
	select { // cleanups have run, or take too long to wait for
	case <-done:
	case <-time.After(time.Second):
	}
	return p.trim()
}

func (p *pool) tooLittle(bytes int) error {
	free, total, err := p.dev.ctx.MemInfo()
	if err != nil {
		return p.dev.fail(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Errorf("%v: out of memory: %s asked for, %s held by this program, %s free of %s; a smaller batch takes less",
		p.dev, mebibytes(bytes), mebibytes(p.held), mebibytes(int(free)), mebibytes(int(total)))
}

func mebibytes(n int) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
