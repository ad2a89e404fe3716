package cuda

import (
	"encoding/binary"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
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
	p          *backend.Program
	dev        *Device
	apart      bool // one launch for each Map
	plan       *passes.MemoryPlan
	places     []place // of the values, from the plan
	steps      []step
	consts     []byte // data for spaceConst
	scratch    int    // bytes used by the call being lowered
	maxScratch int    // bytes used by the greediest call
}

// Value describes a value: shape, type.
func (cx *compileCtx) Value(id backend.ValueID) *backend.ValueInfo { return cx.p.Value(id) }

// Shape is the shape of a value.
func (cx *compileCtx) Shape(id backend.ValueID) backend.Shape { return cx.p.Value(id).Shape }

// Ptr is the memory of a value, argument or constant.
func (cx *compileCtx) Ptr(id backend.ValueID) place { return place{space: spaceValue, index: int(id)} }

// Scratch is memory for the time of this call, aligned to 256 bytes, not initialised; what one step writes the next reads.
func (cx *compileCtx) Scratch(bytes int) place {
	r := place{space: spaceScratch, offset: cx.scratch}
	cx.scratch += roundUp(bytes, alignment)
	cx.maxScratch = max(cx.maxScratch, cx.scratch)
	return r
}

// Const is memory that holds data for the life of the executable, aligned to 256 bytes.
func (cx *compileCtx) Const(data []byte) place {
	cx.consts = append(cx.consts, make([]byte, roundUp(len(cx.consts), alignment)-len(cx.consts))...)
	r := place{space: spaceConst, offset: len(cx.consts)}
	cx.consts = append(cx.consts, data...)
	return r
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
