package ref

import "github.com/gomx-org/gomx/backend"

// convShape is a convolution with three spatial axes; two become three by a leading axis of 1.
type convShape struct {
	n, c, f, groups        int
	in, out, kernel        [3]int
	stride, pad, dilate    [3]int
	inSize, outSize, patch int // elements of a channel, of a filter's output, of c/groups channels under the kernel
}

func newConvShape(a *backend.ConvAttrs, x, w, y backend.Shape) *convShape {
	s := &convShape{n: x[0], c: x[1], f: w[0], groups: a.Groups}
	s.in, s.out, s.kernel = spatial(x[2:], 1), spatial(y[2:], 1), spatial(a.Kernel, 1)
	s.stride, s.pad, s.dilate = spatial(a.Stride, 1), spatial(a.Pad, 0), spatial(a.Dilate, 1)
	s.inSize, s.outSize = x[2:].Size(), y[2:].Size()
	s.patch = w[1:].Size()
	return s
}

// spatial puts n in front of two numbers.
func spatial(v []int, n int) [3]int {
	if len(v) == 2 {
		return [3]int{n, v[0], v[1]}
	}
	return [3]int(v)
}

// whole reports whether the patches are the image itself: a 1×1 convolution.
func (s *convShape) whole() bool {
	one := [3]int{1, 1, 1}
	return s.kernel == one && s.stride == one && s.pad == [3]int{} && s.in == s.out
}

// rows calls row for every line of the patch matrix (patch × outSize) of one image and every output line in it: at is
// where the line begins in the matrix, in where the input position of output column 0 would be in the group's image
// (maybe outside), and [lo, hi) the columns whose input lies inside.
func (s *convShape) rows(row func(at, in, lo, hi int)) {
	at := 0
	for c := range s.c / s.groups {
		for kd := range s.kernel[0] {
			for kh := range s.kernel[1] {
				for kw := range s.kernel[2] {
					lo, hi := s.inside(2, kw)
					for od := range s.out[0] {
						id := od*s.stride[0] - s.pad[0] + kd*s.dilate[0]
						for oh := range s.out[1] {
							ih := oh*s.stride[1] - s.pad[1] + kh*s.dilate[1]
							in := ((c*s.in[0]+id)*s.in[1]+ih)*s.in[2] + kw*s.dilate[2] - s.pad[2]
							if id < 0 || id >= s.in[0] || ih < 0 || ih >= s.in[1] {
								row(at, in, 0, 0)
							} else {
								row(at, in, lo, hi)
							}
							at += s.out[2]
						}
					}
				}
			}
		}
	}
}

// inside gives the output positions along an axis whose input, at kernel position k, lies inside.
func (s *convShape) inside(axis, k int) (lo, hi int) {
	first := k*s.dilate[axis] - s.pad[axis] // input of output 0
	st := s.stride[axis]
	if first < 0 {
		lo = (-first + st - 1) / st
	}
	if left := s.in[axis] - first; left > 0 {
		hi = min((left+st-1)/st, s.out[axis])
	}
	return min(lo, hi), hi
}

// im2col writes the patch matrix of a group of one image.
func im2col[T float](s *convShape, col, x []T) {
	w, st := s.out[2], s.stride[2]
	s.rows(func(at, in, lo, hi int) {
		line := col[at : at+w]
		clear(line[:lo])
		clear(line[hi:])
		if st == 1 && lo < hi {
			copy(line[lo:hi], x[in+lo:])
			return
		}
		for i := lo; i < hi; i++ {
			line[i] = x[in+i*st]
		}
	})
}

// col2im adds the patch matrix back to the image, the transpose of im2col.
func col2im[T float](s *convShape, x, col []T) {
	st := s.stride[2]
	s.rows(func(at, in, lo, hi int) {
		for i := lo; i < hi; i++ {
			x[in+i*st] += col[at+i]
		}
	})
}

// conv holds what the three kernels share: the arrays of the present run and a patch matrix for each worker.
type conv[T float] struct {
	*convShape
	x, w, y []T
	cols    [][]T
}

func newConvOf[T float](c *call, x, w, y *backend.ValueInfo) conv[T] {
	k := conv[T]{convShape: newConvShape(c.Attrs.(*backend.ConvAttrs), x.Shape, w.Shape, y.Shape)}
	if !k.whole() {
		k.cols = make([][]T, workers())
		for i := range k.cols {
			k.cols[i] = make([]T, k.patch*k.outSize)
		}
	}
	return k
}

