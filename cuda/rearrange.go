package cuda

import (
	"encoding/binary"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/strides"
)

// supportsMove accepts any type in C order, up to six axes.
func supportsMove(p *backend.Program, c *backend.Call) bool {
	return plainCall(p, c) && len(p.Value(c.Out[0]).Shape) <= moveDims
}

func lowerTranspose(cx *compileCtx, c *backend.Call) error {
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	from := make([]int, len(x.Shape))
	for i, a := range c.Attrs.(*backend.TransposeAttrs).Axes {
		from[i] = x.Shape.Strides()[a]
	}
	cx.emitMove(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), x.DType.Size(), strides.Dims{Size: y.Shape, Stride: [][]int{y.Shape.Strides(), from}})
	return nil
}

func lowerSlice(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.SliceAttrs)
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	from, begin := x.Shape.Strides(), 0
	for i := range from {
		begin += a.Begin[i] * from[i]
		from[i] *= a.Step[i]
	}
	size := x.DType.Size()
	cx.emitMove(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]).At(begin*size), size, strides.Dims{Size: y.Shape, Stride: [][]int{y.Shape.Strides(), from}})
	return nil
}

func lowerConcat(cx *compileCtx, c *backend.Call) error {
	axis := c.Attrs.(*backend.ConcatAttrs).Axis
	y := cx.Value(c.Out[0])
	size, to, begin := y.DType.Size(), y.Shape.Strides(), 0
	for _, id := range c.In {
		x := cx.Value(id)
		cx.emitMove(cx.Ptr(c.Out[0]).At(begin*to[axis]*size), cx.Ptr(id), size, strides.Dims{Size: x.Shape, Stride: [][]int{to, x.Shape.Strides()}})
		begin += x.Shape[axis]
	}
	return nil
}

func lowerPad(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.PadAttrs)
	x, y := cx.Value(c.In[0]), cx.Value(c.Out[0])
	number := make([]byte, 8)
	copy(number, (&backend.ValueInfo{Shape: backend.Shape{}, DType: y.DType, Const: []float64{a.Value}}).ConstBytes())
	from, to, before := joinUnpadded(x.Shape, y.Shape, a.Before)
	s := padShape{n: uint32(y.Shape.Size()), dims: uint32(len(to)), mode: uint32(a.Mode)}
	newAxes(to).store(s.size[:], s.magic[:], s.shift[:])
	fastestFirst(s.inner[:], from)
	fastestFirst(s.before[:], before)
	emit := map[int]func(cx *compileCtx, grid dim3, x, y place, value uint64, s *padShape){
		1: (*compileCtx).pad1, 2: (*compileCtx).pad2, 4: (*compileCtx).pad4, 8: (*compileCtx).pad8,
	}[y.DType.Size()]
	emit(cx, blocksOf(y.Shape.Size()), cx.Ptr(c.In[0]), cx.Ptr(c.Out[0]), binary.LittleEndian.Uint64(number), &s)
	return nil
}

// joinUnpadded makes one axis of neighbours that get no border; there is at least one axis.
func joinUnpadded(x, y backend.Shape, pad []int) (from, to, before []int) {
	from, to, before = slices.Clone(x), slices.Clone(y), slices.Clone(pad)
	for i := len(to) - 2; i >= 0; i-- {
		if from[i] == to[i] && from[i+1] == to[i+1] {
			from[i], to[i] = from[i]*from[i+1], to[i]*to[i+1]
			from, to, before = slices.Delete(from, i+1, i+2), slices.Delete(to, i+1, i+2), slices.Delete(before, i+1, i+2)
		}
	}
	if len(to) == 0 {
		return []int{1}, []int{1}, []int{0}
	}
	return from, to, before
}
