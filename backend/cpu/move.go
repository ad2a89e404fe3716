//go:build cgo

package cpu

// #include "copy.h"
// #include "transpose.h"
import "C"

import "slices"

const movePiece = 64 << 10 // bytes that one piece of a move writes

// emitMove copies an array of elements of size bytes; d has the strides of destination and source, in elements.
func (cx *compileCtx) emitMove(dst, src place, size int, d dims) {
	d = dims{Size: slices.Clone(d.Size), Stride: [][]int{slices.Clone(d.Stride[0]), slices.Clone(d.Stride[1])}}
	sortByStride(&d)
	d.Collapse()
	if len(d.Size) == 0 {
		d = dims{Size: []int{1}, Stride: [][]int{{1}, {1}}}
	}
	last := len(d.Size) - 1
	if slices.Contains(d.Size, 0) {
		return
	}
	if d.Stride[0][last] == 1 && d.Stride[1][last] > 1 && d.Size[last] > 3 {
		if k := slices.Index(d.Stride[1], 1); k >= 0 && d.Size[k] > 3 {
			cx.emitTiles(dst, src, size, d, k)
			return
		}
	}
	rows := d.Count() / d.Size[last]
	perPiece := max(movePiece/(size*d.Size[last]), 1)
	n := []int{size, last, rows, perPiece, d.Size[last], d.Stride[0][last], d.Stride[1][last]}
	cx.Emit(step{Kernel: kernelSet(C.gomx_move_rows), Pieces: ceilDiv(rows, perPiece), Ptrs: []place{src, dst}, N: appendDims(n, d, last, -1)})
}

// emitTiles transposes matrices: their rows lie along dimension k, their columns along the last one.
func (cx *compileCtx) emitTiles(dst, src place, size int, d dims, k int) {
	last := len(d.Size) - 1
	matrices := d.Count() / d.Size[last] / d.Size[k]
	bands := ceilDiv(d.Size[k], C.MOVE_TILE)
	kernel := kernelSet(C.gomx_move_tiles)
	if size == 4 {
		kernel = kernelSet(C.gomx_transpose)
	}
	n := []int{size, last - 1, matrices, bands, d.Size[k], d.Size[last], d.Stride[0][k], d.Stride[1][last]}
	cx.Emit(step{Kernel: kernel, Pieces: matrices * bands, Ptrs: []place{src, dst}, N: appendDims(n, d, last, k)})
}

// appendDims adds size and strides of the dimensions before last except one.
func appendDims(n []int, d dims, last, except int) []int {
	for i := range last {
		if i != except {
			n = append(n, d.Size[i], d.Stride[0][i], d.Stride[1][i])
		}
	}
	return n
}

// sortByStride orders dimensions so that the destination is written in order.
func sortByStride(d *dims) {
	order := make([]int, len(d.Size))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return abs(d.Stride[0][b]) - abs(d.Stride[0][a]) })
	old := dims{Size: slices.Clone(d.Size), Stride: [][]int{slices.Clone(d.Stride[0]), slices.Clone(d.Stride[1])}}
	for i, from := range order {
		d.Size[i], d.Stride[0][i], d.Stride[1][i] = old.Size[from], old.Stride[0][from], old.Stride[1][from]
	}
}

func abs(x int) int { return max(x, -x) }
