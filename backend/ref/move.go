package ref

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// copyKernel copies the only input: Reshape, Write and, with the layouts of its values, Relayout.
type copyKernel struct{ bytes int }

func newCopy(c *call) Kernel {
	return &copyKernel{c.in[0].Shape.Size() * c.in[0].DType.Size()}
}

func (k *copyKernel) Run(in, out [][]byte) error {
	copy(out[0][:k.bytes], in[0])
	return nil
}

// stridedKernel fills its output in order with the elements that a walk over the input shows.
type stridedKernel struct {
	walk walk
	size int // of an element
	n    int
}

func newTranspose(c *call) Kernel {
	st := c.in[0].Shape.Strides()
	strides := make([]int, len(st))
	for i, a := range c.Attrs.(*backend.TransposeAttrs).Axes {
		strides[i] = st[a]
	}
	return newStrided(c, strides, 0)
}

func newSlice(c *call) Kernel {
	a := c.Attrs.(*backend.SliceAttrs)
	st := c.in[0].Shape.Strides()
	base := 0
	for i := range st {
		base += a.Begin[i] * st[i]
		st[i] *= a.Step[i]
	}
	return newStrided(c, st, base)
}

func newStrided(c *call, strides []int, base int) Kernel {
	out := c.out[0]
	return &stridedKernel{newWalk(out.Shape, strides, base), out.DType.Size(), out.Shape.Size()}
}

func (k *stridedKernel) Run(in, out [][]byte) error {
	k.walk.reset()
	st := k.walk.stride()
	for done := 0; done < k.n; {
		at, n := k.walk.run(k.n - done)
		if st == 1 {
			copy(out[0][done*k.size:(done+n)*k.size], in[0][at*k.size:])
		} else {
			copyStrided(out[0][done*k.size:], in[0], at, st, n, k.size)
		}
		done += n
	}
	return nil
}

// copyStrided copies n elements of the given size that lie stride apart from element at.
func copyStrided(dst, src []byte, at, stride, n, size int) {
	switch size {
	case 1:
		pick(dst, src, at, stride, n)
	case 2:
		pick(view[uint16](dst), view[uint16](src), at, stride, n)
	case 4:
		pick(view[uint32](dst), view[uint32](src), at, stride, n)
	case 8:
		pick(view[uint64](dst), view[uint64](src), at, stride, n)
	}
}

func pick[T any](dst, src []T, at, stride, n int) {
	for i := range dst[:n] {
		dst[i] = src[at]
		at += stride
	}
}

// concatKernel copies, for every index of the axes before, each input's piece.
type concatKernel struct {
	outer  int
	pieces []int // bytes of each input per outer index
}

func newConcat(c *call) Kernel {
	axis := c.Attrs.(*backend.ConcatAttrs).Axis
	k := &concatKernel{outer: c.out[0].Shape[:axis].Size()}
	for _, v := range c.in {
		k.pieces = append(k.pieces, v.Shape[axis:].Size()*v.DType.Size())
	}
	return k
}

func (k *concatKernel) Run(in, out [][]byte) error {
	dst := out[0]
	for o := range k.outer {
		for i, n := range k.pieces {
			copy(dst[:n], in[i][o*n:])
			dst = dst[n:]
		}
	}
	return nil
}

// padKernel knows for every axis which input index each output index shows, -1 for the constant.
type padKernel struct {
	in, out []int // shapes
	source  [][]int
	size    int
	value   []byte
}

func newPad(c *call) Kernel {
	a := c.Attrs.(*backend.PadAttrs)
	x, y := c.in[0], c.out[0]
	k := &padKernel{in: x.Shape, out: y.Shape, size: y.DType.Size(), value: make([]byte, y.DType.Size())}
	storeFloat(k.value, y.DType, []float64{a.Value})
	for i, n := range y.Shape {
		src := make([]int, n)
		for j := range src {
			src[j] = padSource(a.Mode, j-a.Before[i], x.Shape[i])
		}
		k.source = append(k.source, src)
	}
	return k
}

func padSource(mode backend.PadMode, i, n int) int {
	switch {
	case i >= 0 && i < n:
		return i
	case mode == backend.PadEdge:
		return min(max(i, 0), n-1)
	case mode == backend.PadReflect && i < 0:
		return -i
	case mode == backend.PadReflect:
		return 2*(n-1) - i
	}
	return -1
}

func (k *padKernel) Run(in, out [][]byte) error {
	if len(k.out) == 0 {
		copy(out[0][:k.size], in[0])
		return nil
	}
	if !slices.Contains(k.out, 0) {
		k.axis(out[0], in[0], 0, 0, true)
	}
	return nil
}

// axis fills what lies under one index of the axes before d and gives the rest of dst; at is the input's element there,
// inside tells whether there is one.
func (k *padKernel) axis(dst, src []byte, d, at int, inside bool) []byte {
	if d == len(k.out) {
		if inside {
			copy(dst[:k.size], src[at*k.size:])
		} else {
			copy(dst[:k.size], k.value)
		}
		return dst[k.size:]
	}
	for _, j := range k.source[d] {
		dst = k.axis(dst, src, d+1, at*k.in[d]+max(j, 0), inside && j >= 0)
	}
	return dst
}
