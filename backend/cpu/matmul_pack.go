//go:build cgo

package cpu

// #include "gemm.h"
import "C"

import "github.com/gomx-org/gomx/backend"

// Layouts of a matrix that products multiply with, packed for the tiles: panels of 32 columns of the product. In the second
// one the matrix is stored transposed.
const (
	packedColumns     backend.Layout = "P32"
	packedColumnsOfBT backend.Layout = "P32T"
)

func init() {
	backend.RegisterLayout(packedColumns, func(s backend.Shape) int { return s[0] * roundUp(s[1], C.GEMM_PANEL) })
	backend.RegisterLayout(packedColumnsOfBT, func(s backend.Shape) int { return s[1] * roundUp(s[0], C.GEMM_PANEL) })
}

// packedLayout is the layout in which a product reads its second operand fastest.
func packedLayout(c *backend.Call) backend.Layout {
	if c.Attrs.(*backend.MatMulAttrs).TransB {
		return packedColumnsOfBT
	}
	return packedColumns
}

// packedMost is the largest matrix, in bytes, of which a packed copy is kept.
const packedMost = 64 << 20

// matMulWeightLayout packs the second operand unless so few rows meet it that reading it as it is costs less, it is so large
// that a copy costs memory that is needed elsewhere, or a library does the work.
func matMulWeightLayout(d *Device, p *backend.Program, c *backend.Call, _ backend.Layout) backend.Layout {
	out := p.Value(c.Out[0]).Shape
	if len(out) != 2 || out[0] <= gemmFewRows || p.Value(c.In[1]).Bytes() > packedMost || useBLAS(d.level) {
		return backend.Plain
	}
	return packedLayout(c)
}

// emitPack brings a matrix of shape s into a packed layout.
func (cx *compileCtx) emitPack(dst, src place, s backend.Shape, l backend.Layout) {
	n := make([]int, C.GEMM_LDB+1)
	n[C.GEMM_K], n[C.GEMM_N], n[C.GEMM_LDB] = s[0], s[1], s[1]
	if l == packedColumnsOfBT {
		n[C.GEMM_K], n[C.GEMM_N], n[C.GEMM_TRANS_B] = s[1], s[0], 1
	}
	cx.Emit(step{Kernel: kernelSet(C.gomx_gemm_pack), Pieces: ceilDiv(n[C.GEMM_N], C.GEMM_PANEL), Ptrs: []place{src, dst}, N: n})
}
