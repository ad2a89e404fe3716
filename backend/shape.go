package backend

import (
	"slices"
	"strconv"
	"strings"
)

// Shape lists the dimensions of an array, outermost first. While shapes are inferred a dimension of 0 is not known yet,
// and a nil Shape is not known at all; a scalar is the empty, non-nil Shape{}.
type Shape []int

// Size is the number of elements: the product of the dimensions, 1 for a scalar.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Known reports whether every dimension is known.
func (s Shape) Known() bool { return s != nil && !slices.Contains(s, 0) }

// Equal reports whether both have the same dimensions. A nil Shape equals only a nil Shape.
func (s Shape) Equal(t Shape) bool { return (s == nil) == (t == nil) && slices.Equal(s, t) }

// Clone is a copy that shares no memory; nil stays nil.
func (s Shape) Clone() Shape { return slices.Clone(s) }

// Axis turns an axis that may count from the end (-1 is the last) into an index; ok is false outside the shape.
func (s Shape) Axis(axis int) (index int, ok bool) {
	if axis < 0 {
		axis += len(s)
	}
	return axis, axis >= 0 && axis < len(s)
}

// String prints (64,1,28,28), (3,) for one dimension, () for a scalar.
func (s Shape) String() string {
	if s == nil {
		return "unknown"
	}
	var b strings.Builder
	b.WriteByte('(')
	for i, d := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(d))
	}
	if len(s) == 1 {
		b.WriteByte(',')
	}
	b.WriteByte(')')
	return b.String()
}

// Strides are the distances, in elements, between neighbours along each axis of a contiguous array in C order.
func (s Shape) Strides() []int {
	st, n := make([]int, len(s)), 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// Broadcast gives the common shape of a and b under numpy's rule: aligned at the right, a dimension of 1 stretches.
func Broadcast(a, b Shape) (Shape, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	off := len(a) - len(b)
	for i, d := range b {
		switch {
		case out[off+i] == d || d == 1:
		case out[off+i] == 1:
			out[off+i] = d
		default:
			return nil, false
		}
	}
	return out, true
}
