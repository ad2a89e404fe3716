package ref_test

import (
	"fmt"
	"math"
	"math/rand"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// The judge is judged here: every row of the conformance table, in float64, against the definitions written out as plainly
// as they can be, one multi-index at a time.
func TestAgainstDefinitions(t *testing.T) {
	seen := map[backend.Kind]bool{}
	for _, r := range backendtest.Rows() {
		p, err := r.Program(backend.Float64)
		if err != nil || skipNaive(p) {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			args := make([][]float64, len(p.Args))
			regions := make([]backend.Region, len(p.Args))
			random := rand.New(rand.NewSource(int64(len(r.Name))))
			for i := range args {
				args[i] = make([]float64, p.Args[i].Shape.Size())
				for k := range args[i] {
					args[i][k] = math.Round(random.NormFloat64()*8) / 4
				}
				regions[i] = encoded(args[i], p.Args[i].DType)
			}
			want := naiveRun(p, args)
			exe := compile(t, p, backend.Options{NoFuse: true})
			require.NoError(t, bind(t, exe, backend.Infer, regions...).Run())
			for i := range p.Args {
				if p.Args[i].Mode == backend.In || p.Args[i].DType != backend.Float64 {
					continue
				}
				got := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(regions[i].Bytes()))), len(args[i]))
				for k := range got {
					require.True(t, closeTo(got[k], want[i][k]), "%s[%d] is %v, want %v\n%v", p.Args[i].Name, k, got[k], want[i][k], p)
				}
			}
			for i := range p.Entries[0].Calls {
				seen[p.Entries[0].Calls[i].Kind] = true
			}
		})
	}
	for _, k := range backend.Kinds() {
		require.True(t, seen[k] || k == backend.Random || k == backend.Relayout || k == backend.Host, "no definition of %v was used", k)
	}
}

func closeTo(a, b float64) bool {
	return a == b || a != a && b != b || math.Abs(a-b) <= 1e-9*(1+math.Abs(b))
}

// skipNaive leaves out what is defined elsewhere (random numbers, Go functions), layouts, large convolutions and long sorts.
func skipNaive(p *backend.Program) bool {
	work := 0
	for i := range p.Entries[0].Calls {
		c := &p.Entries[0].Calls[i]
		switch c.Kind {
		case backend.Random, backend.Host, backend.Relayout:
			return true
		case backend.Sort:
			work += p.Value(c.In[0]).Shape.Size() * p.Value(c.In[0]).Shape[c.Attrs.(*backend.SortAttrs).Axis]
		case backend.Conv:
			work += p.Value(c.Out[0]).Shape.Size() * p.Value(c.In[1]).Shape[1:].Size()
		case backend.ConvGradData, backend.ConvGradFilter:
			work += p.Value(c.In[0]).Shape.Size() * 100
		}
	}
	return work > 1e6
}

func encoded(v []float64, t backend.DType) backend.Region {
	switch t {
	case backend.Float64:
		return region(append([]float64{}, v...))
	case backend.Float32:
		f := make([]float32, len(v))
		for i, x := range v {
			f[i] = float32(x)
		}
		return region(f)
	case backend.Int32, backend.Int64:
		b := make([]int64, len(v))
		for i, x := range v {
			v[i] = math.Trunc(x)
			b[i] = int64(x)
		}
		if t == backend.Int64 {
			return region(b)
		}
		c := make([]int32, len(v))
		for i := range b {
			c[i] = int32(b[i])
		}
		return region(c)
	}
	b := make([]byte, len(v)*t.Size())
	for i := range v {
		v[i] = math.Mod(math.Abs(math.Trunc(v[i])), 100)
		b[i] = byte(v[i])
	}
	return region(b)
}

// naiveRun gives what the arguments hold at the end.
func naiveRun(p *backend.Program, args [][]float64) [][]float64 {
	vals := make([]tensor, len(p.Values))
	for i := range p.Values {
		v := &p.Values[i]
		vals[i] = tensor{v.Shape, make([]float64, v.Shape.Size())}
		switch v.Kind {
		case backend.ArgValue:
			copy(vals[i].v, args[v.Arg])
		case backend.ConstValue:
			copy(vals[i].v, v.Const)
		}
	}
	out := make([][]float64, len(args))
	for i := range args {
		out[i] = append([]float64{}, args[i]...)
	}
	for i := range p.Entries[0].Calls {
		c := &p.Entries[0].Calls[i]
		var in, res []tensor
		for _, id := range c.In {
			in = append(in, vals[id])
		}
		for _, id := range c.Out {
			res = append(res, vals[id])
		}
		if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
			copy(out[w.Arg], in[0].v)
			continue
		}
		naive(c, in, res)
		for k, id := range c.Out {
			if t := p.Value(id).DType; !t.IsFloat() {
				naiveStore(t, res[k].v)
			}
		}
	}
	return out
}

