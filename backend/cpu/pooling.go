//go:build cgo

package cpu

// #include "pooling.h"
import "C"

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// poolWork is how many elements a piece of pooling should touch at least.
const poolWork = 16 << 10

// poolSupports: float32, all in C order or all with images in the lanes.
func poolSupports(p *backend.Program, c *backend.Call) bool {
	layout := p.Value(c.Out[0]).Layout
	for _, id := range slices.Concat(c.In, c.Out) {
		if v := p.Value(id); v.DType != backend.Float32 || v.Layout != layout {
			return false
		}
	}
	return layout == backend.Plain || layout == backend.N16
}

// lowerPool emits the one step of a Pool or PoolGrad.
func lowerPool(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.PoolAttrs)
	x, y := c.In[0], c.Out[0]
	if c.Kind == backend.PoolGrad {
		x, y = c.In[1], c.In[2]
	}
	xs, ys := cx.Shape(x), cx.Shape(y)
	in, out := three(xs[2:], 1), three(ys[2:], 1)
	kernel, stride, pad := three(a.Kernel, 1), three(a.Stride, 1), three(a.Pad, 0)
	planes, elements := xs[:2].Size(), in[0]*in[1]*in[2]
	blocked := cx.Value(x).Layout == backend.N16
	if blocked {
		planes, elements = ceilDiv(xs[0], 16)*xs[1], elements*16
	}
	piece := max(1, poolWork/max(1, elements))
	n := []int{int(a.Type), planes, piece}
	for _, v := range [][3]int{in, out, kernel, stride, pad} {
		n = append(n, v[:]...)
	}
	countPad := 0
	if a.CountIncludePad {
		countPad = 1
	}
	s := step{Kernel: poolKernel(c.Kind, blocked), Pieces: ceilDiv(planes, piece), N: append(n, countPad, a.P)}
	for _, id := range slices.Concat(c.In, c.Out) {
		s.Ptrs = append(s.Ptrs, cx.Ptr(id))
	}
	cx.ThreadScratch(4 * (in[2] + 3*out[2]))
	cx.Emit(s)
	return nil
}

func poolKernel(k backend.Kind, blocked bool) kernelSet {
	switch {
	case k == backend.Pool && blocked:
		return kernelSet(C.gomx_pool_n16)
	case k == backend.Pool:
		return kernelSet(C.gomx_pool)
	case blocked:
		return kernelSet(C.gomx_pool_n16_grad)
	}
	return kernelSet(C.gomx_pool_grad)
}
