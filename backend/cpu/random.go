//go:build cgo

package cpu

// #include "random.h"
import "C"

import "github.com/gomx-org/gomx/backend"

const randomPiece = 4 << 10 // numbers; some five microseconds

// supportsRandom leaves the distributions that draw by rejection to ref.
func supportsRandom(p *backend.Program, c *backend.Call) bool {
	d := c.Attrs.(*backend.RandomAttrs).Dist
	return (d == backend.DistUniform || d == backend.DistNormal) && p.Value(c.Out[0]).DType == backend.Float32 && p.Value(c.In[0]).DType == backend.Int64 && plainCall(p, c)
}

func lowerRandom(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.RandomAttrs)
	s := cx.Shape(c.Out[0])
	perSample := 1
	if len(s) > 0 {
		perSample = s[1:].Size()
	}
	kernel := kernelSet(C.gomx_random_uniform)
	if a.Dist == backend.DistNormal {
		kernel = kernelSet(C.gomx_random_normal)
	}
	cx.Emit(step{
		Kernel: kernel, Pieces: ceilDiv(s.Size(), randomPiece),
		Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])}, N: []int{s.Size(), perSample, int(a.Node), randomPiece},
	})
	return nil
}
