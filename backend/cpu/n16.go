//go:build cgo

package cpu

// #include "n16.h"
import "C"

import (
	"github.com/gomx-org/gomx/backend"
)

// n16Work is how many multiply-adds of 16 images a piece should have at least: some microseconds, so that taking a piece
// costs nothing, and small enough to spread over many threads.
const n16Work = 20000

// fitsN16 reports whether the kernels with images in the lanes can do the convolution.
func (s *convShape) fitsN16() bool {
	return s.axes == 2 && s.groups == 1 && s.dilate == [3]int{1, 1, 1}
}

// n16Supports reports whether the call, with its data in N16, has a kernel as it stands.
func n16Supports(p *backend.Program, c *backend.Call) bool {
	s := newConvShape(p, c)
	x, y := convEnds(c)
	if !s.fitsN16() || p.Value(x).Layout != backend.N16 || p.Value(y).Layout != backend.N16 {
		return false
	}
	switch c.Kind {
	case backend.Conv:
		_, _, ok := convEpilogue(p, c)
		return ok && p.Value(c.In[1]).Layout == backend.F4
	case backend.ConvGradData:
		return c.Attrs.(*backend.ConvAttrs).Epilogue == nil && p.Value(c.In[1]).Layout == backend.Plain
	}
	return c.Attrs.(*backend.ConvAttrs).Epilogue == nil && p.Value(c.Out[0]).Layout == backend.Plain
}

// numbers are the N16_ numbers of the convolution, but for the size of a piece.
func (s *convShape) numbers() []int {
	return []int{s.n, s.c, s.in[1], s.in[2], s.f, s.out[1], s.out[2], s.kernel[1], s.kernel[2], s.stride[1], s.stride[2], s.pad[1], s.pad[2]}
}

// lowerN16 emits the one step of a convolution in N16.
func lowerN16(cx *compileCtx, c *backend.Call) error {
	s := newConvShape(cx.P, c)
	blocks, work := ceilDiv(s.n, 16), s.f*s.c*s.taps()
	switch c.Kind {
	case backend.Conv:
		rows := pieceSize(work*s.out[2], s.out[1])
		cx.convForward(c, kernelSet(C.gomx_n16_conv), blocks*ceilDiv(s.out[1], rows), 0, append(s.numbers(), rows, 0), C.N16_ACT)
	case backend.ConvGradData:
		rows := pieceSize(work*s.out[2], s.in[1])
		cx.Emit(step{
			Kernel: kernelSet(C.gomx_n16_conv_grad_data), Pieces: blocks * ceilDiv(s.in[1], rows),
			Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])}, N: append(s.numbers(), rows),
		})
	case backend.ConvGradFilter:
		const tile = 6
		taps := roundUp(pieceSize(4*blocks*s.outSize(), s.c*s.taps()), tile)
		cx.Emit(step{
			Kernel: kernelSet(C.gomx_n16_conv_grad_filter), Pieces: ceilDiv(s.f, 4) * ceilDiv(s.c*s.taps(), taps),
			Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])}, N: append(s.numbers(), taps),
		})
	}
	return nil
}

// pieceSize is how many of count parts, of the given work each, make a piece.
func pieceSize(work, count int) int { return max(1, min(ceilDiv(n16Work, work), count)) }
