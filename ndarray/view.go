package ndarray

import (
	"slices"

	"github.com/gomx-org/gomx/op"
)

// Slice is the part from lo up to, not including, hi along the first axis. It shares memory: writes go through. Negative
// positions count from the end, as in MXNet.
func (a *NDArray) Slice(lo, hi int) *NDArray {
	if len(a.shape) == 0 {
		fail("Slice", "an array of shape () has no axis to slice")
	}
	n := a.shape[0]
	from, to := fromEnd(lo, n), fromEnd(hi, n)
	if from < 0 || to < from || to > n {
		fail("Slice", "%d:%d is outside axis 0 of %v", lo, hi, a.shape)
	}
	s := a.shape.Clone()
	s[0] = to - from
	row := a.rowBytes()
	return a.share(s, from*row, (to-from)*row)
}

// At is row i of the first axis, with one axis fewer; a row of a vector has shape (1,), since MXNet knows no arrays
// without axes. It shares memory. Negative positions count from the end.
func (a *NDArray) At(i int) *NDArray {
	if len(a.shape) == 0 {
		fail("At", "an array of shape () has no axis to index")
	}
	at := fromEnd(i, a.shape[0])
	if at < 0 || at >= a.shape[0] {
		fail("At", "%d is outside axis 0 of %v", i, a.shape)
	}
	s := a.shape[1:].Clone()
	if len(s) == 0 {
		s = Shape{1}
	}
	row := a.rowBytes()
	return a.share(s, at*row, row)
}

func fromEnd(i, n int) int {
	if i < 0 {
		return i + n
	}
	return i
}

func (a *NDArray) rowBytes() int { return a.shape[1:].Size() * a.dtype.Size() }

// Reshape is the same memory under another shape of the same size. As in MXNet 0 keeps the dimension at that place, −1 is
// inferred (once), −2 copies all remaining dimensions, −3 joins two, and −4 splits one into the two that follow, one of
// which may be −1.
func (a *NDArray) Reshape(shape ...int) *NDArray { return a.reshape(shape, false) }

// ReshapeReverse is Reshape reading both shapes from the right.
func (a *NDArray) ReshapeReverse(shape ...int) *NDArray { return a.reshape(shape, true) }

func (a *NDArray) reshape(codes []int, reverse bool) *NDArray {
	p := &op.ReshapeParam{Shape: codes, Reverse: reverse}
	out := make([]Shape, 1)
	err := reshapeOp.Check(p)
	if err == nil && a.length > 0 {
		s := op.NewShapes([]string{"data"}, nil, []Shape{a.shape.Clone()}, nil, out)
		reshapeOp.InferShape(p, s)
		err = s.Err()
	}
	switch {
	case err != nil:
		panic(wrap("Reshape", err))
	case !out[0].Known():
		fail("Reshape", "the array of shape %v has no elements to arrange as %v", a.shape, codes)
	}
	return a.share(out[0], 0, a.length)
}

var reshapeOp = mustOp("Reshape")

// BroadcastTo is a new array of the given shape, along whose new and stretched axes the elements repeat. The shape's
// dimensions, aligned at the right, equal the array's or stand where it has 1; 0 keeps the array's.
func (a *NDArray) BroadcastTo(shape ...int) *NDArray {
	if missing := len(shape) - len(a.shape); missing > 0 {
		ones := slices.Repeat(Shape{1}, missing)
		a = a.share(append(ones, a.shape...), 0, a.length)
		defer a.Close()
	}
	return BroadcastTo(a, shape)
}

// T is a new array with the axes in reverse order: the transpose of a matrix.
func (a *NDArray) T() *NDArray { return Transpose(a) }

// ExpandDims is the same memory with an axis of 1 put in before axis, which may count from the end.
func (a *NDArray) ExpandDims(axis int) *NDArray {
	at := axis
	if at < 0 {
		at += len(a.shape) + 1
	}
	if at < 0 || at > len(a.shape) {
		fail("ExpandDims", "axis %d does not fit shape %v", axis, a.shape)
	}
	return a.share(slices.Insert(a.shape.Clone(), at, 1), 0, a.length)
}
