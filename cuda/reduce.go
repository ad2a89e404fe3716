package cuda

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/strides"
)

// supportsReduce accepts up to six axes: what moves when they are to be sorted.
func supportsReduce(p *backend.Program, c *backend.Call) bool {
	return plainFloat32(p, c) && len(p.Value(c.In[0]).Shape) <= moveDims
}

func lowerReduce(cx *compileCtx, c *backend.Call) error {
	if cx.Shape(c.Out[0]).Size() == 0 {
		return nil
	}
	a := c.Attrs.(*backend.ReduceAttrs)
	r, x := cx.newReduction(c, a.Axes)
	y := cx.Ptr(c.Out[0])
	if r.shape.parts == 1 {
		cx.emitReduce(r, a.Op, x, y)
		return nil
	}
	parts := cx.Scratch(4 * int(r.shape.outputs*r.shape.parts))
	cx.emitReduce(r, a.Op, x, parts)
	cx.emitReduce(r.ofParts(), joinOps[a.Op], parts, y)
	return nil
}

// joinOps says how results of parts join.
var joinOps = [...]backend.ReduceOp{
	backend.ReduceSum: backend.ReduceSum, backend.ReduceProd: backend.ReduceProd, backend.ReduceMax: backend.ReduceMax, backend.ReduceMin: backend.ReduceMin,
	backend.ReduceSumSquares: backend.ReduceSum, backend.ReduceSumAbs: backend.ReduceSum, backend.ReduceSumNaN: backend.ReduceSum, backend.ReduceProdNaN: backend.ReduceProd,
}

func (cx *compileCtx) emitReduce(r *reduction, op backend.ReduceOp, x, y place) {
	r.shape.op = uint32(op)
	emit := [...]func(cx *compileCtx, grid dim3, x, y place, s *reduceShape){
		byThread: (*compileCtx).reduceThreads, byWarp: (*compileCtx).reduceWarps, byBlock: (*compileCtx).reduceBlocks, byColumn: (*compileCtx).reduceColumns,
	}[r.way]
	emit(cx, r.grid(), x, y, &r.shape)
}

// reduction is a Reduce or Stats as kernels/reduce.cu sees it.
type reduction struct {
	shape reduceShape
	way   reduceWay
}

// reduceWay is one of the ways in which kernels share the work.
type reduceWay uint8

const (
	byThread reduceWay = iota // a thread per result
	byWarp                    // a warp per result
	byBlock                   // a block per result, or part of one
	byColumn                  // a block per 32 results that lie side by side, or part of them
)

// How much is worth a way. The numbers are the same for every device, and so are the results.
const (
	blocksWanted = 512  // blocks that keep a GPU busy
	threadCount  = 8    // elements that one thread may combine alone
	warpCount    = 512  // … a warp
	blockCount   = 2048 // … a block, at least, when results are cut into parts
	columnCount  = 128  // … a column of a block, likewise
)

// newReduction plans a reduction of the call's input along axes, and gives the memory to reduce: the input, or where it has
// more dimensions than the kernels see, a copy in which the elements of each result lie side by side.
func (cx *compileCtx) newReduction(c *backend.Call, axes []int) (*reduction, place) {
	s, x := cx.Shape(c.In[0]), cx.Ptr(c.In[0])
	kept, combined, columns := sortAxes(s, axes)
	if len(kept.Size) <= 2 && len(combined.Size) <= 2 {
		return planReduction(kept, combined, columns), x
	}
	size := slices.Concat(kept.Size, combined.Size)
	sorted := cx.Scratch(4 * s.Size())
	cx.emitMove(sorted, x, 4, strides.Dims{Size: size, Stride: [][]int{backend.Shape(size).Strides(), slices.Concat(kept.Stride[0], combined.Stride[0])}})
	return planReduction(line(kept.Count(), combined.Count()), line(combined.Count(), 1), false), sorted
}

// sortAxes sorts the dimensions of an array into kept and combined ones, at least one each. With columns the contiguous
// dimension is kept.
func sortAxes(s backend.Shape, axes []int) (kept, combined strides.Dims, columns bool) {
	out := make([]int, len(s))
	for i, n := len(s)-1, 1; i >= 0; i-- {
		if !slices.Contains(axes, i) {
			out[i] = n
			n *= s[i]
		}
	}
	d := strides.Dims{Size: slices.Clone(s), Stride: [][]int{s.Strides(), out}}
	d.Collapse()
	kept.Stride, combined.Stride = [][]int{nil}, [][]int{nil}
	for i, size := range d.Size {
		columns = d.Stride[1][i] != 0
		to := &combined
		if columns {
			to = &kept
		}
		to.Size, to.Stride[0] = append(to.Size, size), append(to.Stride[0], d.Stride[0][i])
	}
	for _, d := range []*strides.Dims{&kept, &combined} {
		if len(d.Size) == 0 {
			*d = line(1, 1)
		}
	}
	return kept, combined, columns
}

// line is one dimension.
func line(size, stride int) strides.Dims {
	return strides.Dims{Size: []int{size}, Stride: [][]int{{stride}}}
}

// planReduction chooses how to combine up to two dimensions for results along up to two others.
func planReduction(kept, combined strides.Dims, columns bool) *reduction {
	outputs, count := kept.Count(), combined.Count()
	r := &reduction{shape: reduceShape{outputs: uint32(outputs), count: uint32(count)}}
	s := &r.shape
	s.keptStride, s.keptMagic, s.keptShift, s.keptJump = twoDims(kept)
	s.reducedStride, s.reducedMagic, s.reducedShift, s.reducedJump = twoDims(combined)
	parts, step := 1, 1
	switch {
	case count <= threadCount || columns && outputs >= blocksWanted*256:
		r.way = byThread
	case columns:
		r.way = byColumn
		parts, step = min(ceilDiv(blocksWanted, ceilDiv(outputs, 32)), ceilDiv(count, columnCount)), 8
	case count <= warpCount:
		r.way = byWarp
	default:
		r.way = byBlock
		parts, step = min(ceilDiv(blocksWanted, outputs), ceilDiv(count, blockCount)), 256
	}
	part := max(roundUp(ceilDiv(count, parts), step), 1)
	s.part, s.parts = uint32(part), uint32(max(ceilDiv(count, part), 1))
	return r
}

// twoDims gives the numbers by which kernels find number i of up to two dimensions: i·stride + i/size·jump.
func twoDims(d strides.Dims) (stride, magic, shift, jump uint32) {
	size, last := maxElements, len(d.Size)-1 // without a second dimension nothing carries
	if last > 0 {
		size = max(d.Size[last], 1)
		jump = uint32(d.Stride[0][0] - size*d.Stride[0][last])
	}
	magic, shift = divisor(size)
	return uint32(d.Stride[0][last]), magic, shift, jump
}

// grid counts the blocks that r takes.
func (r *reduction) grid() dim3 {
	n := int(r.shape.outputs)
	switch r.way {
	case byThread:
		n = ceilDiv(n, 256)
	case byWarp:
		n = ceilDiv(n, 8)
	case byColumn:
		n = ceilDiv(n, 32)
	}
	return dim3{uint32(n), r.shape.parts, 1}
}

// ofParts is the reduction that joins the parts of r.
func (r *reduction) ofParts() *reduction {
	return planReduction(line(int(r.shape.outputs), int(r.shape.parts)), line(int(r.shape.parts), 1), false)
}
