//go:build cgo

package cpu

// #include "blas.h"
// #include "gemm.h"
import "C"

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/strides"
)

// gemm describes a product of matrices in memory: C (M,N) = op(A) op(B), for a batch of them.
type gemm struct {
	m, n, k, batch            int
	transA, transB            bool
	packed                    bool // B is in packedLayout
	a, b, c                   place
	lda, ldb, ldc             int
	strideA, strideB, strideC int // from matrix to matrix of the batch
	epilogue                  *gemmEpilogue
}

// gemmEpilogue maps (product, further inputs) to the result; the further inputs have the given strides along rows and
// columns of the result.
type gemmEpilogue struct {
	e       *expr.Expr
	ptrs    []place
	strides [][2]int
}

// supportsMatMul accepts float32 in C order, the second operand also packed, with any epilogue that Map accepts.
func supportsMatMul(p *backend.Program, c *backend.Call) bool {
	for i, id := range append(c.In[:len(c.In):len(c.In)], c.Out...) {
		v := p.Value(id)
		packed := i == 1 && v.Layout == packedLayout(c) && len(v.Shape) == 2
		if v.DType != backend.Float32 || v.Layout != backend.Plain && !packed {
			return false
		}
	}
	e := c.Attrs.(*backend.MatMulAttrs).Epilogue
	if e == nil {
		return true
	}
	var code C.gomx_map_code
	_, err := compileMap(&code, e, make([]bool, e.NumInputs), func(int, int) bool { return true })
	return err == nil && len(e.Outs) == 1
}

func lowerMatMul(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.MatMulAttrs)
	x, y, out := cx.Shape(c.In[0]), cx.Shape(c.In[1]), cx.Shape(c.Out[0])
	rank := len(out)
	g := &gemm{
		m: out[rank-2], n: out[rank-1], k: x[rank-1], batch: 1, transA: a.TransA, transB: a.TransB,
		a: cx.Ptr(c.In[0]), b: cx.Ptr(c.In[1]), c: cx.Ptr(c.Out[0]),
		lda: x[rank-1], ldb: y[rank-1], ldc: out[rank-1],
	}
	if a.TransA {
		g.k = x[rank-2]
	}
	g.packed = cx.Value(c.In[1]).Layout != backend.Plain
	if rank == 3 {
		g.batch, g.strideA, g.strideB, g.strideC = out[0], x[1]*x[2], y[1]*y[2], out[1]*out[2]
	}
	if a.Epilogue == nil || !g.packed && useBLAS(cx.dev.level) || !g.fuse(cx, a.Epilogue, c.In[2:], out) {
		if err := cx.emitGemm(g); err != nil {
			return err
		}
		if a.Epilogue != nil {
			return cx.emitMap(a.Epilogue, append([]backend.ValueID{c.Out[0]}, c.In[2:]...), c.Out)
		}
		return nil
	}
	return cx.emitGemm(g)
}

// fuse makes e the epilogue of the product where its further inputs do not vary along the batch.
func (g *gemm) fuse(cx *compileCtx, e *expr.Expr, in []backend.ValueID, out backend.Shape) bool {
	if g.batch > 1 {
		return false
	}
	ep := &gemmEpilogue{e: e}
	for _, id := range in {
		st := strides.Broadcast(cx.Shape(id), out)
		ep.ptrs = append(ep.ptrs, cx.Ptr(id))
		ep.strides = append(ep.strides, [2]int(st[len(st)-2:]))
	}
	g.epilogue = ep
	return true
}

