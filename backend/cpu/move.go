//go:build cgo

package cpu

// #include "copy.h"
// #include "transpose.h"
import "C"

import "slices"

const movePiece = 64 << 10 // bytes that one piece of a move writes

// emitMove copies an array of elements of size bytes; d has the strides of destination and source, in elements.
func (cx *compileCtx) emitMove(dst, src place, size int, d dims) {
	d = dims{size: slices.Clone(d.size), stride: [][]int{slices.Clone(d.stride[0]), slices.Clone(d.stride[1])}}
	sortByStride(&d)
	d.collapse()
	if len(d.size) == 0 {
		d = dims{size: []int{1}, stride: [][]int{{1}, {1}}}
	}
	last := len(d.size) - 1
	if slices.Contains(d.size, 0) {
		return
	}
	if d.stride[0][last] == 1 && d.stride[1][last] > 1 && d.size[last] > 3 {
		if k := slices.Index(d.stride[1], 1); k >= 0 && d.size[k] > 3 {
			cx.emitTiles(dst, src, size, d, k)
			return
		}
	}
	rows := d.count() / d.size[last]
	perPiece := max(movePiece/(size*d.size[last]), 1)
	n := []int{size, last, rows, perPiece, d.size[last], d.stride[0][last], d.stride[1][last]}
	cx.Emit(step{Kernel: kernelSet(C.gomx_move_rows), Pieces: ceilDiv(rows, perPiece), Ptrs: []place{src, dst}, N: appendDims(n, d, last, -1)})
}

// emitTiles transposes matrices: their rows lie along dimension k, their columns along the last one.
func (cx *compileCtx) emitTiles(dst, src place, size int, d dims, k int) {
	last := len(d.size) - 1
	matrices := d.count() / d.size[last] / d.size[k]
	bands := ceilDiv(d.size[k], C.MOVE_TILE)
	kernel := kernelSet(C.gomx_move_tiles)
	if size == 4 {
		kernel = kernelSet(C.gomx_transpose)
	}
	n := []int{size, last - 1, matrices, bands, d.size[k], d.size[last], d.stride[0][k], d.stride[1][last]}
	cx.Emit(step{Kernel: kernel, Pieces: matrices * bands, Ptrs: []place{src, dst}, N: appendDims(n, d, last, k)})
}

// appendDims adds size and strides of the dimensions before last except one.
func appendDims(n []int, d dims, last, except int) []int {
	for i := range last {
		if i != except {
			n = append(n, d.size[i], d.stride[0][i], d.stride[1][i])
		}
	}
	return n
}

// sortByStride orders dimensions so that the destination is written in order.
func sortByStride(d *dims) {
	order := make([]int, len(d.size))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return abs(d.stride[0][b]) - abs(d.stride[0][a]) })
	old := dims{size: slices.Clone(d.size), stride: [][]int{slices.Clone(d.stride[0]), slices.Clone(d.stride[1])}}
	for i, from := range order {
		d.size[i], d.stride[0][i], d.stride[1][i] = old.size[from], old.stride[0][from], old.stride[1][from]
	}
}

func abs(x int) int { return max(x, -x) }
