//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import "github.com/gomx-org/gomx/internal/binding"

// kernelSet is a kernel at every level: kernelSet(C.gomx_name), where C says GOMX_DEFINE(gomx_name).
type kernelSet [C.GOMX_LEVELS]C.gomx_kernel

// step is one C call before its addresses are known.
type step struct {
	Kernel kernelSet
	Pieces int       // independent pieces of work; follows from shapes alone, never from the number of threads
	Ptrs   []place   // become gomx_call.p, in order; at most maxPtrs
	N      []int     // become gomx_call.n; at most maxInts
	F      []float32 // become gomx_call.f; at most maxFloats
	Code   []byte    // becomes gomx_call.code, a copy aligned to 64 bytes; nil for none
}

const (
	maxPtrs   = int(C.GOMX_POINTERS)
	maxInts   = int(C.GOMX_INTS)
	maxFloats = int(C.GOMX_FLOATS)
)

type place = binding.Place

// compileCtx is what lowering a call has at hand, and collects the steps it emits.
type compileCtx struct {
	binding.Lowering
	dev           *Device
	steps         []step
	threadScratch int // bytes that some step wants per thread
}

// ThreadScratch asks that gomx_scratch(thread) has at least so many bytes.
func (cx *compileCtx) ThreadScratch(bytes int) { cx.threadScratch = max(cx.threadScratch, bytes) }

// Emit adds a step to the segment; it begins when the step before it is done. A step without pieces is left out.
func (cx *compileCtx) Emit(s step) {
	if s.Pieces > 0 {
		cx.steps = append(cx.steps, s)
	}
}

// alignment of values, scratch and constants in bytes: a cache line and a vector of the widest level.
const alignment = 64

func roundUp(n, to int) int { return (n + to - 1) / to * to }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
