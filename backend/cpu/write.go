//go:build cgo

package cpu

// #include "copy.h"
import "C"

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// copyPiece is how many bytes one piece of a copy moves: large enough that taking it costs nothing.
const copyPiece = 256 << 10

// emitCopy copies bytes.
func (cx *compileCtx) emitCopy(dst, src place, bytes int) {
	cx.Emit(step{Kernel: kernelSet(C.gomx_copy_bytes), Pieces: ceilDiv(bytes, copyPiece), Ptrs: []place{src, dst}, N: []int{bytes, copyPiece}})
}

// lowerWrite stores a value into its argument.
func lowerWrite(cx *compileCtx, c *backend.Call) error {
	cx.emitCopy(place{Space: binding.SpaceArg, Index: c.Attrs.(*backend.WriteAttrs).Arg}, cx.Ptr(c.In[0]), cx.Value(c.In[0]).Bytes())
	return nil
}

// lowerReshape copies where the memory plan made no view.
func lowerReshape(cx *compileCtx, c *backend.Call) error {
	cx.emitCopy(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), cx.Value(c.In[0]).Bytes())
	return nil
}

// plainCall reports whether all values of the call lie in C order.
func plainCall(p *backend.Program, c *backend.Call) bool {
	for _, ids := range [][]backend.ValueID{c.In, c.Out} {
		for _, id := range ids {
			if p.Value(id).Layout != backend.Plain {
				return false
			}
		}
	}
	return true
}
