package ref

import (
	"math"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// reducer walks an input in order beside the output element that each input element belongs to.
type reducer struct {
	walk walk // over the input, showing positions in the output
	n    int  // input elements
	out  int  // output elements
}

func newReducer(x backend.Shape, axes []int) reducer {
	kept := backend.Shape{}
	for i, d := range x {
		if !slices.Contains(axes, i) {
			kept = append(kept, d)
		}
	}
	strides := make([]int, len(x))
	st := kept.Strides()
	for i := range x {
		if !slices.Contains(axes, i) {
			strides[i], st = st[0], st[1:]
		}
	}
	return reducer{newWalk(x, strides, 0), x.Size(), kept.Size()}
}

// each calls one for runs of input elements that fall into one output element, many for runs that fall into neighbours.
func (r *reducer) each(one func(in, n, out int), many func(in, n, out int)) {
	r.walk.reset()
	st := r.walk.stride()
	for done := 0; done < r.n; {
		at, n := r.walk.run(r.n - done)
		if st == 0 {
			one(done, n, at)
		} else {
			many(done, n, at)
		}
		done += n
	}
}

// combine is one reduction: where it starts, what it does with each element, in float64.
type combine struct {
	start float64
	add   func(acc, x float64) float64
}

var combines = map[backend.ReduceOp]combine{
	backend.ReduceSum:        {0, func(acc, x float64) float64 { return acc + x }},
	backend.ReduceProd:       {1, func(acc, x float64) float64 { return acc * x }},
	backend.ReduceMax:        {math.Inf(-1), func(acc, x float64) float64 { return max(acc, x) }}, // NaN before infinity
	backend.ReduceMin:        {math.Inf(1), func(acc, x float64) float64 { return min(acc, x) }},
	backend.ReduceSumSquares: {0, func(acc, x float64) float64 { return acc + x*x }},
	backend.ReduceSumAbs:     {0, func(acc, x float64) float64 { return acc + math.Abs(x) }},
	backend.ReduceSumNaN: {0, func(acc, x float64) float64 {
		if x != x {
			return acc
		}
		return acc + x
	}},
	backend.ReduceProdNaN: {1, func(acc, x float64) float64 {
		if x != x {
			return acc
		}
		return acc * x
	}},
}

// newReduce combines in float64, in the order of the elements. A NaN among the elements makes max and min NaN.
func newReduce[T float](c *call) compute[T] {
	a := c.Attrs.(*backend.ReduceAttrs)
	r := newReducer(c.in[0].Shape, a.Axes)
	op := combines[a.Op]
	acc := make([]float64, r.out)
	var x []T
	one := func(in, n, out int) {
		v := acc[out]
		for _, e := range x[in : in+n] {
			v = op.add(v, float64(e))
		}
		acc[out] = v
	}
	many := func(in, n, out int) {
		for i, e := range x[in : in+n] {
			acc[out+i] = op.add(acc[out+i], float64(e))
		}
	}
	if a.Op == backend.ReduceSum { // by far the most frequent
		one = func(in, n, out int) {
			v := acc[out]
			for _, e := range x[in : in+n] {
				v += float64(e)
			}
			acc[out] = v
		}
		many = func(in, n, out int) {
			dst := acc[out : out+n]
			for i, e := range x[in : in+n] {
				dst[i] += float64(e)
			}
		}
	}
	return func(in, out [][]T) {
		x = in[0]
		fill(acc, op.start)
		r.each(one, many)
		convert(out[0], acc)
	}
}

// newArgReduce finds the first largest or smallest element; a NaN counts as both.
func newArgReduce[T float](c *call) compute[T] {
	a := c.Attrs.(*backend.ArgReduceAttrs)
	s := c.in[0].Shape
	outer, n, inner := s[:a.Axis].Size(), s[a.Axis], s[a.Axis+1:].Size()
	return func(in, out [][]T) {
		for o := range outer {
			for i := range inner {
				out[0][o*inner+i] = T(argBest(in[0][o*n*inner+i:], n, inner, a.Min))
			}
		}
	}
}

func argBest[T float](x []T, n, stride int, smallest bool) int {
	best := 0
	for i := 1; i < n; i++ {
		v, b := x[i*stride], x[best*stride]
		if b != b {
			break
		}
		if v != v || !smallest && v > b || smallest && v < b {
			best = i
		}
	}
	return best
}

// newStats gives mean and biased variance, the latter from the differences to the mean, both summed in float64.
func newStats[T float](c *call) compute[T] {
	r := newReducer(c.in[0].Shape, c.Attrs.(*backend.StatsAttrs).Axes)
	mean, sq := make([]float64, r.out), make([]float64, r.out)
	count := 1.0
	if r.out > 0 {
		count = float64(r.n / r.out)
	}
	var x []T
	sumOne := func(in, n, out int) {
		v := mean[out]
		for _, e := range x[in : in+n] {
			v += float64(e)
		}
		mean[out] = v
	}
	sumMany := func(in, n, out int) {
		for i, e := range x[in : in+n] {
			mean[out+i] += float64(e)
		}
	}
	devOne := func(in, n, out int) {
		v, m := sq[out], mean[out]
		for _, e := range x[in : in+n] {
			d := float64(e) - m
			v += d * d
		}
		sq[out] = v
	}
	devMany := func(in, n, out int) {
		for i, e := range x[in : in+n] {
			d := float64(e) - mean[out+i]
			sq[out+i] += d * d
		}
	}
	return func(in, out [][]T) {
		x = in[0]
		clear(mean)
		clear(sq)
		r.each(sumOne, sumMany)
		for i := range mean {
			mean[i] /= count
		}
		r.each(devOne, devMany)
		for i := range sq {
			out[0][i], out[1][i] = T(mean[i]), T(sq[i]/count)
		}
	}
}
