//go:build cgo

package cpu

// #include "softmax.h"
import "C"

import "github.com/gomx-org/gomx/backend"

func lowerSoftmax(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.SoftmaxAttrs)
	x := cx.Shape(c.In[0])
	outer, axis, inner := x[:a.Axis].Size(), x[a.Axis], x[a.Axis+1:].Size()
	if x.Size() == 0 {
		return nil
	}
	items, each := outer, axis
	if inner > 1 {
		items, each = outer*ceilDiv(inner, C.SOFTMAX_LANES), axis*C.SOFTMAX_LANES
	}
	perPiece := max(mapPieceCost/16/each, 1)
	cx.Emit(step{
		Kernel: kernelSet(C.gomx_softmax), Pieces: ceilDiv(items, perPiece),
		Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])}, N: []int{outer, axis, inner, bit(a.Log), perPiece},
	})
	return nil
}
