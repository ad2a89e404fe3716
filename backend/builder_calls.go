package backend

import "slices"

// Axes turns axes that may count from the end into ascending ones; none given means all.
func (b *Builder) Axes(s Shape, axes ...int) []int {
	if len(axes) == 0 {
		all := make([]int, len(s))
		for i := range all {
			all[i] = i
		}
		return all
	}
	out := make([]int, 0, len(axes))
	for _, a := range axes {
		i, ok := s.Axis(a)
		if !ok || slices.Contains(out, i) {
			b.Failf("axes %v do not fit shape %v", axes, s)
			return nil
		}
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

func without(s Shape, axes []int, keep bool) Shape {
	out := Shape{}
	for i, d := range s {
		switch {
		case !slices.Contains(axes, i):
			out = append(out, d)
		case keep:
			out = append(out, 1)
		}
	}
	return out
}

// Reduce combines along axes (none: all); keep leaves them as 1.
func (b *Builder) Reduce(op ReduceOp, x Value, keep bool, axes ...int) Value {
	ax := b.Axes(x.Shape(), axes...)
	return b.call(Reduce, &ReduceAttrs{Op: op, Axes: ax, Keep: keep}, without(x.Shape(), ax, keep), x.DType(), x)
}

// Sum along axes (none: all), which disappear.
func (b *Builder) Sum(x Value, axes ...int) Value { return b.Reduce(ReduceSum, x, false, axes...) }

// SumTo undoes broadcasting: it sums x over the axes along which s was stretched. It is the gradient of BroadcastTo.
func (b *Builder) SumTo(x Value, s Shape) Value {
	from := x.Shape()
	if from.Equal(s) {
		return x
	}
	if full, ok := Broadcast(from, s); !ok || !full.Equal(from) {
		b.Failf("cannot sum %v to %v", from, s)
		return x
	}
	off := len(from) - len(s)
	var axes []int
	for i := range from {
		if i < off || s[i-off] == 1 && from[i] != 1 {
			axes = append(axes, i)
		}
	}
	if len(axes) > 0 {
		x = b.Reduce(ReduceSum, x, true, axes...)
	}
	return b.Reshape(x, s)
}

// ArgMax gives the position of the largest element along axis, as a number of x's type; ArgMin of the smallest.
func (b *Builder) ArgMax(x Value, axis int, keep bool) Value {
	return b.argReduce(x, axis, keep, false)
}

// ArgMin gives the position of the smallest element along axis.
func (b *Builder) ArgMin(x Value, axis int, keep bool) Value { return b.argReduce(x, axis, keep, true) }

func (b *Builder) argReduce(x Value, axis int, keep, min bool) Value {
	ax := b.Axes(x.Shape(), axis)
	if ax == nil {
		return x
	}
	return b.call(ArgReduce, &ArgReduceAttrs{Min: min, Axis: ax[0], Keep: keep}, without(x.Shape(), ax, keep), x.DType(), x)
}

// Sort gives the elements along axis in order, the smallest first or with descend the largest, and as Int32 the positions
// where they were. The order of that order is its inverse: where each element went.
func (b *Builder) Sort(x Value, axis int, descend bool) (values, order Value) {
	ax := b.Axes(x.Shape(), axis)
	if ax == nil {
		return x, b.nothing(1)[0]
	}
	outs := []ValueInfo{{Shape: x.Shape(), DType: x.DType()}, {Shape: x.Shape(), DType: Int32}}
	ids := b.emit(Sort, &SortAttrs{Axis: ax[0], Descend: descend}, outs, []Value{x})
	return b.Value(ids[0]), b.Value(ids[1])
}

// Stats gives mean and biased variance along axes; both have the shape of the other axes.
func (b *Builder) Stats(x Value, axes ...int) (mean, variance Value) {
	ax := b.Axes(x.Shape(), axes...)
	o := ValueInfo{Shape: without(x.Shape(), ax, false), DType: x.DType()}
	ids := b.emit(Stats, &StatsAttrs{Axes: ax}, []ValueInfo{o, o}, []Value{x})
	return b.Value(ids[0]), b.Value(ids[1])
}

// MatMulFlag tells MatMul that an operand is stored transposed.
type MatMulFlag uint8

// The flags of MatMul.
const (
	TransA MatMulFlag = 1 << iota
	TransB
)

// MatMul is x·y for (M,K)·(K,N), or a batch of them for (B,M,K)·(B,K,N); operands may be stored transposed.
func (b *Builder) MatMul(x, y Value, flags ...MatMulFlag) Value {
	a := &MatMulAttrs{}
	for _, f := range flags {
		a.TransA = a.TransA || f&TransA != 0
		a.TransB = a.TransB || f&TransB != 0
	}
	s := Shape{}
	if n := len(x.Shape()); n == len(y.Shape()) && (n == 2 || n == 3) {
		s = append(s, x.Shape()[:n-2]...)
		m, _ := matDims(x.Shape(), a.TransA)
		_, k := matDims(y.Shape(), a.TransB)
		s = append(s, m, k)
	}
	return b.call(MatMul, a, s, x.DType(), x, y)
}

func matDims(s Shape, trans bool) (rows, cols int) {
	rows, cols = s[len(s)-2], s[len(s)-1]
	if trans {
		return cols, rows
	}
	return rows, cols
}

// Conv is the cross-correlation of x (N,C,s…) with w (F,C/groups,k…); a gives everything but Epilogue.
func (b *Builder) Conv(x, w Value, a ConvAttrs) Value {
	s, n := Shape{}, len(a.Kernel)
	if len(x.Shape()) == 2+n && len(w.Shape()) == 2+n && len(a.Stride) == n && len(a.Pad) == n && len(a.Dilate) == n && !slices.Contains(a.Stride, 0) {
		s = Shape{x.Shape()[0], w.Shape()[0]}
		for i, k := range a.Kernel {
			s = append(s, (x.Shape()[2+i]+2*a.Pad[i]-(a.Dilate[i]*(k-1)+1))/a.Stride[i]+1)
		}
	}
	return b.call(Conv, &a, s, x.DType(), x, w)
}

// ConvGradData is the gradient of Conv by its data, of shape s.
func (b *Builder) ConvGradData(dy, w Value, s Shape, a ConvAttrs) Value {
	return b.call(ConvGradData, &a, s, dy.DType(), dy, w)
}

// ConvGradFilter is the gradient of Conv by its weight, of shape s.
func (b *Builder) ConvGradFilter(dy, x Value, s Shape, a ConvAttrs) Value {
	return b.call(ConvGradFilter, &a, s, dy.DType(), dy, x)
}

// Pool pools x (N,C,s…) into the spatial size out.
func (b *Builder) Pool(x Value, out []int, a PoolAttrs) Value {
	s := x.Shape().Clone()
	if len(s) > 2 {
		s = append(s[:2], out...)
	}
	return b.call(Pool, &a, s, x.DType(), x)
}

// PoolGrad is the gradient of Pool at data x with result y.
func (b *Builder) PoolGrad(dy, x, y Value, a PoolAttrs) Value {
	return b.call(PoolGrad, &a, x.Shape(), x.DType(), dy, x, y)
}

// Softmax along an axis.
func (b *Builder) Softmax(x Value, axis int) Value { return b.softmax(x, axis, false) }

// LogSoftmax along an axis.
func (b *Builder) LogSoftmax(x Value, axis int) Value { return b.softmax(x, axis, true) }

func (b *Builder) softmax(x Value, axis int, log bool) Value {
	ax := b.Axes(x.Shape(), axis)
	if ax == nil {
		return x
	}
	return b.call(Softmax, &SoftmaxAttrs{Axis: ax[0], Log: log}, x.Shape(), x.DType(), x)
}

// Transpose permutes axes; none given reverses them.
func (b *Builder) Transpose(x Value, axes ...int) Value {
	if len(axes) == 0 {
		for i := len(x.Shape()) - 1; i >= 0; i-- {
			axes = append(axes, i)
		}
	}
	s := make(Shape, len(axes))
	for i, a := range axes {
		if len(axes) != len(x.Shape()) || a < 0 || a >= len(axes) {
			b.Failf("Transpose: axes %v do not fit shape %v", axes, x.Shape())
			return x
		}
		s[i] = x.Shape()[a]
	}
	return b.call(Transpose, &TransposeAttrs{Axes: axes}, s, x.DType(), x)
}

// Reshape sees x under another shape of the same size.
func (b *Builder) Reshape(x Value, s Shape) Value {
	if x.Valid() && x.Shape().Equal(s) {
		return x
	}
	if info := x.info(); info.Kind == ConstValue && valid(s) && s.Size() == len(info.Const) {
		return b.Const(s, info.DType, info.Const...)
	}
	return b.call(Reshape, nil, s, x.DType(), x)
}

// Flatten2D sees x as (N, rest).
func (b *Builder) Flatten2D(x Value) Value {
	s := x.Shape()
	if len(s) == 0 {
		return b.Reshape(x, Shape{1, 1})
	}
	return b.Reshape(x, Shape{s[0], s[1:].Size()})
}

// ReshapeLike sees x under the shape of y.
func (b *Builder) ReshapeLike(x, y Value) Value { return b.Reshape(x, y.Shape()) }

// Slice takes out[i] elements along axis i, from begin[i] in steps of step[i].
func (b *Builder) Slice(x Value, out Shape, begin, step []int) Value {
	return b.call(Slice, &SliceAttrs{Begin: begin, Step: step}, out, x.DType(), x)
}

// SliceAxis takes n elements along one axis, from begin.
func (b *Builder) SliceAxis(x Value, axis, begin, n int) Value {
	out := x.Shape().Clone()
	if axis < 0 || axis >= len(out) {
		b.Failf("slice of axis %d of %v", axis, out)
		return x
	}
	out[axis] = n
	from, step := make([]int, len(out)), make([]int, len(out))
	from[axis] = begin
	for i := range step {
		step[i] = 1
	}
	return b.Slice(x, out, from, step)
}

// Concat joins along an axis.
func (b *Builder) Concat(axis int, in ...Value) Value {
	if len(in) == 0 {
		b.Failf("Concat of nothing")
		return b.nothing(1)[0]
	}
	if len(in) == 1 {
		return in[0]
	}
	ax := b.Axes(in[0].Shape(), axis)
	if ax == nil {
		return in[0]
	}
	s := in[0].Shape().Clone()
	for _, v := range in[1:] {
		if len(v.Shape()) == len(s) {
			s[ax[0]] += v.Shape()[ax[0]]
		}
	}
	return b.call(Concat, &ConcatAttrs{Axis: ax[0]}, s, in[0].DType(), in...)
}

// Pad surrounds x with a border: before[i] and after[i] elements along axis i.
func (b *Builder) Pad(x Value, mode PadMode, before, after []int, value float64) Value {
	s := x.Shape().Clone()
	for i := range s {
		if i < len(before) && i < len(after) {
			s[i] += before[i] + after[i]
		}
	}
	return b.call(Pad, &PadAttrs{Mode: mode, Before: before, Value: value}, s, x.DType(), x)
}

// Gather takes x's rows along axis at the indices: the shape is x's with the axis replaced by the indices' shape.
func (b *Builder) Gather(x, indices Value, axis int, wrap bool) Value {
	ax := b.Axes(x.Shape(), axis)
	if ax == nil {
		return x
	}
	s := append(Shape{}, x.Shape()[:ax[0]]...)
	s = append(append(s, indices.Shape()...), x.Shape()[ax[0]+1:]...)
	return b.call(Gather, &GatherAttrs{Axis: ax[0], Wrap: wrap}, s, x.DType(), x, indices)
}

// ScatterAdd adds dy into zeros of shape s at the indices along axis: the gradient of Gather.
func (b *Builder) ScatterAdd(dy, indices Value, s Shape, axis int, wrap bool) Value {
	return b.call(ScatterAdd, &GatherAttrs{Axis: axis, Wrap: wrap}, s, dy.DType(), dy, indices)
}

// Random draws a tensor, of a distribution with a parameter given as a Value that broadcasts to s. rng is the argument of
// four int64: seed, step, the global index of the first sample, 0.
func (b *Builder) Random(d Dist, node uint32, t DType, s Shape, parameter ...Value) Value {
	rng := b.Arg("rng", In, Shape{4}, Int64)
	return b.call(Random, &RandomAttrs{Dist: d, Node: node}, s, t, append([]Value{rng}, parameter...)...)
}

// RandomBelow draws whole numbers of Int64, evenly from 0 up to below n.
func (b *Builder) RandomBelow(n uint64, node uint32, s Shape) Value {
	rng := b.Arg("rng", In, Shape{4}, Int64)
	return b.call(Random, &RandomAttrs{Dist: DistBelow, Node: node, Below: n}, s, Int64, rng)
}

// Host calls a Go function with the inputs; outs gives shape and type of its results.
func (b *Builder) Host(name string, fn func(in, out []HostTensor) error, outs []ValueInfo, in ...Value) []Value {
	ids := b.emit(Host, &HostAttrs{Name: name, Fn: fn}, outs, in)
	vals := make([]Value, len(ids))
	for i, id := range ids {
		vals[i] = b.Value(id)
	}
	return vals
}
