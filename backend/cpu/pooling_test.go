//go:build cgo

package cpu

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/stretchr/testify/require"
)

type poolCase struct {
	x, y     backend.Shape
	attrs    backend.PoolAttrs
	nan      bool // some of the data
	repeated bool // few different numbers, so that maxima occur twice
}

func (c *poolCase) program(t testing.TB) *backend.Program {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, c.x, backend.Float32)
	y := b.Pool(x, c.y[2:], c.attrs)
	dx := b.PoolGrad(b.Arg("dy", backend.In, c.y, backend.Float32), x, y, c.attrs)
	for name, v := range map[string]backend.Value{"y": y, "dx": dx} {
		b.Arg(name, backend.Out, v.Shape(), v.DType())
		b.Write(name, v)
	}
	require.NoError(t, b.Finish(backend.Step))
	return p
}

// poolLoops is the definition of pooling and its gradient.
func poolLoops(c *poolCase, x, dy []float32) (y, dx []float64) {
	a := &c.attrs
	in, out := three(c.x[2:], 1), three(c.y[2:], 1)
	kernel, stride, pad := three(a.Kernel, 1), three(a.Stride, 1), three(a.Pad, 0)
	y, dx = make([]float64, len(dy)), make([]float64, len(x))
	for i := range y {
		plane, o := i/(out[0]*out[1]*out[2]), i%(out[0]*out[1]*out[2])
		pos := [3]int{o / (out[1] * out[2]), o / out[2] % out[1], o % out[2]}
		var at []int // the positions of the window, in order
		count := 0
		for k := range kernel[0] * kernel[1] * kernel[2] {
			kp := [3]int{k / (kernel[1] * kernel[2]), k / kernel[2] % kernel[1], k % kernel[2]}
			xi, inside, inBorder := plane, true, true
			for d := range 3 {
				p := pos[d]*stride[d] - pad[d] + kp[d]
				inside = inside && p >= 0 && p < in[d]
				inBorder = inBorder && p < in[d]+pad[d]
				xi = xi*in[d] + p
			}
			if inside {
				at = append(at, xi)
			}
			if inside || inBorder && a.CountIncludePad {
				count++
			}
		}
		best, sum := at[0], 0.0
		for _, k := range at {
			if v := x[k]; v > x[best] || v != v && x[best] == x[best] {
				best = k
			}
			if a.Type == backend.PoolLp {
				sum += math.Pow(math.Abs(float64(x[k])), float64(a.P))
			} else {
				sum += float64(x[k])
			}
		}
		g := float64(dy[i])
		switch a.Type {
		case backend.PoolMax:
			y[i] = float64(x[best])
			dx[best] += g
			continue
		case backend.PoolAvg:
			y[i] = sum / float64(count)
			g /= float64(count)
		case backend.PoolSum:
			y[i] = sum
		case backend.PoolLp:
			y[i] = math.Pow(sum, 1/float64(a.P))
		}
		for _, k := range at {
			slope := 1.0
			if a.Type == backend.PoolLp {
				slope = 0
				if v := float64(x[k]); v != 0 && y[i] > 0 {
					slope = math.Copysign(math.Pow(math.Abs(v)/y[i], float64(a.P-1)), v)
				}
			}
			dx[k] += g * slope
		}
	}
	return y, dx
}

func (c *poolCase) check(t *testing.T, d *Device, as backend.Supporter) {
	t.Helper()
	x, dy := numbers(c.x.Size(), 5), numbers(c.y.Size(), 6)
	for i := range x {
		if c.repeated {
			x[i] = float32(math.Round(float64(x[i])))
		}
		if c.nan && i%7 == 0 {
			x[i] = float32(math.NaN())
		}
	}
	got := runFloat32(t, d, as, c.program(t), map[string][]float32{"x": x, "dy": dy}, backend.Pool, backend.PoolGrad)
	y, dx := poolLoops(c, x, dy)
	for name, want := range map[string][]float64{"y": y, "dx": dx} {
		for i, w := range want {
			if g := float64(got[name][i]); !(math.Abs(g-w) <= 2e-6*(1+math.Abs(w))) && !(math.IsNaN(g) && math.IsNaN(w)) {
				t.Fatalf("%v %v %v: %s[%d] is %v, want %v", &c.attrs, c.x, c.y, name, i, g, w)
			}
		}
	}
}

