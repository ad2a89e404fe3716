package cuda

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend/expr"
)

// A thread computes one vector of elements and ends: a grid may have 2³¹ blocks, so nothing is gained by threads that go
// round, which would need to know how many blocks the device runs at a time.

// ptx is a module with the kernel and the functions that it calls.
func (t *mapText) ptx() string {
	w := t.write()
	return fmt.Sprintf("// %s\n%s%s%s", t.key(), ptxHeader, mathText(w.calls), w.entry(t.name()))
}

// write writes the kernel's instructions.
func (t *mapText) write() *mapWriter {
	w := &mapWriter{ptxWriter: newPTXWriter(), t: t, v: mapTypes[t.eval]}
	w.uniform = make([]operand, len(t.e.Nodes))
	w.begin()
	w.addresses()
	w.uniforms()
	if t.lanes > 1 {
		w.vectors()
	}
	w.elements()
	return w
}

type mapWriter struct {
	*ptxWriter
	t       *mapText
	v       *mapType
	index   string   // register: the thread's first element
	n       string   // register: of all elements or, with dims, all vectors
	row     string   // register: where the Map's row of the table begins
	address []string // registers, of inputs, then outputs
	uniform []operand
}

func (w *mapWriter) operands() []mapOperand { return slices.Concat(w.t.in, w.t.out) }

// begin ends threads that have no work.
func (w *mapWriter) begin() {
	thread, block := w.reg("r"), w.reg("r")
	w.n, w.index = w.reg("r"), w.reg("r")
	w.line("mov.u32 %s, %%tid.x;", thread)
	w.line("mov.u32 %s, %%ctaid.x;", block)
	if w.t.rows > 0 {
		block = w.findRow(block)
	} else {
		w.line("ld.param.u32 %s, [n];", w.n)
	}
	w.line("mad.lo.u32 %s, %s, %d, %s;", w.index, block, mapBlock, thread)
	if w.t.dims == 0 && w.t.lanes > 1 {
		w.line("mul.lo.u32 %s, %s, %d;", w.index, w.index, w.t.lanes)
	}
	p := w.reg("p")
	w.line("setp.ge.u32 %s, %s, %s;", p, w.index, w.n)
	w.line("@%s ret;", p)
}

// uniforms computes what is the same for all lanes.
func (w *mapWriter) uniforms() {
	for i, n := range w.t.e.Nodes {
		switch n.Op {
		case expr.Input:
			k := w.t.input(n.Index)
			if o := w.t.in[k]; !o.vector() {
				w.uniform[i] = operand{value: w.load(o.dtype, w.address[k], 1)[0]}
			}
		case expr.Const:
			r := w.reg(w.v.class)
			w.line("ld.param.%s %s, [number%d];", w.v.name, r, i)
			w.uniform[i] = operand{value: r, number: n.Value == n.Value}
		default:
			same := true
			for k := range n.Op.Arity() {
				same = same && w.uniform[n.Args[k]].known()
			}
			if same {
				w.uniform[i] = w.apply(n, w.uniform)
			}
		}
	}
}

// lane computes the outputs of an element, whose inputs are given, but for those that are uniform.
func (w *mapWriter) lane(in []string) []string {
	nodes := slices.Clone(w.uniform)
	for i, n := range w.t.e.Nodes {
		switch {
		case nodes[i].known():
		case n.Op == expr.Input:
			nodes[i] = operand{value: in[w.t.input(n.Index)]}
		default:
			nodes[i] = w.apply(n, nodes)
		}
	}
	out := make([]string, len(w.t.e.Outs))
	for k, o := range w.t.e.Outs {
		out[k] = w.value(&nodes[o])
	}
	return out
}

// entry is the kernel under a name.
func (w *mapWriter) entry(name string) string {
	var params []string
	if w.t.rows > 0 {
		params = append(params, fmt.Sprintf("\t.param .align 8 .b8 table[%d]", w.t.rows*w.t.rowBytes()))
	} else {
		for i := range w.operands() {
			params = append(params, fmt.Sprintf("\t.param .u64 p%d", i))
		}
	}
	for _, p := range w.t.params() {
		params = append(params, fmt.Sprintf("\t.param .%s %s", p.typ, p.name))
	}
	return fmt.Sprintf(".visible .entry %s(\n%s\n)\n.maxntid %d, 1, 1\n{\n%s%s}\n", name, strings.Join(params, ",\n"), mapBlock, w.registers(), w.body.String())
}
