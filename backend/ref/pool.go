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
	windows                      []window // of one channel, in order
}

func newPoolShape(a *backend.PoolAttrs, x, y backend.Shape) *poolShape {
	s := &poolShape{
		PoolAttrs: a, channels: x[:2].Size(),
		in: spatial(x[2:], 1), out: spatial(y[2:], 1), kernel: spatial(a.Kernel, 1),
		stride: spatial(a.Stride, 1), pad: spatial(a.Pad, 0),
		inSize: x[2:].Size(), outSize: y[2:].Size(),
	}
	for d := range s.out[0] {
		for h := range s.out[1] {
			for w := range s.out[2] {
				s.windows = append(s.windows, s.window([3]int{d, h, w}))
			}
		}
	}
	return s
}

// window is the part of a pooling window inside the data, and the divisor of an average.
type window struct {
	lo, hi  [3]int
	divisor float64
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

// line is where the row (d, h) of a window begins and ends in the channel.
func (s *poolShape) line(w *window, d, h int) (from, to int) {
	at := (d*s.in[1] + h) * s.in[2]
	return at + w.lo[2], at + w.hi[2]
}

func newPool[T float](c *call) compute[T] {
	s := newPoolShape(c.Attrs.(*backend.PoolAttrs), c.in[0].Shape, c.out[0].Shape)
	return func(in, out [][]T) {
		for ch := range s.channels {
			x, y := in[0][ch*s.inSize:(ch+1)*s.inSize], out[0][ch*s.outSize:]
			for o := range s.windows {
				if s.Type == backend.PoolMax {
					y[o] = x[poolArgMax(s, x, &s.windows[o])]
				} else {
					y[o] = T(poolSum(s, x, &s.windows[o]))
				}
			}
		}
	}
}

// poolArgMax is the position of the first largest element of a window; a NaN counts as the largest.
func poolArgMax[T float](s *poolShape, x []T, w *window) int {
	best, _ := s.line(w, w.lo[0], w.lo[1])
	top := x[best]
	for d := w.lo[0]; d < w.hi[0]; d++ {
		for h := w.lo[1]; h < w.hi[1]; h++ {
			from, to := s.line(w, d, h)
			for i, v := range x[from:to] {
				if v > top || v != v && top == top {
					best, top = from+i, v
				}
			}
		}
	}
	return best
}

func poolSum[T float](s *poolShape, x []T, w *window) float64 {
	sum := 0.0
	p := float64(s.P)
	for d := w.lo[0]; d < w.hi[0]; d++ {
		for h := w.lo[1]; h < w.hi[1]; h++ {
			from, to := s.line(w, d, h)
			for _, v := range x[from:to] {
				if s.Type == backend.PoolLp {
					sum += math.Pow(math.Abs(float64(v)), p)
				} else {
					sum += float64(v)
				}
			}
		}
	}
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
			for o := range s.windows {
				poolSpread(s, dx, x, dy[o], y[o], &s.windows[o])
			}
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
	for d := w.lo[0]; d < w.hi[0]; d++ {
		for h := w.lo[1]; h < w.hi[1]; h++ {
			from, to := s.line(w, d, h)
			for i := from; i < to; i++ {
				if s.Type == backend.PoolLp {
					dx[i] += T(lpGrad(float64(x[i]), float64(y), float64(s.P)) * float64(dy))
				} else {
					dx[i] += g
				}
			}
		}
	}
}

func lpGrad(x, y, p float64) float64 {
	if y == 0 {
		return 0
	}
	return math.Copysign(math.Pow(math.Abs(x), p-1), x) * math.Pow(y, 1-p)
}