func naiveStore(t backend.DType, v []float64) {
	for i, x := range v {
		n := backend.Integer(x)
		switch t {
		case backend.Int32:
			v[i] = float64(int32(n))
		case backend.Int8:
			v[i] = float64(int8(n))
		case backend.Uint8:
			v[i] = float64(uint8(n))
		case backend.Bool:
			v[i] = map[bool]float64{true: 1}[x != 0]
		default:
			v[i] = float64(n)
		}
	}
}

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

// Recorded with MXNet: windows that hang over, borders that count, ties.
func TestPoolKnownAnswers(t *testing.T) {
	run := func(x []float64, s backend.Shape, out []int, a backend.PoolAttrs, head []float64) (y, dx []float64) {
		p := program(t, backend.Infer, func(b *backend.Builder) {
			v := b.Arg("x", backend.In, s, backend.Float64)
			dy := b.Arg("dy", backend.In, append(backend.Shape{1, 1}, out...), backend.Float64)
			b.Arg("y", backend.Out, dy.Shape(), backend.Float64)
			b.Arg("dx", backend.Out, s, backend.Float64)
			r := b.Pool(v, out, a)
			b.Write("y", r)
			b.Write("dx", b.PoolGrad(dy, v, r, a))
		})
		y, dx = make([]float64, len(head)), make([]float64, len(x))
		require.NoError(t, bind(t, compile(t, p, backend.Options{}), backend.Infer, region(x), region(head), region(y), region(dx)).Run())
		return y, dx
	}
	count := make([]float64, 16)
	for i := range count {
		count[i] = float64(i + 1)
	}
	two := []int{2, 2}
	y, _ := run(count, backend.Shape{1, 1, 4, 4}, two, backend.PoolAttrs{Type: backend.PoolAvg, Kernel: []int{3, 3}, Stride: two, Pad: []int{0, 0}, CountIncludePad: true}, make([]float64, 4))
	require.Equal(t, []float64{6, 7.5, 12, 13.5}, y)
	y, _ = run(count, backend.Shape{1, 1, 4, 4}, two, backend.PoolAttrs{Type: backend.PoolAvg, Kernel: []int{3, 3}, Stride: two, Pad: []int{1, 1}, CountIncludePad: true}, make([]float64, 4))
	require.InDeltaSlice(t, []float64{1.5556, 3.3333, 6.3333, 11}, y, 1e-4)
	x := []float64{1, 1, 2, 0, 2, 2, 3, 1, 0}
	y, dx := run(x, backend.Shape{1, 1, 3, 3}, two, backend.PoolAttrs{Type: backend.PoolMax, Kernel: two, Stride: []int{1, 1}, Pad: []int{0, 0}}, []float64{1, 2, 3, 4})
	require.Equal(t, []float64{2, 2, 3, 2}, y)
	require.Equal(t, []float64{0, 0, 2, 0, 5, 0, 3, 0, 0}, dx)
	y, dx = run(x, backend.Shape{1, 1, 3, 3}, two, backend.PoolAttrs{Type: backend.PoolSum, Kernel: two, Stride: two, Pad: []int{0, 0}}, []float64{1, 2, 3, 4})
	require.Equal(t, []float64{4, 4, 4, 0}, y)
	require.Equal(t, []float64{1, 1, 2, 1, 1, 2, 3, 3, 4}, dx)
}

// How many goroutines share the work changes no bit: the same step alone and while others keep the pool busy.
func TestSameBitsWhateverShares(t *testing.T) {
	alone, want := bindAll(t, lenet(t, 9), backend.Step)
	require.NoError(t, alone.Run())
	done := make(chan [][]float32)
	for range 4 {
		go func() {
			bound, got := bindAll(t, lenet(t, 9), backend.Step)
			_ = bound.Run()
			done <- got
		}()
	}
	for range 4 {
		require.Equal(t, want, <-done)
	}
}
