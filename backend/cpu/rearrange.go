//go:build cgo

package cpu

// #include "copy.h"
import "C"

import (
	"encoding/binary"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/strides"
)

// supportsMove accepts any type in C order, up to six axes.
func supportsMove(p *backend.Program, c *backend.Call) bool {
	return plainCall(p, c) && len(p.Value(c.Out[0]).Shape) <= C.MOVE_DIMS
}

func lowerTranspose(cx *compileCtx, c *backend.Call) error {
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	from := make([]int, len(x.Shape))
	for i, a := range c.Attrs.(*backend.TransposeAttrs).Axes {
		from[i] = x.Shape.Strides()[a]
	}
	cx.emitMove(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), x.DType.Size(), dims{Size: y.Shape, Stride: [][]int{y.Shape.Strides(), from}})
	return nil
}

func lowerSlice(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.SliceAttrs)
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	from, begin := x.Shape.Strides(), 0
	for i := range from {
		begin += a.Begin[i] * from[i]
		from[i] *= a.Step[i]
	}
	size := x.DType.Size()
	cx.emitMove(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]).At(begin*size), size, dims{Size: y.Shape, Stride: [][]int{y.Shape.Strides(), from}})
	return nil
}

func lowerConcat(cx *compileCtx, c *backend.Call) error {
	axis := c.Attrs.(*backend.ConcatAttrs).Axis
	y := cx.Value(c.Out[0])
	size, to, begin := y.DType.Size(), y.Shape.Strides(), 0
	for _, id := range c.In {
		x := cx.Value(id)
		cx.emitMove(cx.Ptr(c.Out[0]).At(begin*to[axis]*size), cx.Ptr(id), size, dims{Size: x.Shape, Stride: [][]int{to, x.Shape.Strides()}})
		begin += x.Shape[axis]
	}
	return nil
}

func lowerPad(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.PadAttrs)
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	if y.Shape.Size() == 0 {
		return nil
	}
	number := make([]byte, 8)
	copy(number, (&backend.ValueInfo{Shape: backend.Shape{}, DType: y.DType, Const: []float64{a.Value}}).ConstBytes())
	from, to, before := strides.Align(x.Shape, max(len(x.Shape), 1)), strides.Align(y.Shape, max(len(y.Shape), 1)), a.Before
	if len(before) == 0 {
		before = []int{0}
	}
	last := len(to) - 1
	rows := to[:last].Size()
	perPiece := max(movePiece/(8*to[last]), 1)
	n := []int{y.DType.Size(), len(to), int(a.Mode), int(binary.NativeEndian.Uint64(number)), rows, perPiece}
	for i := range to {
		n = append(n, from[i], to[i], before[i])
	}
	cx.Emit(step{Kernel: kernelSet(C.gomx_pad), Pieces: ceilDiv(rows, perPiece), Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])}, N: n})
	return nil
}

// indexTypes are those that the kernels read.
var indexTypes = []backend.DType{backend.Float32, backend.Float64, backend.Uint8, backend.Int32, backend.Int8, backend.Int64}

func supportsGather(p *backend.Program, c *backend.Call) bool {
	return plainCall(p, c) && slices.Contains(indexTypes, p.Value(c.In[1]).DType) && p.Value(c.In[0]).Shape.Size() > 0
}

func supportsScatterAdd(p *backend.Program, c *backend.Call) bool {
	return supportsGather(p, c) && p.Value(c.In[0]).DType == backend.Float32 && p.Value(c.Out[0]).Shape.Size() > 0
}

func lowerGather(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.GatherAttrs)
	x, idx := cx.Value(c.In[0]), cx.Value(c.In[1])
	outer, row, count := x.Shape[:a.Axis].Size(), x.Shape[a.Axis+1:].Size()*x.DType.Size(), idx.Shape.Size()
	perPiece := max(movePiece/row, 1)
	cx.Emit(step{
		Kernel: kernelSet(C.gomx_gather), Pieces: ceilDiv(outer*count, perPiece),
		Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])},
		N:    []int{outer, x.Shape[a.Axis], count, row, bit(a.Wrap), int(idx.DType), perPiece},
	})
	return nil
}

// scatterColumns is how much of a row one piece of ScatterAdd adds up: every piece reads all indices.
const scatterColumns = 64

func lowerScatterAdd(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.GatherAttrs)
	y, idx := cx.Value(c.Out[0]), cx.Value(c.In[1])
	outer, row := y.Shape[:a.Axis].Size(), y.Shape[a.Axis+1:].Size()
	cx.Emit(step{
		Kernel: kernelSet(C.gomx_scatter_add), Pieces: outer * ceilDiv(row, scatterColumns),
		Ptrs: []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.Out[0])},
		N:    []int{outer, y.Shape[a.Axis], idx.Shape.Size(), row, bit(a.Wrap), int(idx.DType), scatterColumns},
	})
	return nil
}
