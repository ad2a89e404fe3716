//go:build cgo

package cpu

// #include "reduce.h"
import "C"

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

const (
	reducePiece = 16 << 10 // elements that one piece reads, at least
	reduceSplit = 8        // with fewer pieces than this a large reduction is cut into parts
)

// reduction is a Reduce or Stats as the kernels see it.
type reduction struct {
	kept, reduced dims // one operand: the input
	outputs       int  // product of the kept dimensions
	real          int  // of which so many exist; the rest is padding of a blocked axis
	columns       bool // the contiguous dimension is kept
	pieces        int  // of outputs
	perPiece      int
	parts, chunk  int
}

// reduceAxes gives the axes along which a call reduces.
func reduceAxes(c *backend.Call) []int {
	switch a := c.Attrs.(type) {
	case *backend.ReduceAttrs:
		return a.Axes
	case *backend.StatsAttrs:
		return a.Axes
	}
	return nil
}

func supportsReduce(p *backend.Program, c *backend.Call) bool {
	x := p.Value(c.In[0])
	if !float32Call(p, c) || len(x.Shape) > 5 {
		return false
	}
	for _, id := range c.Out {
		if p.Value(id).Layout != backend.Plain {
			return false
		}
	}
	b, blocked := blockings[x.Layout]
	if !blocked {
		return x.Layout == backend.Plain
	}
	axes := reduceAxes(c)
	if slices.Contains(axes, b.axis) {
		return !padded(x.Shape, x.Layout) || zerosDoNotCount(c)
	}
	// The lanes come last in memory and right after their block in the result.
	for i := b.axis + 1; i < len(x.Shape); i++ {
		if !slices.Contains(axes, i) {
			return false
		}
	}
	first := x.Shape[:b.axis]
	return !padded(x.Shape, x.Layout) || keptSize(first, axes) == 1
}

// zerosDoNotCount reports whether padding with zeros leaves the result as it is.
func zerosDoNotCount(c *backend.Call) bool {
	a, ok := c.Attrs.(*backend.ReduceAttrs)
	return ok && slices.Contains([]backend.ReduceOp{backend.ReduceSum, backend.ReduceSumSquares, backend.ReduceSumAbs, backend.ReduceSumNaN}, a.Op)
}

func keptSize(s backend.Shape, axes []int) int {
	n := 1
	for i, d := range s {
		if !slices.Contains(axes, i) {
			n *= d
		}
	}
	return n
}

// newReduction sorts the dimensions of the input's memory into kept and reduced ones.
func newReduction(x *backend.ValueInfo, axes []int) *reduction {
	m := memoryShape(x.Shape, x.Layout)
	isReduced := func(i int) bool {
		if i == len(x.Shape) { // the lanes
			i = blockings[x.Layout].axis
		}
		return slices.Contains(axes, i)
	}
	out := make([]int, len(m))
	for i, n := len(m)-1, 1; i >= 0; i-- {
		if !isReduced(i) {
			out[i] = n
			n *= m[i]
		}
	}
	d := dims{Size: slices.Clone(m), Stride: [][]int{m.Strides(), out}}
	d.Collapse()
	r := &reduction{real: keptSize(x.Shape, axes)}
	r.kept.Stride, r.reduced.Stride = [][]int{nil}, [][]int{nil}
	for i, size := range d.Size {
		to := &r.kept
		if d.Stride[1][i] == 0 {
			to = &r.reduced
		}
		to.Size = append(to.Size, size)
		to.Stride[0] = append(to.Stride[0], d.Stride[0][i])
		r.columns = to == &r.kept
	}
	if len(r.reduced.Size) == 0 {
		r.reduced = dims{Size: []int{1}, Stride: [][]int{{1}}}
	}
	r.outputs = r.kept.Count()
	r.cut()
	return r
}

