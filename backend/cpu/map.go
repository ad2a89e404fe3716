//go:build cgo

package cpu

// #include "map.h"
import "C"

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

const (
	mapUnit = C.MAP_UNIT
	// A row shorter than this costs more in starting than in work: operands that are stretched along it are spread out first.
	mapShortRow = 32
	// A piece is so many additions' worth of work, some ten microseconds.
	mapPieceCost = 32 << 10
)

// mapOperands are the memory of a Map's inputs, then outputs, along common dimensions.
type mapOperands struct {
	dims
	ptrs   []place
	inputs int
}

// supportsMap accepts float32 and up to six axes, all operands in one layout or plain ones that fit its blocks.
func supportsMap(p *backend.Program, c *backend.Call) bool {
	out := p.Value(c.Out[0])
	if !float32Call(p, c) || len(out.Shape) > 5 || len(c.In)+len(c.Out) > C.MAP_OPERANDS {
		return false
	}
	for _, id := range c.Out {
		if p.Value(id).Layout != out.Layout {
			return false
		}
	}
	for _, id := range c.In {
		v := p.Value(id)
		if v.Layout != out.Layout && v.Layout != backend.Plain {
			return false
		}
	}
	var code C.gomx_map_code
	_, err := compileMap(&code, c.Attrs.(*backend.MapAttrs).E, make([]bool, len(c.In)), func(int, int) bool { return true })
	return err == nil
}

func lowerMap(cx *compileCtx, c *backend.Call) error {
	return cx.emitMap(c.Attrs.(*backend.MapAttrs).E, c.In, c.Out)
}

// emitMap computes e; kernels with an epilogue that they cannot do themselves use it too.
func (cx *compileCtx) emitMap(e *expr.Expr, in, out []backend.ValueID) error {
	if cx.Shape(out[0]).Size() == 0 {
		return nil
	}
	o := cx.mapOperands(in, out)
	o.Collapse()
	row := o.row()
	if row.length < mapShortRow && len(o.Size) > 1 {
		cx.spread(o)
		row = o.row()
	}
	code := new(C.gomx_map_code)
	varies := make([]bool, len(in))
	for i := range in {
		varies[i] = row.along[i] == C.MAP_ALONG
	}
	cost, err := compileMap(code, e, varies, func(k, i int) bool { return cx.Places[in[i]] == cx.Places[out[k]] })
	if err != nil {
		return err
	}
	pieces := o.cut(code, row, cost)
	cx.ThreadScratch(mapScratch(code))
	cx.Emit(step{Kernel: kernelSet(C.gomx_map), Pieces: pieces, Ptrs: o.ptrs, Code: slices.Clone(mapCodeBytes(code))})
	for _, id := range out {
		cx.emitClearPadding(id)
	}
	return nil
}

// mapOperands finds how the operands lie along the dimensions of the outputs' memory.
func (cx *compileCtx) mapOperands(in, out []backend.ValueID) *mapOperands {
	y := cx.Value(out[0])
	shape := memoryShape(y.Shape, y.Layout)
	o := &mapOperands{inputs: len(in)}
	o.Size = slices.Clone(shape)
	for _, id := range in {
		x, ptr := cx.Value(id), cx.Ptr(id)
		strides := sameLayoutStrides(x.Shape, y.Shape, y.Layout)
		if x.Layout != y.Layout {
			plain, ok := blockedStrides(x.Shape, y.Shape, y.Layout)
			if ok && plain[len(plain)-1] <= 1 { // neighbours in a block are neighbours in memory
				strides = plain
			} else {
				ptr = cx.relaid(id, len(y.Shape), y.Layout)
			}
		}
		o.ptrs = append(o.ptrs, ptr)
		o.Stride = append(o.Stride, strides)
	}
	for _, id := range out {
		o.ptrs = append(o.ptrs, cx.Ptr(id))
		o.Stride = append(o.Stride, shape.Strides())
	}
	return o
}

// mapRow is the innermost dimension, and how each operand lies along it.
type mapRow struct {
	length int
	dims   int // how many dimensions the row takes
	along  []uint8
}

// row takes the last dimension, or the last two where the last is a block of 16 lanes and operands walk along both, stand
// still, or repeat their 16 numbers.
func (o *mapOperands) row() mapRow {
	n := len(o.Size)
	if n == 0 {
		return mapRow{length: 1, along: o.kinds(func([]int) (uint8, bool) { return C.MAP_ALONG, true })}
	}
	if n >= 2 && o.Size[n-1] == mapUnit {
		ok := true
		along := o.kinds(func(st []int) (uint8, bool) {
			switch [2]int{st[n-2], st[n-1]} {
			case [2]int{mapUnit, 1}:
				return C.MAP_ALONG, true
			case [2]int{0, 0}:
				return C.MAP_SPLAT, true
			case [2]int{0, 1}:
				return C.MAP_LANES, true
			}
			ok = false
			return 0, false
		})
		if ok {
			return mapRow{length: o.Size[n-2] * mapUnit, dims: 2, along: along}
		}
	}
	along := o.kinds(func(st []int) (uint8, bool) {
		if st[n-1] == 0 {
			return C.MAP_SPLAT, true
		}
		return C.MAP_ALONG, true
	})
	return mapRow{length: o.Size[n-1], dims: 1, along: along}
}

func (o *mapOperands) kinds(kind func(strides []int) (uint8, bool)) []uint8 {
	along := make([]uint8, len(o.ptrs))
	for i, st := range o.Stride {
		along[i], _ = kind(st)
	}
	return along
}

// spread copies inputs that are stretched into scratch, as large as the outputs, so that all lie along one long row.
func (cx *compileCtx) spread(o *mapOperands) {
	full := backend.Shape(o.Size).Strides()
	for i := range o.inputs {
		if slices.Equal(o.Stride[i], full) || !slices.ContainsFunc(o.Stride[i], func(s int) bool { return s != 0 }) {
			continue
		}
		dst := cx.Scratch(4 * o.Count())
		cx.emitMove(dst, o.ptrs[i], 4, dims{Size: o.Size, Stride: [][]int{full, o.Stride[i]}})
		o.ptrs[i], o.Stride[i] = dst, slices.Clone(full)
	}
	o.Collapse()
}

// cut writes the shape into code and gives the number of pieces.
func (o *mapOperands) cut(code *C.gomx_map_code, row mapRow, cost int) int {
	for i, a := range row.along {
		code.along[i] = C.uint8_t(a)
	}
	elements := max(mapPieceCost/cost, 1024)
	code.length = C.int64_t(row.length)
	outer := len(o.Size) - row.dims
	if outer <= 0 {
		elements = roundUp(elements, int(code.strip))
		code.flat, code.rows, code.piece = 1, 1, C.int64_t(elements)
		return ceilDiv(row.length, elements)
	}
	code.dims, code.rows = C.int32_t(outer), 1
	for d := range outer {
		code.dim[d] = C.int64_t(o.Size[d])
		code.rows *= C.int64_t(o.Size[d])
		for k := range o.Stride {
			code.stride[k][d] = C.int64_t(o.Stride[k][d])
		}
	}
	rows := max(elements/row.length, 1)
	code.piece = C.int64_t(rows)
	return ceilDiv(int(code.rows), rows)
}
