package cuda

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// indexTypes are those that the kernels read.
var indexTypes = []backend.DType{backend.Float32, backend.Float64, backend.Uint8, backend.Int32, backend.Int8, backend.Int64}

func supportsGather(p *backend.Program, c *backend.Call) bool {
	return plainCall(p, c) && slices.Contains(indexTypes, p.Value(c.In[1]).DType) && p.Value(c.In[0]).Shape.Size() > 0
}

func supportsScatterAdd(p *backend.Program, c *backend.Call) bool {
	x := p.Value(c.In[0])
	return plainCall(p, c) && slices.Contains(indexTypes, p.Value(c.In[1]).DType) && x.DType == backend.Float32
}

// rowNumbers gives memory that holds the numbers of rows, of the given number, for a call's indices.
func (cx *compileCtx) rowNumbers(c *backend.Call, rows int) place {
	idx := cx.Value(c.In[1])
	n := idx.Shape.Size()
	numbers := cx.Scratch(4 * n)
	cx.gatherRows(blocksOf(n), cx.Ptr(c.In[1]), numbers, uint32(n), uint32(rows), uint32(idx.DType), bit(c.Attrs.(*backend.GatherAttrs).Wrap))
	return numbers
}

func lowerGather(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.GatherAttrs)
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	if y.Shape.Size() == 0 {
		return nil
	}
	rows, taken := x.Shape[a.Axis], cx.Shape(c.In[1]).Size()
	size, bytes := x.DType.Size(), x.Shape[a.Axis+1:].Size()*x.DType.Size()
	unit := 16
	for bytes%unit != 0 {
		unit /= 2
	}
	s := gatherShape{n: uint32(y.Shape.Size() * size / unit), rows: uint32(rows), element: uint32(size), width: uint32(bytes / unit), taken: uint32(taken)}
	s.widthMagic, s.widthShift = divisor(bytes / unit)
	s.takenMagic, s.takenShift = divisor(taken)
	emit := map[int]func(cx *compileCtx, grid dim3, x, row, y place, s *gatherShape){
		1: (*compileCtx).gather1, 2: (*compileCtx).gather2, 4: (*compileCtx).gather4, 8: (*compileCtx).gather8, 16: (*compileCtx).gather16,
	}[unit]
	numbers := cx.rowNumbers(c, rows)
	emit(cx, blocksOf(int(s.n)), cx.Ptr(c.In[0]), numbers, cx.Ptr(c.Out[0]), &s)
	return nil
}

// scatterColumns is how much of a row a warp adds up.
const scatterColumns = 128

// lowerScatterAdd lets a warp look for the indices of each row, or when there are more rows than indices, for the further
// indices of the row that an index names first. Each sum has the order of the indices.
func lowerScatterAdd(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.GatherAttrs)
	y := cx.Value(c.Out[0])
	if y.Shape.Size() == 0 {
		return nil
	}
	outer, rows, width, taken := y.Shape[:a.Axis].Size(), y.Shape[a.Axis], y.Shape[a.Axis+1:].Size(), cx.Shape(c.In[1]).Size()
	targets, byIndex := rows, taken < rows
	if byIndex {
		targets = taken
		cx.Fill(cx.Ptr(c.Out[0]), 0, y.Bytes())
	}
	if targets == 0 {
		return nil
	}
	parts := ceilDiv(width, scatterColumns)
	s := scatterShape{
		warps: uint32(outer * targets * parts), rows: uint32(rows), taken: uint32(taken), width: uint32(width), byIndex: bit(byIndex),
		parts: uint32(parts), targets: uint32(targets),
	}
	s.partsMagic, s.partsShift = divisor(parts)
	s.targetsMagic, s.targetsShift = divisor(targets)
	numbers := cx.rowNumbers(c, rows)
	cx.scatterAdd(dim3{uint32(ceilDiv(int(s.warps), 8)), 1, 1}, cx.Ptr(c.In[0]), numbers, cx.Ptr(c.Out[0]), &s)
	return nil
}
