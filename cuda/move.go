package cuda

import (
	"slices"

	"github.com/gomx-org/gomx/internal/strides"
)

const (
	moveDims = 6 // of kernels/move.cu
	tileSize = 32
	tileMin  = 8 // a matrix with fewer rows or columns fills its tiles badly
)

// emitMove copies an array of elements of size bytes; d has the strides of destination and source, in elements. At most
// moveDims dimensions must be left when those are joined that both walk as one.
func (cx *compileCtx) emitMove(dst, src place, size int, d strides.Dims) {
	d = byDestination(d)
	d.Collapse()
	if len(d.Size) == 0 {
		d = strides.Dims{Size: []int{1}, Stride: [][]int{{1}, {1}}}
	}
	last := len(d.Size) - 1
	to, from := d.Stride[0], d.Stride[1]
	switch {
	case slices.Contains(d.Size, 0):
	case last == 0 && to[0] == 1 && from[0] == 1:
		cx.Copy(dst, src, d.Size[0]*size)
	case to[last] == 1 && from[last] == 1:
		cx.emitUnits(dst, src, size, widest(d, size), d)
	case to[last] == 1 && d.Size[last] >= tileMin:
		if k := slices.Index(from, 1); k >= 0 && d.Size[k] >= tileMin {
			cx.emitTiles(dst, src, size, d, k)
			return
		}
		fallthrough
	default:
		cx.emitUnits(dst, src, size, size, d)
	}
}

// byDestination orders dimensions so that the destination is written in order.
func byDestination(d strides.Dims) strides.Dims {
	order := make([]int, len(d.Size))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return d.Stride[0][b] - d.Stride[0][a] })
	sorted := strides.Dims{Stride: [][]int{nil, nil}}
	for _, i := range order {
		sorted.Size = append(sorted.Size, d.Size[i])
		for k := range sorted.Stride {
			sorted.Stride[k] = append(sorted.Stride[k], d.Stride[k][i])
		}
	}
	return sorted
}

// widest is the number of bytes, up to 16, that move as one when the last dimension is contiguous on both sides.
func widest(d strides.Dims, size int) int {
	last := len(d.Size) - 1
	unit := 16
	divides := func(n int) bool { return n*size%unit == 0 }
	fits := func() bool {
		for i := range last {
			if !divides(d.Stride[0][i]) || !divides(d.Stride[1][i]) {
				return false
			}
		}
		return divides(d.Size[last])
	}
	for !fits() {
		unit /= 2
	}
	return unit
}

// emitUnits moves units of some bytes, each an element or several that are neighbours on both sides.
func (cx *compileCtx) emitUnits(dst, src place, size, unit int, d strides.Dims) {
	if n := unit / size; n > 1 {
		last := len(d.Size) - 1
		d.Size[last] /= n
		for _, st := range d.Stride {
			for i := range last {
				st[i] /= n
			}
		}
	}
	s := moveShape{n: uint32(d.Count()), dims: uint32(len(d.Size)), element: uint32(size)}
	newAxes(d.Size).store(s.size[:], s.magic[:], s.shift[:])
	fastestFirst(s.to[:], d.Stride[0])
	fastestFirst(s.from[:], d.Stride[1])
	emit := map[int]func(cx *compileCtx, grid dim3, x, y place, s *moveShape){
		1: (*compileCtx).move1, 2: (*compileCtx).move2, 4: (*compileCtx).move4, 8: (*compileCtx).move8, 16: (*compileCtx).move16,
	}[unit]
	emit(cx, blocksOf(d.Count()), src, dst, &s)
}

// emitTiles transposes matrices: dimension k is contiguous in the source, the last one in the destination.
func (cx *compileCtx) emitTiles(dst, src place, size int, d strides.Dims, k int) {
	last := len(d.Size) - 1
	s := tileShape{
		width: uint32(d.Size[last]), height: uint32(d.Size[k]), fromStride: int32(d.Stride[1][last]), toStride: int32(d.Stride[0][k]),
		across: uint32(ceilDiv(d.Size[last], tileSize)), down: uint32(ceilDiv(d.Size[k], tileSize)),
	}
	s.acrossMagic, s.acrossShift = divisor(int(s.across))
	s.downMagic, s.downShift = divisor(int(s.down))
	matrices := strides.Dims{Size: []int{1}, Stride: [][]int{{0}, {0}}}
	for i := range last {
		if i != k {
			matrices.Size = append(matrices.Size, d.Size[i])
			matrices.Stride[0] = append(matrices.Stride[0], d.Stride[0][i])
			matrices.Stride[1] = append(matrices.Stride[1], d.Stride[1][i])
		}
	}
	if len(matrices.Size) > 1 {
		matrices.Collapse()
	}
	s.dims = uint32(len(matrices.Size))
	newAxes(matrices.Size).store(s.size[:], s.magic[:], s.shift[:])
	fastestFirst(s.to[:], matrices.Stride[0])
	fastestFirst(s.from[:], matrices.Stride[1])
	emit := map[int]func(cx *compileCtx, grid dim3, x, y place, s *tileShape){
		1: (*compileCtx).transpose1, 2: (*compileCtx).transpose2, 4: (*compileCtx).transpose4, 8: (*compileCtx).transpose8,
	}[size]
	emit(cx, dim3{s.across * s.down * uint32(matrices.Count()), 1, 1}, src, dst, &s)
}

// blocksOf is the grid for n threads in blocks of 256.
func blocksOf(n int) dim3 { return dim3{uint32(ceilDiv(n, 256)), 1, 1} }
