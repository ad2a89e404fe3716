//go:build cgo

package cpu

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/strides"
)

type dims = strides.Dims

// blocking says how a layout cuts an axis into blocks; the place in the block is the innermost dimension of memory.
type blocking struct{ axis, size int }

var blockings = map[backend.Layout]blocking{backend.N16: {0, 16}, backend.C16: {1, 16}, backend.F4: {0, 4}}

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

// sameLayoutStrides are the strides of an operand of shape s along the dimensions of a value of shape out when both lie in
// layout l.
func sameLayoutStrides(s, out backend.Shape, l backend.Layout) []int {
	s = strides.Align(s, len(out))
	st := strides.Broadcast(memoryShape(s, l), memoryShape(out, l))
	if b, ok := blockings[l]; ok && s[b.axis] == 1 && out[b.axis] != 1 {
		st[len(st)-1] = 0 // stretched along the lanes, of which it fills the first
	}
	return st
}

// blockedStrides are the strides of a plain operand, of shape s, along the dimensions that a value of shape out has in layout
// l. ok is false where blocks of l do not fit the operand: it varies along the blocked axis and that is no multiple of the
// block.
func blockedStrides(s, out backend.Shape, l backend.Layout) (st []int, ok bool) {
	b := blockings[l]
	s = strides.Align(s, len(out))
	st = strides.Broadcast(s, out)
	lane := st[b.axis]
	if s[b.axis] != 1 && s[b.axis]%b.size != 0 {
		return nil, false
	}
	st[b.axis] = lane * b.size
	return append(st, lane), true
}

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