// cut shares the outputs among pieces, and when these are few and large, the reduced dimensions among parts.
func (r *reduction) cut() {
	each := max(r.reduced.Count(), 1) // elements per item
	items := r.outputs
	if r.columns {
		width := r.width()
		items = r.outputs / width * ceilDiv(width, C.REDUCE_COLUMNS)
		each *= min(width, C.REDUCE_COLUMNS)
	}
	r.perPiece = max(reducePiece/each, 1)
	r.pieces = ceilDiv(items, r.perPiece)
	first := r.reduced.Size[0]
	r.parts, r.chunk = 1, max(first, 1)
	if r.pieces >= reduceSplit || items*each < 4*reducePiece {
		return
	}
	chunk := ceilDiv(first, min(4*reduceSplit/r.pieces, items*each/reducePiece))
	if len(r.reduced.Size) == 1 && !r.columns {
		chunk = roundUp(chunk, 1024)
	}
	r.chunk = max(chunk, 1)
	r.parts = ceilDiv(first, r.chunk)
}

func (r *reduction) width() int { return r.kept.Size[len(r.kept.Size)-1] }

// numbers are the integers of the calls.
func (r *reduction) numbers(op backend.ReduceOp) []int {
	n := make([]int, C.REDUCE_REDUCED+2*C.REDUCE_DIMS)
	n[C.REDUCE_OP], n[C.REDUCE_KEPT_DIMS], n[C.REDUCE_DIM_COUNT] = int(op), len(r.kept.Size), len(r.reduced.Size)
	n[C.REDUCE_OUTPUTS], n[C.REDUCE_REAL] = r.outputs, r.real
	n[C.REDUCE_PER_PIECE], n[C.REDUCE_PARTS], n[C.REDUCE_CHUNK] = r.perPiece, r.parts, r.chunk
	if r.columns {
		n[C.REDUCE_WIDTH] = r.width()
	}
	list := func(at int, d dims) {
		copy(n[at:], d.Size)
		copy(n[at+C.REDUCE_DIMS:], d.Stride[0])
	}
	list(C.REDUCE_KEPT, r.kept)
	list(C.REDUCE_REDUCED, r.reduced)
	return n
}

func lowerReduce(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.ReduceAttrs)
	cx.emitReduction(c, a.Op, kernelSet(C.gomx_reduce_rows), kernelSet(C.gomx_reduce_columns), kernelSet(C.gomx_reduce_combine), 8)
	return nil
}

func lowerStats(cx *compileCtx, c *backend.Call) error {
	cx.emitReduction(c, 0, kernelSet(C.gomx_stats_rows), kernelSet(C.gomx_stats_columns), kernelSet(C.gomx_stats_combine), 24)
	return nil
}

// emitReduction emits the kernel for rows or columns and, for several parts, the one that combines their results of size
// bytes each.
func (cx *compileCtx) emitReduction(c *backend.Call, op backend.ReduceOp, rows, columns, combine kernelSet, bytes int) {
	if cx.Shape(c.Out[0]).Size() == 0 {
		return
	}
	r := newReduction(cx.Value(c.In[0]), reduceAxes(c))
	outs := make([]place, len(c.Out))
	for i, id := range c.Out {
		outs[i] = cx.Ptr(id)
	}
	partial := place{}
	if r.parts > 1 {
		partial = cx.Scratch(bytes * r.parts * r.outputs)
	}
	kernel := rows
	if r.columns {
		kernel = columns
		cx.ThreadScratch(C.REDUCE_SCRATCH)
	}
	ptrs := append(append([]place{cx.Ptr(c.In[0])}, outs...), partial)
	cx.Emit(step{Kernel: kernel, Pieces: r.parts * r.pieces, Ptrs: ptrs, N: r.numbers(op)})
	if r.parts > 1 {
		cx.Emit(step{Kernel: combine, Pieces: 1, Ptrs: append([]place{partial}, outs...), N: r.numbers(op)})
	}
}

func supportsPlainFloat32(p *backend.Program, c *backend.Call) bool {
	return float32Call(p, c) && plainCall(p, c)
}

func lowerArgReduce(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.ArgReduceAttrs)
	x := cx.Shape(c.In[0])
	outer, axis, inner := x[:a.Axis].Size(), x[a.Axis], x[a.Axis+1:].Size()
	perPiece := max(reducePiece/max(axis*inner, 1), 1)
	cx.Emit(step{
		Kernel: kernelSet(C.gomx_arg_reduce), Pieces: ceilDiv(outer, perPiece),
		Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])}, N: []int{outer, axis, inner, bit(a.Min), perPiece},
	})
	return nil
}
