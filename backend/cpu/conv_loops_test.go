//go:build cgo

package cpu

import (
	"math"

	"github.com/gomx-org/gomx/backend"
)

// convLoops is the definition of the three passes, in float64; big gives the sums of magnitudes, which bound the error.
func convLoops(c *convCase, ys backend.Shape, x, w, dy, bias []float32) (out, big map[string][]float64) {
	a := c.attrs()
	in, kernel, pos := three(c.x[2:], 1), three(c.w[2:], 1), three(ys[2:], 1)
	stride, pad, dilate := three(a.Stride, 1), three(a.Pad, 0), three(a.Dilate, 1)
	out = map[string][]float64{"y": make([]float64, len(dy)), "dx": make([]float64, len(x)), "dw": make([]float64, len(w))}
	big = map[string][]float64{"y": make([]float64, len(dy)), "dx": make([]float64, len(x)), "dw": make([]float64, len(w))}
	add := func(name string, at int, p, q float32) {
		out[name][at] += float64(p) * float64(q)
		big[name][at] += math.Abs(float64(p) * float64(q))
	}
	cg, fg := c.w[1], c.w[0]/a.Groups
	for n := range c.x[0] {
		for f := range c.w[0] {
			for o := range pos[0] * pos[1] * pos[2] {
				yi := (n*c.w[0]+f)*pos[0]*pos[1]*pos[2] + o
				if bias != nil {
					add("y", yi, bias[f], 1)
				}
				op := [3]int{o / (pos[1] * pos[2]), o / pos[2] % pos[1], o % pos[2]}
				for k := range cg * kernel[0] * kernel[1] * kernel[2] {
					kp := [3]int{k / (kernel[1] * kernel[2]) % kernel[0], k / kernel[2] % kernel[1], k % kernel[2]}
					xi, inside := n*c.x[1]+f/fg*cg+k/(kernel[0]*kernel[1]*kernel[2]), true
					for d := range 3 {
						at := op[d]*stride[d] - pad[d] + kp[d]*dilate[d]
						inside = inside && at >= 0 && at < in[d]
						xi = xi*in[d] + at
					}
					if inside {
						wi := f*cg*kernel[0]*kernel[1]*kernel[2] + k
						add("y", yi, x[xi], w[wi])
						add("dx", xi, dy[yi], w[wi])
						add("dw", wi, dy[yi], x[xi])
					}
				}
			}
		}
	}
	return out, big
}

func actOf(text string, x float64) float64 {
	switch text {
	case "x -> tanh(x)":
		return math.Tanh(x)
	case "x -> max(x, 0)":
		return math.Max(x, 0)
	case "x -> sigmoid(x)":
		return 1 / (1 + math.Exp(-x))
	case "x -> softplus(x)":
		return math.Log1p(math.Exp(x))
	}
	return x
}
