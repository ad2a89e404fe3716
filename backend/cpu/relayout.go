//go:build cgo

package cpu

// #include "copy.h"
import "C"

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/strides"
)

// lowerRelayout converts between C order and a blocked layout, or packs a matrix.
func lowerRelayout(cx *compileCtx, c *backend.Call) error {
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	switch {
	case x.Layout == y.Layout:
		cx.emitCopy(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), x.Bytes())
	case y.Layout == packedColumns || y.Layout == packedColumnsOfBT:
		cx.emitPack(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), x.Shape, y.Layout)
	case x.Layout == backend.Plain:
		cx.emitBlock(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), x.Shape, y.Layout)
	default:
		cx.emitUnblock(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), x.Shape, x.Layout)
	}
	return nil
}

func supportsRelayout(p *backend.Program, c *backend.Call) bool {
	x, y := p.Value(c.In[0]), p.Value(c.Out[0])
	if !float32Call(p, c) || len(x.Shape) > 5 {
		return false
	}
	if x.Layout == y.Layout {
		return true
	}
	if y.Layout == packedColumns || y.Layout == packedColumnsOfBT {
		return x.Layout == backend.Plain && len(x.Shape) == 2
	}
	l := x.Layout
	if l == backend.Plain {
		l = y.Layout
	}
	_, ok := blockings[l]
	return ok && (x.Layout == backend.Plain || y.Layout == backend.Plain)
}

// emitBlock brings an array in C order, of shape s, into a blocked layout; missing lanes become zero.
func (cx *compileCtx) emitBlock(dst, src place, s backend.Shape, l backend.Layout) {
	for _, part := range blockParts(s, l) {
		cx.emitMove(dst.At(4*part.blocked), src.At(4*part.plain), 4, dims{Size: part.size, Stride: [][]int{part.blockedStrides, part.plainStrides}})
	}
	cx.emitClearLanes(dst, s, l)
}

// emitUnblock is the inverse of emitBlock.
func (cx *compileCtx) emitUnblock(dst, src place, s backend.Shape, l backend.Layout) {
	for _, part := range blockParts(s, l) {
		cx.emitMove(dst.At(4*part.plain), src.At(4*part.blocked), 4, dims{Size: part.size, Stride: [][]int{part.plainStrides, part.blockedStrides}})
	}
}

// blockPart is a box of an array that both layouts walk with constant strides: the whole blocks, or the last one.
type blockPart struct {
	size                         []int
	plain, blocked               int // where it begins, in elements
	plainStrides, blockedStrides []int
}

func blockParts(s backend.Shape, l backend.Layout) []blockPart {
	b := blockings[l]
	m := memoryShape(s, l)
	st := s.Strides()
	plain := append(append([]int{}, st...), st[b.axis])
	plain[b.axis] *= b.size
	part := func(from, blocks, lanes int) blockPart {
		size := append([]int{}, m...)
		size[b.axis], size[len(size)-1] = blocks, lanes
		return blockPart{size, from * plain[b.axis], from * m.Strides()[b.axis], plain, m.Strides()}
	}
	whole, rest := s[b.axis]/b.size, s[b.axis]%b.size
	var parts []blockPart
	if whole > 0 {
		parts = append(parts, part(0, whole, b.size))
	}
	if rest > 0 {
		parts = append(parts, part(whole, 1, rest))
	}
	return parts
}

// emitClearLanes zeros the lanes of layout l that hold no element of s.
func (cx *compileCtx) emitClearLanes(dst place, s backend.Shape, l backend.Layout) {
	if !padded(s, l) {
		return
	}
	b := blockings[l]
	inner := s[b.axis+1:].Size() // blocks of lanes one after the other
	group := memoryShape(s, l)[b.axis:].Size()
	last := group - inner*b.size // where the last block begins
	cx.Emit(step{
		Kernel: kernelSet(C.gomx_clear_ends), Pieces: s[:b.axis].Size(), Ptrs: []place{dst.At(4 * last)},
		N: []int{s[:b.axis].Size(), 4 * group, inner, 4 * b.size, 4 * (s[b.axis] % b.size)},
	})
}

// emitClearPadding zeros what the layout of a value adds to it.
func (cx *compileCtx) emitClearPadding(id backend.ValueID) {
	v := cx.Value(id)
	cx.emitClearLanes(cx.Ptr(id), v.Shape, v.Layout)
}

// relaid gives a copy, in scratch, of a plain value in layout l; its shape gets leading ones up to rank axes.
func (cx *compileCtx) relaid(id backend.ValueID, rank int, l backend.Layout) place {
	s := strides.Align(cx.Shape(id), rank)
	dst := cx.Scratch(4 * l.Elements(s))
	cx.emitBlock(dst, cx.Ptr(id), s, l)
	return dst
}