// emitGemm computes the product.
func (cx *compileCtx) emitGemm(g *gemm) error {
	if g.m == 0 || g.n == 0 || g.batch == 0 {
		return nil
	}
	mb, nb := g.cut()
	s := step{
		Kernel: kernelSet(C.gomx_gemm),
		Pieces: g.batch * ceilDiv(g.m, mb) * ceilDiv(g.n, nb),
		Ptrs:   []place{g.a, g.b, g.c},
		N: []int{
			C.GEMM_M: g.m, C.GEMM_N: g.n, C.GEMM_K: g.k, C.GEMM_TRANS_A: bit(g.transA), C.GEMM_TRANS_B: bit(g.transB),
			C.GEMM_LDA: g.lda, C.GEMM_LDB: g.ldb, C.GEMM_LDC: g.ldc, C.GEMM_STRIDE_A: g.strideA, C.GEMM_STRIDE_B: g.strideB,
			C.GEMM_STRIDE_C: g.strideC, C.GEMM_MB: mb, C.GEMM_NB: nb, C.GEMM_PACKED: bit(g.packed), C.GEMM_EPILOGUE: bit(g.epilogue != nil),
		},
	}
	scratch := int(C.GEMM_SCRATCH)
	if g.epilogue != nil {
		code, err := g.epilogue.compile()
		if err != nil {
			return err
		}
		scratch = max(scratch, mapScratch(code))
		s.Code = slices.Clone(mapCodeBytes(code))
		s.Ptrs = append(s.Ptrs, g.epilogue.ptrs...)
	}
	if g.few() {
		s.Kernel = kernelSet(C.gomx_gemm_dot)
	}
	if g.epilogue == nil && !g.packed && useBLAS(cx.dev.level) {
		s.Kernel = kernelSet(C.gomx_gemm_blas)
	}
	cx.ThreadScratch(scratch)
	cx.Emit(s)
	return nil
}

// few reports whether the second operand is read so seldom that packing it would cost more than it gains.
func (g *gemm) few() bool {
	return !g.transA && g.transB && !g.packed && g.m <= gemmFewRows && g.k >= 64
}

// compile makes the epilogue a Map of the product, further inputs and the result, which replaces the product.
func (ep *gemmEpilogue) compile() (*C.gomx_map_code, error) {
	code := new(C.gomx_map_code)
	varies := []bool{true}
	code.along[0], code.along[1+len(ep.ptrs)] = C.MAP_ALONG, C.MAP_ALONG
	for i, st := range ep.strides {
		varies = append(varies, st[1] != 0)
		code.stride[1+i][0] = C.int64_t(st[0])
		code.along[1+i] = C.MAP_SPLAT
		if st[1] != 0 {
			code.along[1+i] = C.MAP_ALONG
		}
	}
	_, err := compileMap(code, ep.e, varies, func(_, input int) bool { return input == 0 })
	return code, err
}

const (
	gemmFewRows    = 12
	gemmPieceFlops = 4 << 20 // some 40 microseconds; half as many cost 5 % more in packing
	gemmLeastFlops = 1 << 19 // of a piece that is cut on: five microseconds, against 0.1 for a fork and join
	gemmMinRows    = 28      // of a piece that is cut on: two tiles, so that packing B stays cheap
	gemmMinColumns = 32
	gemmMaxRows    = 168
)

// cut finds the rows and columns of a piece: as large as the caches allow, smaller while there are few pieces and each has
// work enough. Columns are cut first: only rows make B be packed again.
func (g *gemm) cut() (mb, nb int) {
	mb, nb = min(g.m, gemmMaxRows), min(g.n, C.GEMM_COLUMNS)
	pieces := func() int { return g.batch * ceilDiv(g.m, mb) * ceilDiv(g.n, nb) }
	for pieces() < 32 && mb*nb*g.k*2 > gemmPieceFlops {
		switch {
		case nb >= 2*gemmMinColumns && (nb >= mb || mb < 2*gemmMinRows):
			nb = roundUp(nb/2, gemmMinColumns)
		case mb >= 2*gemmMinRows:
			mb = roundUp(mb/2, 14)
		default:
			return mb, nb
		}
	}
	for pieces() < 4 && mb*nb*g.k*2 > gemmLeastFlops && nb >= 2*gemmMinColumns {
		nb = roundUp(nb/2, gemmMinColumns)
	}
	return mb, nb
}

func bit(set bool) int {
	if set {
		return 1
	}
	return 0
}