var poolCases = func() (cases []poolCase) {
	pool := func(n, h, w, oh, ow int, k, s, pad []int) poolCase {
		return poolCase{x: backend.Shape{n, 3, h, w}, y: backend.Shape{n, 3, oh, ow}, attrs: backend.PoolAttrs{Kernel: k, Stride: s, Pad: pad}}
	}
	shapes := []poolCase{
		pool(1, 24, 24, 12, 12, []int{2, 2}, []int{2, 2}, []int{0, 0}),
		pool(17, 8, 8, 4, 4, []int{2, 2}, []int{2, 2}, []int{0, 0}),
		pool(15, 7, 9, 3, 4, []int{2, 2}, []int{2, 2}, []int{0, 0}), // a row and a column are left over
		pool(16, 7, 9, 4, 5, []int{2, 2}, []int{2, 2}, []int{0, 0}), // the last windows are clipped
		pool(33, 9, 33, 4, 16, []int{3, 3}, []int{2, 2}, []int{0, 0}),
		pool(2, 9, 18, 5, 9, []int{3, 3}, []int{2, 2}, []int{1, 1}),
		pool(2, 5, 17, 5, 17, []int{3, 3}, []int{1, 1}, []int{1, 1}),
		pool(2, 7, 7, 1, 1, []int{7, 7}, []int{1, 1}, []int{0, 0}),
		pool(2, 7, 9, 2, 3, []int{2, 1}, []int{4, 3}, []int{0, 0}), // gaps between the windows
		pool(2, 6, 6, 2, 2, []int{3, 3}, []int{3, 3}, []int{1, 1}), // side by side, and the last row and column left over
		pool(2, 1, 1, 1, 1, []int{1, 1}, []int{1, 1}, []int{0, 0}),
		pool(3, 6, 6, 4, 4, []int{3, 3}, []int{2, 2}, []int{1, 1}), // beyond the border: full convention
	}
	shapes = append(shapes,
		poolCase{x: backend.Shape{17, 2, 4, 5, 6}, y: backend.Shape{17, 2, 2, 2, 3}, attrs: backend.PoolAttrs{Kernel: []int{2, 2, 2}, Stride: []int{2, 2, 2}, Pad: []int{0, 0, 0}}},
		poolCase{x: backend.Shape{2, 2, 4, 5, 6}, y: backend.Shape{2, 2, 4, 3, 4}, attrs: backend.PoolAttrs{Kernel: []int{3, 3, 2}, Stride: []int{1, 2, 2}, Pad: []int{1, 1, 1}}})
	for _, c := range shapes {
		for _, typ := range []backend.PoolType{backend.PoolMax, backend.PoolAvg, backend.PoolSum, backend.PoolLp} {
			c.attrs.Type = typ
			switch typ {
			case backend.PoolMax:
				c.repeated = true
				cases = append(cases, c)
				c.nan = true
				cases = append(cases, c)
				c.nan, c.repeated = false, false
			case backend.PoolAvg:
				c.attrs.CountIncludePad = true
				cases = append(cases, c)
				c.attrs.CountIncludePad = false
			case backend.PoolLp:
				c.repeated = true // zeros, at which the slope is 0
				for c.attrs.P = 1; c.attrs.P < 3; c.attrs.P++ {
					cases = append(cases, c)
				}
			}
			cases = append(cases, c)
		}
	}
	return cases
}()

func TestPool(t *testing.T) {
	eachLevel(t, func(t *testing.T, d *Device) {
		for i, c := range poolCases {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				c.check(t, d, inPlain{d})
				c.check(t, d, inN16{d})
			})
		}
	})
}
