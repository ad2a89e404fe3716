//go:build cgo

package cpu

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// blocking says how a layout cuts an axis into blocks; the place in the block is the innermost dimension of memory.
type blocking struct{ axis, size int }

var blockings = map[backend.Layout]blocking{backend.N16: {0, 16}, backend.C16: {1, 16}, backend.F4: {0, 4}}

// dims are the dimensions of memory, outermost first, and the distances in elements along them for some operands.
type dims struct {
	size   []int
	stride [][]int // by operand, then dimension
}

// memoryShape is how a value of the logical shape s lies in layout l: (ceil(d/size)) in place of the blocked axis, and the
// block at the end.
func memoryShape(s backend.Shape, l backend.Layout) backend.Shape {
	b, ok := blockings[l]
	if !ok {
		return s
	}
	m := append(s.Clone(), b.size)
	m[b.axis] = ceilDiv(s[b.axis], b.size)
	return m
}

// padded reports whether layout l of shape s holds more elements than s.
func padded(s backend.Shape, l backend.Layout) bool { return l.Elements(s) != s.Size() }

// align gives s leading ones, up to rank axes.
func align(s backend.Shape, rank int) backend.Shape {
	out := make(backend.Shape, rank)
	for i := range out {
		out[i] = 1
		if k := i - (rank - len(s)); k >= 0 {
			out[i] = s[k]
		}
	}
	return out
}

// broadcastStrides are the strides of an operand in memory shape s along the dimensions of out: 0 where it is stretched.
func broadcastStrides(s, out backend.Shape) []int {
	s = align(s, len(out))
	st := s.Strides()
	for i := range st {
		if s[i] == 1 {
			st[i] = 0
		}
	}
	return st
}

// sameLayoutStrides are the strides of an operand of shape s along the dimensions of a value of shape out when both lie in
// layout l.
func sameLayoutStrides(s, out backend.Shape, l backend.Layout) []int {
	s = align(s, len(out))
	st := broadcastStrides(memoryShape(s, l), memoryShape(out, l))
	if b, ok := blockings[l]; ok && s[b.axis] == 1 && out[b.axis] != 1 {
		st[len(st)-1] = 0 // stretched along the lanes, of which it fills the first
	}
	return st
}

// blockedStrides are the strides of a plain operand, of shape s, along the dimensions that a value of shape out has in layout
// l. ok is false where blocks of l do not fit the operand: it varies along the blocked axis and that is no multiple of the
// block.
func blockedStrides(s, out backend.Shape, l backend.Layout) (strides []int, ok bool) {
	b := blockings[l]
	s = align(s, len(out))
	st := broadcastStrides(s, out)
	lane := st[b.axis]
	if s[b.axis] != 1 && s[b.axis]%b.size != 0 {
		return nil, false
	}
	st[b.axis] = lane * b.size
	return append(st, lane), true
}

// collapse drops dimensions of 1 and joins neighbours that every operand walks as one.
func (d *dims) collapse() {
	for i := len(d.size) - 1; i >= 0; i-- {
		if d.size[i] == 1 {
			d.remove(i)
		}
	}
	for i := len(d.size) - 2; i >= 0; i-- {
		joint := true
		for _, st := range d.stride {
			joint = joint && st[i] == st[i+1]*d.size[i+1]
		}
		if joint {
			d.size[i+1] *= d.size[i]
			d.remove(i)
		}
	}
}

func (d *dims) remove(i int) {
	d.size = slices.Delete(d.size, i, i+1)
	for k := range d.stride {
		d.stride[k] = slices.Delete(d.stride[k], i, i+1)
	}
}

// count is the number of elements.
func (d *dims) count() int { return backend.Shape(d.size).Size() }

// float32Call reports whether all values of the call are float32.
func float32Call(p *backend.Program, c *backend.Call) bool {
	for _, ids := range [][]backend.ValueID{c.In, c.Out} {
		for _, id := range ids {
			if p.Value(id).DType != backend.Float32 {
				return false
			}
		}
	}
	return true
}
