//go:build linux && cgo

package cudrv

// #include <stdlib.h>
// #include "cudrv.h"
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"
)

// List is a sequence of operations in C memory. What its methods return points into that memory and ends with Free.
type List struct {
	mem     unsafe.Pointer
	ops     []C.cudrv_op // all there is room for
	n       int
	slots   []C.uint32_t // room left
	words   []uint64     // room left
	cleanup runtime.Cleanup
}

// NewList makes an empty list with room for size.
func NewList(size ListSize) (*List, error) {
	ops, words := size.Ops*C.sizeof_cudrv_op, size.Bytes/8
	bytes := ops + 8*words + 4*size.Params
	mem := C.calloc(C.size_t(max(bytes, 1)), 1)
	if mem == nil {
		return nil, fmt.Errorf("no memory for a list of %d bytes", bytes)
	}
	l := &List{mem: mem}
	l.ops = unsafe.Slice((*C.cudrv_op)(mem), size.Ops)
	l.words = unsafe.Slice((*uint64)(unsafe.Add(mem, ops)), words)
	l.slots = unsafe.Slice((*C.uint32_t)(unsafe.Add(mem, ops+8*words)), size.Params)
	l.cleanup = runtime.AddCleanup(l, func(p unsafe.Pointer) { C.free(p) }, mem)
	return l, nil
}

// Free gives the memory back.
func (l *List) Free() {
	if l == nil || l.mem == nil {
		return
	}
	l.cleanup.Stop()
	C.free(l.mem)
	*l = List{}
}

// Len is the number of operations.
func (l *List) Len() int { return l.n }

func (l *List) add() *C.cudrv_op {
	op := &l.ops[l.n]
	l.n++
	return op
}

// take gives the next words.
func (l *List) take(bytes int) []uint64 {
	n := (bytes + 7) / 8
	w := l.words[:n:n]
	l.words = l.words[n:]
	return w
}

// Launch adds a launch. It gives the memory of each parameter, of sizes bytes, to be filled in before Run.
func (l *List) Launch(f Function, grid, block [3]uint32, shared int, sizes []int) [][]uint64 {
	op := l.add()
	op.kind, op.function, op.shared = C.CUDRV_LAUNCH, C.CUfunction(f.h), C.uint32_t(shared)
	for i := range 3 {
		op.grid[i], op.block[i] = C.uint32_t(grid[i]), C.uint32_t(block[i])
	}
	op.params = C.uint32_t(len(sizes))
	op.slot = unsafe.SliceData(l.slots)
	op.args = (*C.uint64_t)(unsafe.SliceData(l.words))
	params, at := make([][]uint64, len(sizes)), 0
	for i, n := range sizes {
		params[i] = l.take(n)
		l.slots[i] = C.uint32_t(at)
		at += len(params[i])
	}
	l.slots = l.slots[len(sizes):]
	return params
}

// Copy adds a copy within the device; it gives the memory of its addresses.
func (l *List) Copy(bytes int) (dst, src *uint64) {
	op := l.add()
	op.kind, op.bytes = C.CUDRV_COPY, C.size_t(bytes)
	return (*uint64)(unsafe.Pointer(&op.dst)), (*uint64)(unsafe.Pointer(&op.src))
}

// Fill adds a fill with 32-bit words; it gives the memory of its address.
func (l *List) Fill(word uint32, bytes int) (dst *uint64) {
	op := l.add()
	op.kind, op.word, op.bytes = C.CUDRV_FILL, C.uint32_t(word), C.size_t(bytes)
	return (*uint64)(unsafe.Pointer(&op.dst))
}

// Call adds a call of a C function, int f(void *args), that enqueues on the stream by itself; it gives the memory of args.
func (l *List) Call(f unsafe.Pointer, bytes int) []uint64 {
	op := l.add()
	op.kind = C.CUDRV_CALL
	*(*unsafe.Pointer)(unsafe.Pointer(&op.call)) = f
	args := l.take(bytes)
	op.args = (*C.uint64_t)(unsafe.SliceData(args))
	return args
}

// Record adds the recording of an event.
func (l *List) Record(e Event) {
	op := l.add()
	op.kind, op.event = C.CUDRV_RECORD, e.event()
}

// Run enqueues operations from to to on a stream, in one call into C. With wait it waits for each. ok means all went well.
func (l *List) Run(s Stream, from, to int, p *Progress, wait bool) (f Failure, ok bool) {
	if from == to {
		return Failure{}, true
	}
	var w C.int
	if wait {
		w = 1
	}
	r := C.cudrv_run(context(s.ctx), &l.ops[from], C.uint32_t(to-from), s.stream(), p.p, w)
	runtime.KeepAlive(l)
	if r == 0 {
		return Failure{}, true
	}
	f = Failure{Op: from + int(r>>32), Result: int(int32(r))}
	if f.Result < 0 {
		f.Result, f.Ran = -f.Result, true
	}
	return f, false
}

// ResultError is the driver's word on a Result.
func ResultError(call string, result int) *Error { return resultError(call, result) }

// Progress counts the operations that Lists enqueue on a stream, and lets the host see how many are done even after
// the context is lost.
type Progress struct {
	ctx  *Context
	p    *C.cudrv_progress
	seen []byte
}

// NewProgress makes one that looks after every so many operations.
func (c *Context) NewProgress(every int) (*Progress, error) {
	p := &Progress{ctx: c, p: (*C.cudrv_progress)(C.calloc(1, C.sizeof_cudrv_progress))}
	if p.p == nil {
		return nil, fmt.Errorf("no memory")
	}
	p.p.every = C.uint32_t(every)
	word, err := c.Alloc(4)
	if err != nil {
		p.Free()
		return nil, err
	}
	p.p.word = C.CUdeviceptr(word)
	if p.seen, err = c.AllocHost(4); err != nil {
		p.Free()
		return nil, err
	}
	clear(p.seen)
	p.p.seen = (*C.uint32_t)(unsafe.Pointer(unsafe.SliceData(p.seen)))
	return p, nil
}

// Free ends it.
func (p *Progress) Free() {
	if p == nil || p.p == nil {
		return
	}
	if p.p.word != 0 {
		p.ctx.Free(Ptr(p.p.word))
	}
	if p.seen != nil {
		p.ctx.FreeHost(p.seen)
	}
	C.free(unsafe.Pointer(p.p))
	p.p = nil
}

// Enqueued is the number of operations so far; it wraps around.
func (p *Progress) Enqueued() uint32 { return uint32(p.p.count) }

// Done is a number of operations of which is known that they are done.
func (p *Progress) Done() uint32 { return uint32(*p.p.seen) }
