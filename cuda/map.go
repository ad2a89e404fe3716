package cuda

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/internal/strides"
)

const (
	mapBlock = 256
	mapLanes = 4 // elements that a thread computes; half as many where some have 8 bytes, so that no vector has more than 16
	mapDims  = 8 // that a kernel takes apart
	// Registers for operands: with more, a thread takes fewer lanes.
	mapRegisters = 120
	// CUDA passes no more than 4096 bytes of parameters.
	maxParams = 4096
)

// supportsMap accepts every expression over every type, up to eight axes that broadcasting keeps apart.
func supportsMap(p *backend.Program, c *backend.Call) bool {
	if !plainCall(p, c) || !allValues(p, c, func(v *backend.ValueInfo) bool { return v.DType.Known() }) {
		return false
	}
	m := newMapCall(c.Attrs.(*backend.MapAttrs).E, p.Value, c.In, c.Out)
	return m.text.dims <= mapDims && m.text.paramBytes() <= maxParams
}

func lowerMap(cx *compileCtx, c *backend.Call) error {
	cx.emitMap(c.Attrs.(*backend.MapAttrs).E, c.In, c.Out)
	return nil
}

// emitMap computes e; kernels that leave what follows them to a Map use it too.
func (cx *compileCtx) emitMap(e *expr.Expr, in, out []backend.ValueID) {
	m := newMapCall(e, cx.Value, in, out)
	if m.count == 0 {
		return
	}
	var args []arg
	for _, id := range m.operands() {
		args = append(args, ptr(cx.Ptr(id)))
	}
	cx.launch(m.text.kernel(), blocksOf(m.threads()), append(append(args, m.size()...), m.numbers()...)...)
}

// mapCall is a Map as its kernel sees it: what of it is in the kernel's text, and the rest, which are arguments.
type mapCall struct {
	text  mapText
	in    []backend.ValueID // that the expression uses
	out   []backend.ValueID
	count int
	dims  strides.Dims // of all operands, joined; those of one vector per thread
}

// operands are what the kernel has pointers to.
func (m *mapCall) operands() []backend.ValueID { return slices.Concat(m.in, m.out) }

// newMapCall finds how the operands lie in memory along common dimensions.
func newMapCall(e *expr.Expr, value func(backend.ValueID) *backend.ValueInfo, in, out []backend.ValueID) *mapCall {
	shape := value(out[0]).Shape
	m := &mapCall{text: mapText{e: e}, out: out, count: shape.Size(), dims: strides.Dims{Size: slices.Clone(shape)}}
	var types []backend.DType
	for _, id := range slices.Concat(in, out) {
		types = append(types, value(id).DType)
	}
	m.text.eval = backend.EvalType(types...)
	widest := m.text.eval.Size()
	add := func(id backend.ValueID) mapOperand {
		v := value(id)
		widest = max(widest, v.DType.Size())
		m.dims.Stride = append(m.dims.Stride, strides.Broadcast(v.Shape, shape))
		return mapOperand{dtype: v.DType}
	}
	for i, used := range e.Uses() {
		if used {
			m.in = append(m.in, in[i])
			m.text.in = append(m.text.in, add(in[i]))
		}
	}
	for _, id := range out {
		m.text.out = append(m.text.out, add(id))
	}
	m.text.lanes = mapLanes * 4 / widest
	for words := widest / 4; m.text.lanes > 1 && (words*m.text.lanes+2)*len(m.dims.Stride) > mapRegisters; {
		m.text.lanes /= 2
	}
	m.dims.Collapse()
	m.classify()
	return m
}

// classify says how each input is read. One dimension is left when no input is stretched along only some of them.
func (m *mapCall) classify() {
	last := len(m.dims.Size) - 1
	rows := last > 0
	if rows {
		for m.dims.Size[last]%m.text.lanes != 0 {
			m.text.lanes /= 2
		}
		m.dims.Size[last] /= m.text.lanes
		m.text.dims = last + 1
	}
	whole := m.dims.Stride[len(m.text.in)] // an output's
	for i := range m.text.in {
		op, st := &m.text.in[i], m.dims.Stride[i]
		switch {
		case slices.Equal(st, whole):
			op.access = accessWhole
		case !slices.ContainsFunc(st, func(s int) bool { return s != 0 }):
			op.access = accessOne
		case m.text.lanes > 1 && st[last] == 0:
			op.access = accessRepeat
		default:
			op.access = accessRows
		}
	}
	if rows { // strides now count from vector to vector
		for _, st := range m.dims.Stride {
			st[last] *= m.text.lanes
		}
	}
}

// threads is how many have work.
func (m *mapCall) threads() int { return ceilDiv(m.count, m.text.lanes) }

// size are the arguments between the pointers and the numbers, in the order of mapText.params.
func (m *mapCall) size() []arg {
	limit := m.threads()
	if m.text.dims == 0 {
		limit = m.count
	}
	args := []arg{u32(uint32(limit))}
	if m.text.dims > 0 {
		a := newAxes(m.dims.Size[1:])
		for d := range a.size {
			args = append(args, u32(a.size[d]), u32(a.magic[d]), u32(a.shift[d]))
		}
		for i := range m.text.in {
			if m.text.in[i].indexed() {
				for d := m.text.dims - 1; d >= 0; d-- {
					args = append(args, u32(uint32(m.dims.Stride[i][d])))
				}
			}
		}
	}
	return args
}

// numbers are those of the expression as arguments.
func (m *mapCall) numbers() []arg {
	var args []arg
	for _, n := range m.text.e.Nodes {
		if n.Op == expr.Const {
			args = append(args, m.text.constant(n.Value))
		}
	}
	return args
}
