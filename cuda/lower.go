package cuda

import (
	"encoding/binary"
	"math"

	"github.com/gomx-org/gomx/internal/binding"
)

// step is one thing to enqueue, before addresses are known: a kernel launch, a copy, a fill or a product of matrices.
type step struct {
	kind  stepKind
	fn    *kernel // of a launch
	grid  dim3    // blocks of a launch
	args  []arg   // of a launch, as the kernel declares them
	maps  int     // that a launch computes, where there may be many
	dst   place   // of a copy or a fill
	src   place   // of a copy
	bytes int     // of a copy or a fill, a multiple of 4 for a fill
	word  uint32  // of a fill
	gemm  *gemm   // of a product by cuBLAS
}

type stepKind uint8

const (
	launchStep stepKind = iota
	copyStep            // within the device
	fillStep            // with a 32-bit word
	gemmStep            // by cuBLAS
)

// dim3 counts blocks or threads along x, y, z.
type dim3 [3]uint32

// kernel is an entry of a PTX module. The generated table kernels_gen.go has one for every entry of the embedded files;
// Map makes its own.
type kernel struct {
	module *module
	name   string
	block  dim3  // threads, fixed by KERNEL(...) in the source
	params []int // bytes of each parameter
}

// module is PTX text: an embedded file, or what Map wrote. Devices load each text once.
type module struct {
	name string        // for messages: reduce.ptx
	text func() string // PTX
}

type place = binding.Place

// arg is a parameter of a launch: a pointer to be resolved, or bytes, in which there may be pointers.
type arg struct {
	p      place
	bits   []byte // nil for a pointer
	inside []inside
}

// inside is a pointer within the bytes of an argument.
type inside struct {
	word int // of 8 bytes
	p    place
}

func ptr(p place) arg   { return arg{p: p} }
func u32(v uint32) arg  { return arg{bits: binary.LittleEndian.AppendUint32(nil, v)} }
func u64(v uint64) arg  { return arg{bits: binary.LittleEndian.AppendUint64(nil, v)} }
func f32(v float32) arg { return u32(math.Float32bits(v)) }
func blob(b []byte) arg { return arg{bits: b} } // a struct by value

// compileCtx is what lowering a call has at hand, and collects the steps it emits.
type compileCtx struct {
	binding.Lowering
	dev   *Device
	apart bool // one launch for each Map
	steps []step
}

// launch emits a kernel; a grid without blocks is left out. The wrappers of kernels_gen.go call it.
func (cx *compileCtx) launch(k *kernel, grid dim3, args ...arg) {
	if grid[0] == 0 || grid[1] == 0 || grid[2] == 0 {
		return
	}
	cx.steps = append(cx.steps, step{kind: launchStep, fn: k, grid: grid, args: args})
}

// Copy emits a copy within the device.
func (cx *compileCtx) Copy(dst, src place, bytes int) {
	if bytes > 0 {
		cx.steps = append(cx.steps, step{kind: copyStep, dst: dst, src: src, bytes: bytes})
	}
}

// Fill emits a fill with a 32-bit word; bytes must be a multiple of 4.
func (cx *compileCtx) Fill(dst place, word uint32, bytes int) {
	if bytes > 0 {
		cx.steps = append(cx.steps, step{kind: fillStep, dst: dst, word: word, bytes: bytes})
	}
}

// gemm is C = op(A)·op(B) for matrices of float32 in C order, batch times at fixed distances in elements.
type gemm struct {
	transA, transB            bool // the operand is stored transposed: (K,M), (N,K)
	m, n, k                   int
	a, b, c                   place
	lda, ldb, ldc             int  // elements from one stored row to the next
	batch                     int  // at least 1
	strideA, strideB, strideC int  // elements from one matrix to the next; 0: the same one again
	accumulate                bool // C += instead of C =
}

// Gemm emits a product: by cuBLAS when the device has it, else by the own kernel.
func (cx *compileCtx) Gemm(g gemm) {
	if g.m == 0 || g.n == 0 || g.batch == 0 {
		return
	}
	t := g.terms()
	if g.k > 0 && t.Fits() && cx.dev.hasBLAS() {
		cx.steps = append(cx.steps, step{kind: gemmStep, gemm: &g})
		return
	}
	cx.ownGemm(&g)
}

// alignment of values, scratch and constants in bytes: what cuMemAlloc promises.
const alignment = 256

// maxElements is what kernels can index: they count in 32 bits.
const maxElements = 1<<31 - 1

func roundUp(n, to int) int { return (n + to - 1) / to * to }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
