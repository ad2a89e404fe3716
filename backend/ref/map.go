package ref

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// strip is how many elements a Map computes at a time: few enough that all intermediate results stay in the first cache.
const strip = 256

func newMap(c *call) Kernel {
	types := make([]backend.DType, 0, len(c.in)+len(c.out))
	for _, v := range c.in {
		types = append(types, v.DType)
	}
	for _, v := range c.out {
		types = append(types, v.DType)
	}
	switch backend.EvalType(types...) {
	case backend.Int64:
		return newMapKernel(c, applyInt, storeInt)
	case backend.Float64:
		return newMapKernel(c, applyFloat[float64], storeFloat[float64])
	}
	return newMapKernel(c, applyFloat[float32], storeFloat[float32])
}

// mapKernel evaluates an expression strip by strip: one register, a strip long, per node that is still needed.
type mapKernel[T number] struct {
	n     int
	apply func(op expr.Op, dst, x, y, z []T)
	store func(dst []byte, t backend.DType, src []T)
	in    []mapIn[T]
	steps []mapStep
	out   []mapOut
	reg   [][]T // by node
}

type mapIn[T number] struct {
	node  int // -1 when the expression does not use it
	dtype backend.DType
	walk  walk
	strip []T // nil when the memory itself serves
}

type mapStep struct {
	op   expr.Op
	args [3]int32
	node int
}

type mapOut struct {
	node   int
	dtype  backend.DType
	direct bool // the last step writes the output's memory itself: nothing is read after it
}

func newMapKernel[T number](c *call, apply func(expr.Op, []T, []T, []T, []T), store func([]byte, backend.DType, []T)) Kernel {
	e := c.Attrs.(*backend.MapAttrs).E
	shape := c.out[0].Shape
	k := &mapKernel[T]{n: shape.Size(), apply: apply, store: store, reg: make([][]T, len(e.Nodes))}
	length := min(strip, k.n)
	for _, v := range c.in {
		in := mapIn[T]{node: -1, dtype: v.DType, walk: broadcastWalk(v.Shape, shape)}
		if !in.walk.contiguous() || !holds[T](v.DType) {
			in.strip = make([]T, length)
		}
		k.in = append(k.in, in)
	}
	for i, o := range e.Outs {
		k.out = append(k.out, mapOut{node: int(o), dtype: c.out[i].DType})
		// An input that is also an output is copied first: another output may take its memory.
		if n := e.Nodes[o]; n.Op == expr.Input && len(e.Outs) > 1 {
			k.in[n.Index].strip = make([]T, length)
		}
	}
	free := newRegisters[T](e, length)
	for i, n := range e.Nodes {
		switch n.Op {
		case expr.Input:
			k.in[n.Index].node = i
		case expr.Const:
			k.reg[i] = make([]T, length)
			fill(k.reg[i], fromFloat[T](n.Value))
		default:
			k.steps = append(k.steps, mapStep{n.Op, n.Args, i})
			k.reg[i] = free.take(i)
		}
	}
	if len(k.steps) > 0 {
		var of []*mapOut // outputs that are the last step's; two of them share its strip
		for i := range k.out {
			if k.out[i].node == k.steps[len(k.steps)-1].node {
				of = append(of, &k.out[i])
			}
		}
		if len(of) == 1 {
			of[0].direct = holds[T](of[0].dtype)
		}
	}
	return k
}

// fromFloat is a number of the expression in the type of evaluation; as an integer, towards zero.
func fromFloat[T number](v float64) T {
	var zero T
	if _, ok := any(zero).(int64); ok {
		return T(backend.Integer(v))
	}
	return T(v)
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// registers hands out strips and takes them back after the last use of the node they held.
type registers[T number] struct {
	e       *expr.Expr
	length  int
	lastUse []int // by node
	held    [][]T // by node
	spare   [][]T
}

func newRegisters[T number](e *expr.Expr, length int) *registers[T] {
	r := &registers[T]{e: e, length: length, lastUse: make([]int, len(e.Nodes)), held: make([][]T, len(e.Nodes))}
	for i, n := range e.Nodes {
		for a := range n.Op.Arity() {
			r.lastUse[n.Args[a]] = i
		}
	}
	for _, o := range e.Outs {
		r.lastUse[o] = len(e.Nodes)
	}
	return r
}

// take gives a strip for the node, possibly that of an operand used for the last time.
func (r *registers[T]) take(node int) []T {
	n := r.e.Nodes[node]
	for a := range n.Op.Arity() {
		if at := n.Args[a]; r.lastUse[at] == node && r.held[at] != nil {
			r.spare = append(r.spare, r.held[at])
			r.held[at] = nil
		}
	}
	if k := len(r.spare); k > 0 {
		r.held[node] = r.spare[k-1]
		r.spare = r.spare[:k-1]
	} else {
		r.held[node] = make([]T, r.length)
	}
	return r.held[node]
}

func (k *mapKernel[T]) Run(in, out [][]byte) error {
	for i := range k.in {
		p := &k.in[i]
		p.walk.reset()
		if p.node >= 0 && p.walk.constant() && k.n > 0 {
			load(p.strip[:1], in[i], p.dtype)
			fill(p.strip, p.strip[0])
		}
	}
	for start := 0; start < k.n; start += strip {
		m := min(strip, k.n-start)
		for i := range k.in {
			k.fetch(&k.in[i], in[i], start, m)
		}
		k.eval(out, start, m)
		for i := range k.out {
			if o := &k.out[i]; !o.direct {
				k.store(out[i][start*o.dtype.Size():], o.dtype, k.reg[o.node][:m])
			}
		}
	}
	return nil
}

// fetch makes the register of an input hold m elements from start.
func (k *mapKernel[T]) fetch(p *mapIn[T], mem []byte, start, m int) {
	switch {
	case p.node < 0:
		return
	case p.strip == nil:
		k.reg[p.node] = view[T](mem)[start : start+m]
		return
	case !p.walk.constant():
		p.load(mem, start, m)
	}
	k.reg[p.node] = p.strip
}

// load puts m elements from start into the strip.
func (p *mapIn[T]) load(mem []byte, start, m int) {
	size := p.dtype.Size()
	if p.walk.contiguous() {
		load(p.strip[:m], mem[start*size:], p.dtype)
		return
	}
	for got := 0; got < m; {
		at, n := p.walk.run(m - got)
		if p.walk.stride() == 0 {
			load(p.strip[got:got+1], mem[at*size:], p.dtype)
			fill(p.strip[got+1:got+n], p.strip[got])
		} else { // neighbours: inputs are contiguous, so the innermost axis that is not broadcast is too
			load(p.strip[got:got+n], mem[at*size:], p.dtype)
		}
		got += n
	}
}

func (k *mapKernel[T]) eval(out [][]byte, start, m int) {
	for i := range k.steps {
		s := &k.steps[i]
		var x [3][]T
		for a := range s.op.Arity() {
			x[a] = k.reg[s.args[a]][:m]
		}
		dst := k.reg[s.node][:m]
		if i == len(k.steps)-1 {
			for o := range k.out {
				if k.out[o].direct {
					dst = view[T](out[o])[start : start+m]
				}
			}
		}
		k.apply(s.op, dst, x[0], x[1], x[2])
	}
}
