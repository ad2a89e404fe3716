package ref

import (
	"math"

	"github.com/gomx-org/gomx/backend"
)

// poolShape is pooling with three spatial axes; two become three by a leading axis of 1.
type poolShape struct {
	*backend.PoolAttrs
	channels                     int // N·C
	in, out, kernel, stride, pad [3]int
	inSize, outSize              int
}

func newPoolShape(a *backend.PoolAttrs, x, y backend.Shape) *poolShape {
	return &poolShape{
		PoolAttrs: a, channels: x[:2].Size(),
		in: spatial(x[2:], 1), out: spatial(y[2:], 1), kernel: spatial(a.Kernel, 1),
		stride: spatial(a.Stride, 1), pad: spatial(a.Pad, 0),
		inSize: x[2:].Size(), outSize: y[2:].Size(),
	}
}

// window is the part of a pooling window inside the data, and the divisor of an average.
type window struct {
	lo, hi  [3]int
	divisor float64
}

// each visits the windows of one channel in order.
func (s *poolShape) each(visit func(out int, w window)) {
	out := 0
	for d := range s.out[0] {
		for h := range s.out[1] {
			for x := range s.out[2] {
				visit(out, s.window([3]int{d, h, x}))
				out++
			}
		}
	}
}

func (s *poolShape) window(o [3]int) window {
	w := window{divisor: 1}
	for i := range o {
		from := o[i]*s.stride[i] - s.pad[i]
		to := min(from+s.kernel[i], s.in[i]+s.pad[i])
		w.lo[i], w.hi[i] = max(from, 0), min(to, s.in[i])
		if s.CountIncludePad {
			w.divisor *= float64(to - from)
		} else {
			w.divisor *= float64(w.hi[i] - w.lo[i])
		}
	}
	return w
}

// lines visits the rows of a window: n elements from position at.
func (s *poolShape) lines(w *window, visit func(at, n int)) {
	for d := w.lo[0]; d < w.hi[0]; d++ {
		for h := w.lo[1]; h < w.hi[1]; h++ {
			visit((d*s.in[1]+h)*s.in[2]+w.lo[2], w.hi[2]-w.lo[2])
		}
	}
}

func newPool[T float](c *call) compute[T] {
	s := newPoolShape(c.Attrs.(*backend.PoolAttrs), c.in[0].Shape, c.out[0].Shape)
	return func(in, out [][]T) {
		for ch := range s.channels {
			x, y := in[0][ch*s.inSize:(ch+1)*s.inSize], out[0][ch*s.outSize:]
			if s.Type == backend.PoolMax {
				s.each(func(o int, w window) { y[o] = x[poolArgMax(s, x, &w)] })
			} else {
				s.each(func(o int, w window) { y[o] = T(poolSum(s, x, &w)) })
			}
		}
	}
}

// poolArgMax is the position of the first largest element of a window; a NaN counts as the largest.
func poolArgMax[T float](s *poolShape, x []T, w *window) int {
	best := (w.lo[0]*s.in[1]+w.lo[1])*s.in[2] + w.lo[2]
	s.lines(w, func(at, n int) {
		for i := at; i < at+n; i++ {
			if b := x[best]; x[i] > b || x[i] != x[i] && b == b {
				best = i
			}
		}
	})
	return best
}

func poolSum[T float](s *poolShape, x []T, w *window) float64 {
	sum := 0.0
	p := float64(s.P)
	s.lines(w, func(at, n int) {
		for _, v := range x[at : at+n] {
			if s.Type == backend.PoolLp {
				sum += math.Pow(math.Abs(float64(v)), p)
			} else {
				sum += float64(v)
			}
		}
	})
	switch s.Type {
	case backend.PoolAvg:
		return sum / w.divisor
	case backend.PoolLp:
		return math.Pow(sum, 1/p)
	}
	return sum
}

// newPoolGrad spreads each head gradient over its window: max to the first largest element, avg and sum evenly, lp by
// x·|x|^(p−2)·y^(1−p), which is taken as 0 where y is 0.
func newPoolGrad[T float](c *call) compute[T] {
	s := newPoolShape(c.Attrs.(*backend.PoolAttrs), c.in[1].Shape, c.in[2].Shape)
	return func(in, out [][]T) {
		clear(out[0])
		for ch := range s.channels {
			dy, x, y := in[0][ch*s.outSize:], in[1][ch*s.inSize:(ch+1)*s.inSize], in[2][ch*s.outSize:]
			dx := out[0][ch*s.inSize : (ch+1)*s.inSize]
			s.each(func(o int, w window) { poolSpread(s, dx, x, dy[o], y[o], &w) })
		}
	}
}

func poolSpread[T float](s *poolShape, dx, x []T, dy, y T, w *window) {
	if s.Type == backend.PoolMax {
		dx[poolArgMax(s, x, w)] += dy
		return
	}
	g := dy
	if s.Type == backend.PoolAvg {
		g = T(float64(dy) / w.divisor)
	}
	s.lines(w, func(at, n int) {
		for i := at; i < at+n; i++ {
			if s.Type == backend.PoolLp {
				dx[i] += T(lpGrad(float64(x[i]), float64(y), float64(s.P)) * float64(dy))
			} else {
				dx[i] += g
			}
		}
	})
}

func lpGrad(x, y, p float64) float64 {
	if y == 0 {
		return 0
	}
	return math.Copysign(math.Pow(math.Abs(x), p-1), x) * math.Pow(y, 1-p)
}
