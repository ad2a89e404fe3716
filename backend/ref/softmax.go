package ref

import (
	"math"

	"github.com/gomx-org/gomx/backend"
)

// newSoftmax is exp(x−max) / Σ exp(x−max), or its logarithm, along an axis, summed in float64.
func newSoftmax[T float](c *call) compute[T] {
	a := c.Attrs.(*backend.SoftmaxAttrs)
	s := c.in[0].Shape
	outer, n, inner := s[:a.Axis].Size(), s[a.Axis], s[a.Axis+1:].Size()
	e := make([]float64, n)
	return func(in, out [][]T) {
		for o := range outer {
			for i := range inner {
				at := o*n*inner + i
				softmaxRow(out[0][at:], in[0][at:], e, inner, a.Log)
			}
		}
	}
}

func softmaxRow[T float](y, x []T, e []float64, stride int, log bool) {
	top := math.Inf(-1)
	for k := range e {
		top = math.Max(top, float64(x[k*stride]))
	}
	sum := 0.0
	for k := range e {
		e[k] = math.Exp(float64(x[k*stride]) - top)
		sum += e[k]
	}
	if log {
		sum = math.Log(sum)
		for k := range e {
			y[k*stride] = T(float64(x[k*stride]) - top - sum)
		}
		return
	}
	for k := range e {
		y[k*stride] = T(e[k] / sum)
	}
}
