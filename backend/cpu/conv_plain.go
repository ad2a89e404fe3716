//go:build cgo

package cpu

// #include "conv.h"
// #include "gemm.h"
import "C"

import "github.com/gomx-org/gomx/backend"

const (
	convColumns   = 96 << 10 // floats of patches that stay in the second cache
	convMinChunk  = 128      // columns: fewer make poor matrix products
	convMinPieces = 8        // wanted of a call, so that threads have work at a batch of 1
	convFilterF   = 256      // filters and weights of a piece of the filter gradient
	convFilterK   = 384
	convAddPiece  = 16 << 10 // elements in a piece of the sum of parts
)

// plainConvSupports: everything in C order, with an epilogue that the kernels know.
func plainConvSupports(p *backend.Program, c *backend.Call) bool {
	_, _, ok := convEpilogue(p, c)
	return ok && plainCall(p, c)
}

// plainNumbers are the CONV_ numbers up to the dilation.
func (s *convShape) plainNumbers() []int {
	n := []int{s.n, s.c, s.f, s.groups}
	for _, v := range [][3]int{s.in, s.out, s.kernel, s.stride, s.pad, s.dilate} {
		n = append(n, v[:]...)
	}
	return n
}

// chunk cuts positions of the output into matrix products of rows rows: so many columns.
func (s *convShape) chunk(rows int) int {
	chunks := ceilDiv(s.outSize(), max(convMinChunk, convColumns/rows))
	return min(roundUp(ceilDiv(s.outSize(), chunks), 16), s.outSize())
}

// convScratch is what a thread needs for columns of patches and a matrix product, in bytes.
func convScratch(columns int) int { return int(C.GEMM_SCRATCH) + 4*columns }

func convBLAS(l level) int { return bit(useBLAS(l)) }

// lowerPlainConv emits the steps of a convolution in C order.
func lowerPlainConv(cx *compileCtx, c *backend.Call) error {
	s := newConvShape(cx.P, c)
	switch {
	case s.groups == s.c && s.c > 1:
		lowerDepthwise(cx, c, &s)
	case c.Kind == backend.Conv:
		lowerConvForward(cx, c, &s)
	case c.Kind == backend.ConvGradData:
		rows := s.c / s.groups * s.taps()
		chunk := s.chunk(rows)
		cx.ThreadScratch(convScratch(rows * chunk))
		cx.Emit(step{
			Kernel: kernelSet(C.gomx_conv_grad_data), Pieces: s.n * s.groups,
			Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])}, N: append(s.plainNumbers(), chunk, 0, 0, 0, 0, convBLAS(cx.dev.level)),
		})
	default:
		lowerConvGradFilter(cx, c, &s)
	}
	return nil
}

func lowerConvForward(cx *compileCtx, c *backend.Call, s *convShape) {
	rows, filters := s.c/s.groups*s.taps(), s.f/s.groups
	chunk := s.chunk(rows)
	if have := s.n * s.groups * ceilDiv(s.outSize(), chunk); have < convMinPieces {
		chunk = min(chunk, max(convMinChunk, roundUp(ceilDiv(s.outSize()*have, convMinPieces), 16)))
	}
	part := filters
	if have := s.n * s.groups * ceilDiv(s.outSize(), chunk); have < convMinPieces {
		part = max(min(64, filters), ceilDiv(filters*have, convMinPieces))
	}
	pieces := s.n * s.groups * ceilDiv(s.outSize(), chunk) * ceilDiv(filters, part)
	cx.convForward(c, kernelSet(C.gomx_conv), pieces, convScratch(rows*chunk), append(s.plainNumbers(), chunk, part, 0, 0, 0, convBLAS(cx.dev.level)), C.CONV_ACT)
}

// lowerConvGradFilter cuts the gradient, and where that gives too few pieces the images, whose parts are added in order.
func lowerConvGradFilter(cx *compileCtx, c *backend.Call, s *convShape) {
	k, f := s.c/s.groups*s.taps(), s.f/s.groups
	partF, partK := evenPart(f, convFilterF), evenPart(k, convFilterK)
	pieces := s.groups * ceilDiv(f, partF) * ceilDiv(k, partK)
	parts := max(1, min(s.n, convMinPieces/pieces))
	chunk := s.chunk(partK)
	cx.ThreadScratch(convScratch(partK * chunk))
	dw, size := cx.Ptr(c.Out[0]), s.f*k
	to := dw
	if parts > 1 {
		to = cx.Scratch(4 * parts * size)
	}
	cx.Emit(step{
		Kernel: kernelSet(C.gomx_conv_grad_filter), Pieces: pieces * parts,
		Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), to}, N: append(s.plainNumbers(), chunk, partF, partK, parts, 0, convBLAS(cx.dev.level)),
	})
	if parts > 1 {
		cx.Emit(step{
			Kernel: kernelSet(C.gomx_conv_add_parts), Pieces: ceilDiv(size, convAddPiece),
			Ptrs: []place{to, dw}, N: []int{size, parts, convAddPiece},
		})
	}
}

// evenPart cuts count into as few equal parts as there are with at most limit in each.
func evenPart(count, limit int) int { return ceilDiv(count, ceilDiv(count, limit)) }

func lowerDepthwise(cx *compileCtx, c *backend.Call, s *convShape) {
	if c.Kind == backend.Conv {
		cx.convForward(c, kernelSet(C.gomx_depthwise), s.n*s.f, 0, append(s.plainNumbers(), 0, 0, 0, 0, 0), C.CONV_ACT)
		return
	}
	st := step{N: s.plainNumbers(), Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])}}
	st.Kernel, st.Pieces = kernelSet(C.gomx_depthwise_grad_data), s.n*s.c
	if c.Kind == backend.ConvGradFilter {
		st.Kernel, st.Pieces = kernelSet(C.gomx_depthwise_grad_filter), s.f
	}
	cx.Emit(st)
}
