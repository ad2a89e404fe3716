//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
)

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

// place names memory whose address is known at Bind.
type place struct {
	space  space
	index  int // the value of spaceValue, the argument of spaceArg
	offset int // bytes
}

type space uint8

const (
	spaceNil        space = iota // a null pointer
	spaceValue                   // where the memory plan puts a value
	spaceArg                     // an argument of the Program
	spaceArena                   // values between calls
	spacePersistent              // values that Prepare makes
	spaceScratch                 // memory of one call, shared by its steps
	spaceConst                   // constants of the executable
	numSpaces
)

func (s space) String() string {
	return [numSpaces]string{"nothing", "value", "argument", "arena", "prepared values", "scratch", "constants"}[s]
}

// at is the memory n bytes further on.
func (r place) at(n int) place { r.offset += n; return r }

// compileCtx is what lowering a call has at hand, and collects the steps it emits.
type compileCtx struct {
	p             *backend.Program
	dev           *Device
	plan          *passes.MemoryPlan
	places        []place // of the values, from the plan
	steps         []step
	consts        []byte // data for spaceConst
	scratch       int    // bytes used by the call being lowered
	maxScratch    int    // bytes used by the greediest call
	threadScratch int    // bytes that some step wants per thread
}

// Value describes a value: shape, type, layout.
func (cx *compileCtx) Value(id backend.ValueID) *backend.ValueInfo { return cx.p.Value(id) }

// Shape is the logical shape of a value.
func (cx *compileCtx) Shape(id backend.ValueID) backend.Shape { return cx.p.Value(id).Shape }

// Ptr is the memory of a value, argument or constant.
func (cx *compileCtx) Ptr(id backend.ValueID) place { return place{space: spaceValue, index: int(id)} }

// Scratch is memory for the time of this call, aligned to 64 bytes, not initialised; what one step writes the next reads.
func (cx *compileCtx) Scratch(bytes int) place {
	r := place{space: spaceScratch, offset: cx.scratch}
	cx.scratch += roundUp(bytes, 64)
	cx.maxScratch = max(cx.maxScratch, cx.scratch)
	return r
}

// ThreadScratch asks that gomx_scratch(thread) has at least so many bytes.
func (cx *compileCtx) ThreadScratch(bytes int) { cx.threadScratch = max(cx.threadScratch, bytes) }

// Const is memory that holds data for the life of the executable, aligned to 64 bytes.
func (cx *compileCtx) Const(data []byte) place {
	cx.consts = append(cx.consts, make([]byte, roundUp(len(cx.consts), 64)-len(cx.consts))...)
	r := place{space: spaceConst, offset: len(cx.consts)}
	cx.consts = append(cx.consts, data...)
	return r
}

// Emit adds a step to the segment; it begins when the step before it is done. A step without pieces is left out.
func (cx *compileCtx) Emit(s step) {
	if s.Pieces > 0 {
		cx.steps = append(cx.steps, s)
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