// image gives the channels of one group of one image; filters those of the output; weight those filters.
func (k *conv[T]) image(n, g int) []T {
	size := k.c / k.groups * k.inSize
	at := (n*k.groups + g) * size
	return k.x[at : at+size]
}

func (k *conv[T]) output(n, g int) matrix[T] {
	size := k.f / k.groups * k.outSize
	at := (n*k.groups + g) * size
	return dense(k.f/k.groups, k.outSize, false, k.y[at:at+size])
}

func (k *conv[T]) weight(g int, of []T) []T {
	size := k.f / k.groups * k.patch
	return of[g*size : (g+1)*size]
}

// patches is the patch matrix of one group of one image.
func (k *conv[T]) patches(n, g, worker int) []T {
	if k.whole() {
		return k.image(n, g)
	}
	im2col(k.convShape, k.cols[worker], k.image(n, g))
	return k.cols[worker]
}

// convForward: a piece is one group of one image, y = w·patches.
type convForward[T float] struct{ conv[T] }

func newConv[T float](c *call) compute[T] {
	k := &convForward[T]{newConvOf[T](c, c.in[0], c.in[1], c.out[0])}
	return func(in, out [][]T) {
		k.x, k.w, k.y = in[0], in[1], out[0]
		run(k, k.n*k.groups)
	}
}

func (k *convForward[T]) piece(i, worker int) {
	n, g := i/k.groups, i%k.groups
	y := k.output(n, g)
	clear(y.data)
	col := dense(k.patch, k.outSize, false, k.patches(n, g, worker))
	gemm(y, dense(y.rows, k.patch, false, k.weight(g, k.w)), col)
}

// convGradData: a piece is one group of one image, dx = col2im(wᵀ·dy).
type convGradData[T float] struct{ conv[T] }

func newConvGradData[T float](c *call) compute[T] {
	k := &convGradData[T]{newConvOf[T](c, c.out[0], c.in[1], c.in[0])}
	return func(in, out [][]T) {
		k.y, k.w, k.x = in[0], in[1], out[0]
		run(k, k.n*k.groups)
	}
}

func (k *convGradData[T]) piece(i, worker int) {
	n, g := i/k.groups, i%k.groups
	dx, dy := k.image(n, g), k.output(n, g)
	col := dx
	if !k.whole() {
		col = k.cols[worker]
	}
	clear(dx)
	clear(col)
	gemm(dense(k.patch, k.outSize, false, col), dense(k.patch, dy.rows, true, k.weight(g, k.w)), dy)
	if !k.whole() {
		col2im(k.convShape, dx, col)
	}
}

// gradPieces is into how many sums over images the gradient of a filter is cut; they are added in order.
const gradPieces = 4

// convGradFilter: a piece is one sum dw = Σ dy·patchesᵀ over a part of the images.
type convGradFilter[T float] struct {
	conv[T]
	sums [][]T
}

func newConvGradFilter[T float](c *call) compute[T] {
	k := &convGradFilter[T]{conv: newConvOf[T](c, c.in[1], c.out[0], c.in[0])}
	k.sums = make([][]T, min(gradPieces, k.n))
	for i := 1; i < len(k.sums); i++ {
		k.sums[i] = make([]T, c.out[0].Shape.Size())
	}
	return func(in, out [][]T) {
		k.y, k.x = in[0], in[1]
		dw := out[0]
		clear(dw)
		if len(k.sums) == 0 {
			return
		}
		k.sums[0] = dw
		run(k, len(k.sums))
		for _, s := range k.sums[1:] {
			for i, v := range s {
				dw[i] += v
			}
		}
	}
}

func (k *convGradFilter[T]) piece(i, worker int) {
	sum := k.sums[i]
	clear(sum)
	for n := i * k.n / len(k.sums); n < (i+1)*k.n/len(k.sums); n++ {
		for g := range k.groups {
			dy := k.output(n, g)
			col := dense(k.outSize, k.patch, true, k.patches(n, g, worker))
			gemm(dense(dy.rows, k.patch, false, k.weight(g, sum)), dy, col)
		}
	}
}
