// Package strides walks several operands at once: the common dimensions, and each operand's distances along them.
package strides

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// Dims are dimensions, outermost first, and the distances in elements along them for some operands.
type Dims struct {
	Size   []int
	Stride [][]int // by operand, then dimension
}

// Collapse drops dimensions of 1 and joins neighbours that every operand walks as one.
func (d *Dims) Collapse() {
	for i := len(d.Size) - 1; i >= 0; i-- {
		if d.Size[i] == 1 {
			d.remove(i)
		}
	}
	for i := len(d.Size) - 2; i >= 0; i-- {
		joint := true
		for _, st := range d.Stride {
			joint = joint && st[i] == st[i+1]*d.Size[i+1]
		}
		if joint {
			d.Size[i+1] *= d.Size[i]
			d.remove(i)
		}
	}
}

func (d *Dims) remove(i int) {
	d.Size = slices.Delete(d.Size, i, i+1)
	for k := range d.Stride {
		d.Stride[k] = slices.Delete(d.Stride[k], i, i+1)
	}
}

// Count is the number of elements.
func (d *Dims) Count() int { return backend.Shape(d.Size).Size() }

// Align gives s leading ones, up to rank axes.
func Align(s backend.Shape, rank int) backend.Shape {
	out := make(backend.Shape, rank)
	for i := range out {
		out[i] = 1
		if k := i - (rank - len(s)); k >= 0 {
			out[i] = s[k]
		}
	}
	return out
}

// Broadcast are the strides of an operand of shape s along the dimensions of out: 0 where it is stretched.
func Broadcast(s, out backend.Shape) []int {
	s = Align(s, len(out))
	st := s.Strides()
	for i := range st {
		if s[i] == 1 {
			st[i] = 0
		}
	}
	return st
}
