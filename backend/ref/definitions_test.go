package ref_test

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// tensor is numbers in C order.
type tensor struct {
	s backend.Shape
	v []float64
}

// at is the position of a multi-index.
func (t tensor) at(idx ...int) int {
	pos := 0
	for i, x := range idx {
		if x < 0 || x >= t.s[i] {
			panic(fmt.Sprint("BUG: index ", idx, " in ", t.s))
		}
		pos = pos*t.s[i] + x
	}
	return pos
}

func (t tensor) inside(idx ...int) bool {
	for i, x := range idx {
		if x < 0 || x >= t.s[i] {
			return false
		}
	}
	return true
}

// each visits all multi-indices below the shape.
func each(s backend.Shape, visit func(idx []int)) {
	idx := make([]int, len(s))
	for range s.Size() {
		visit(idx)
		for d := len(s) - 1; d >= 0; d-- {
			if idx[d]++; idx[d] < s[d] {
				break
			}
			idx[d] = 0
		}
	}
}

func join(parts ...[]int) []int {
	var all []int
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func naive(c *backend.Call, in, out []tensor) {
	switch a := c.Attrs.(type) {
	case *backend.MapAttrs:
		naiveMap(a.E, in, out)
	case *backend.ReduceAttrs:
		naiveReduce(a, in[0], out[0])
	case *backend.ArgReduceAttrs:
		naiveArg(a, in[0], out[0])
	case *backend.SortAttrs:
		naiveSort(a, in[0], out[0], out[1])
	case *backend.StatsAttrs:
		naiveStats(a, in[0], out[0], out[1])
	case *backend.MatMulAttrs:
		naiveMatMul(a, in[0], in[1], out[0])
	case *backend.ConvAttrs:
		naiveConv(c.Kind, a, in, out[0])
	case *backend.PoolAttrs:
		naivePool(c.Kind, a, in, out[0])
	case *backend.SoftmaxAttrs:
		naiveSoftmax(a, in[0], out[0])
	default:
		naiveMove(c, in, out[0])
	}
}

func naiveMap(e *expr.Expr, in, out []tensor) {
	each(out[0].s, func(idx []int) {
		vals := make([]float64, len(e.Nodes))
		for i, n := range e.Nodes {
			switch n.Op {
			case expr.Input:
				x := in[n.Index]
				own := append([]int{}, idx[len(idx)-len(x.s):]...)
				for d := range own {
					own[d] = min(own[d], x.s[d]-1)
				}
				vals[i] = x.v[x.at(own...)]
			case expr.Const:
				vals[i] = n.Value
			default:
				vals[i] = expr.Eval64(n.Op, vals[n.Args[0]], vals[n.Args[1]], vals[n.Args[2]])
			}
		}
		for k, o := range e.Outs {
			out[k].v[out[k].at(idx...)] = vals[o]
		}
	})
}

// groups collects, for each output element, the input elements that a reduction along axes takes.
func groups(x tensor, axes []int, out tensor) [][]float64 {
	g := make([][]float64, len(out.v))
	st := backend.Shape{}
	for i := range x.s {
		drop := false
		for _, a := range axes {
			drop = drop || a == i
		}
		if !drop {
			st = append(st, x.s[i])
		}
	}
	flat := tensor{st, nil}
	each(x.s, func(idx []int) {
		var kept []int
		for i := range idx {
			drop := false
			for _, a := range axes {
				drop = drop || a == i
			}
			if !drop {
				kept = append(kept, idx[i])
			}
		}
		at := flat.at(kept...)
		g[at] = append(g[at], x.v[x.at(idx...)])
	})
	return g
}

func naiveReduce(a *backend.ReduceAttrs, x, y tensor) {
	for i, g := range groups(x, a.Axes, y) {
		sum, prod, top, low, sq, abs, nansum, nanprod := 0.0, 1.0, math.Inf(-1), math.Inf(1), 0.0, 0.0, 0.0, 1.0
		for _, v := range g {
			sum, prod, top, low, sq, abs = sum+v, prod*v, math.Max(top, v), math.Min(low, v), sq+v*v, abs+math.Abs(v)
			if !math.IsNaN(v) {
				nansum, nanprod = nansum+v, nanprod*v
			}
		}
		y.v[i] = []float64{sum, prod, top, low, sq, abs, nansum, nanprod}[a.Op]
	}
}

func naiveArg(a *backend.ArgReduceAttrs, x, y tensor) {
	for i, g := range groups(x, []int{a.Axis}, y) {
		best := 0
		for k, v := range g {
			if !a.Min && v > g[best] || a.Min && v < g[best] {
				best = k
			}
		}
		y.v[i] = float64(best)
	}
}

// naiveSort counts for each element how many of its row come before it.
func naiveSort(a *backend.SortAttrs, x, values, order tensor) {
	each(x.s, func(idx []int) {
		before, v := 0, x.v[x.at(idx...)]
		pos := append([]int{}, idx...)
		for k := range x.s[a.Axis] {
			pos[a.Axis] = k
			o := x.v[x.at(pos...)]
			if o == v && k < idx[a.Axis] || !a.Descend && o < v || a.Descend && o > v {
				before++
			}
		}
		pos[a.Axis] = before
		values.v[values.at(pos...)], order.v[order.at(pos...)] = v, float64(idx[a.Axis])
	})
}

func naiveStats(a *backend.StatsAttrs, x, mean, variance tensor) {
	for i, g := range groups(x, a.Axes, mean) {
		m, v := 0.0, 0.0
		for _, e := range g {
			m += e / float64(len(g))
		}
		for _, e := range g {
			v += (e - m) * (e - m) / float64(len(g))
		}
		mean.v[i], variance.v[i] = m, v
	}
}

func naiveMatMul(a *backend.MatMulAttrs, x, w, y tensor) {
	each(y.s, func(idx []int) {
		n := len(idx)
		i, j, lead := idx[n-2], idx[n-1], idx[:n-2]
		k := x.s[n-1]
		if a.TransA {
			k = x.s[n-2]
		}
		sum := 0.0
		for l := range k {
			xi, wi := []int{i, l}, []int{l, j}
			if a.TransA {
				xi = []int{l, i}
			}
			if a.TransB {
				wi = []int{j, l}
			}
			sum += x.v[x.at(join(lead, xi)...)] * w.v[w.at(join(lead, wi)...)]
		}
		y.v[y.at(idx...)] = sum
	})
}

// naiveConv visits every triple of output, weight and data element that the sum of a convolution pairs.
func naiveConv(kind backend.Kind, a *backend.ConvAttrs, in []tensor, out tensor) {
	x, w, y := in[0], in[1], out
	switch kind {
	case backend.ConvGradData:
		x, y = out, in[0]
	case backend.ConvGradFilter:
		x, w, y = in[1], out, in[0]
	}
	clear(out.v)
	perGroup := w.s[0] / a.Groups
	each(y.s, func(o []int) {
		for c := range w.s[1] {
			each(backend.Shape(a.Kernel), func(k []int) {
				pos := []int{o[0], o[1]/perGroup*w.s[1] + c}
				for d := range k {
					pos = append(pos, o[2+d]*a.Stride[d]-a.Pad[d]+k[d]*a.Dilate[d])
				}
				if !x.inside(pos...) {
					return
				}
				xi, wi, yi := x.at(pos...), w.at(join([]int{o[1], c}, k)...), y.at(o...)
				switch kind {
				case backend.Conv:
					y.v[yi] += x.v[xi] * w.v[wi]
				case backend.ConvGradData:
					x.v[xi] += y.v[yi] * w.v[wi]
				case backend.ConvGradFilter:
					w.v[wi] += y.v[yi] * x.v[xi]
				}
			})
		}
	})
}

func naivePool(kind backend.Kind, a *backend.PoolAttrs, in []tensor, out tensor) {
	x, y, ys := in[0], out, out.s
	if kind == backend.PoolGrad {
		x, y, ys = in[1], in[2], in[0].s
		clear(out.v)
	}
	each(ys, func(o []int) {
		var at []int // positions of the window's elements
		covered := 0
		each(backend.Shape(a.Kernel), func(k []int) {
			pos, counted := []int{o[0], o[1]}, true
			for d := range k {
				p := o[2+d]*a.Stride[d] - a.Pad[d] + k[d]
				pos = append(pos, p)
				counted = counted && p < x.s[2+d]+a.Pad[d]
			}
			if counted {
				covered++
			}
			if x.inside(pos...) {
				at = append(at, x.at(pos...))
			}
		})
		if !a.CountIncludePad {
			covered = len(at)
		}
		best, sum, lp := at[0], 0.0, 0.0
		for _, i := range at {
			if x.v[i] > x.v[best] {
				best = i
			}
			sum += x.v[i]
			lp += math.Pow(math.Abs(x.v[i]), float64(a.P))
		}
		if kind == backend.Pool {
			y.v[y.at(o...)] = []float64{x.v[best], sum / float64(covered), sum, math.Pow(lp, 1/float64(a.P))}[a.Type]
			return
		}
		dy := in[0].v[in[0].at(o...)]
		for _, i := range at {
			switch a.Type {
			case backend.PoolMax:
				if i == best {
					out.v[i] += dy
				}
			case backend.PoolAvg:
				out.v[i] += dy / float64(covered)
			case backend.PoolSum:
				out.v[i] += dy
			case backend.PoolLp:
				if r := y.v[y.at(o...)]; r != 0 {
					out.v[i] += dy * math.Copysign(math.Pow(math.Abs(x.v[i])/r, float64(a.P-1)), x.v[i])
				}
			}
		}
	})
}

func naiveSoftmax(a *backend.SoftmaxAttrs, x, y tensor) {
	sums := map[string]float64{}
	row := func(idx []int) string {
		key := append([]int{}, idx...)
		key[a.Axis] = 0
		return fmt.Sprint(key)
	}
	each(x.s, func(idx []int) { sums[row(idx)] += math.Exp(x.v[x.at(idx...)]) })
	each(x.s, func(idx []int) {
		v := math.Exp(x.v[x.at(idx...)]) / sums[row(idx)]
		if a.Log {
			v = math.Log(v)
		}
		y.v[y.at(idx...)] = v
	})
}

// naiveMove says for every output element where it comes from.
func naiveMove(c *backend.Call, in []tensor, y tensor) {
	x := in[0]
	clear(y.v)
	from := func(idx []int) (t tensor, pos []int) { return x, idx }
	switch a := c.Attrs.(type) {
	case nil:
		copy(y.v, x.v)
		return
	case *backend.TransposeAttrs:
		from = func(idx []int) (tensor, []int) {
			pos := make([]int, len(idx))
			for i, ax := range a.Axes {
				pos[ax] = idx[i]
			}
			return x, pos
		}
	case *backend.SliceAttrs:
		from = func(idx []int) (tensor, []int) {
			pos := make([]int, len(idx))
			for i := range idx {
				pos[i] = a.Begin[i] + idx[i]*a.Step[i]
			}
			return x, pos
		}
	case *backend.ConcatAttrs:
		from = func(idx []int) (tensor, []int) {
			pos := append([]int{}, idx...)
			for _, t := range in {
				if pos[a.Axis] < t.s[a.Axis] {
					return t, pos
				}
				pos[a.Axis] -= t.s[a.Axis]
			}
			panic("BUG: beyond the last input")
		}
	case *backend.PadAttrs:
		from = func(idx []int) (tensor, []int) {
			pos := make([]int, len(idx))
			for i := range idx {
				pos[i] = idx[i] - a.Before[i]
				n := x.s[i]
				for a.Mode == backend.PadEdge && pos[i] < 0 {
					pos[i]++
				}
				for a.Mode == backend.PadEdge && pos[i] >= n {
					pos[i]--
				}
				if a.Mode == backend.PadReflect && pos[i] < 0 {
					pos[i] = -pos[i]
				}
				if a.Mode == backend.PadReflect && pos[i] >= n {
					pos[i] = n - 1 - (pos[i] - (n - 1))
				}
				if pos[i] < 0 || pos[i] >= n {
					return tensor{backend.Shape{}, []float64{a.Value}}, nil
				}
			}
			return x, pos
		}
	case *backend.GatherAttrs:
		naiveIndex(c.Kind, a, in[0], in[1], y)
		return
	}
	each(y.s, func(idx []int) {
		t, pos := from(idx)
		y.v[y.at(idx...)] = t.v[t.at(pos...)]
	})
}

func naiveIndex(kind backend.Kind, a *backend.GatherAttrs, x, index, y tensor) {
	big, small := x, y
	if kind == backend.ScatterAdd {
		big, small = y, x
	}
	n := big.s[a.Axis]
	each(small.s, func(idx []int) {
		i := int(index.v[index.at(idx[a.Axis:a.Axis+len(index.s)]...)])
		for a.Wrap && i < 0 {
			i += n
		}
		for a.Wrap && i >= n {
			i -= n
		}
		i = max(0, min(i, n-1))
		b := big.at(join(idx[:a.Axis], []int{i}, idx[a.Axis+len(index.s):])...)
		if kind == backend.Gather {
			y.v[y.at(idx...)] = x.v[b]
		} else {
			y.v[b] += x.v[x.at(idx...)]
		}
	})
}
