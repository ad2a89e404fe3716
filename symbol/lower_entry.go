package symbol

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// entryLowering is the making of one entry.
type entryLowering struct {
	*lowering
	b       *backend.Builder
	isTrain bool
	values  map[entry]backend.Value
	ctx     map[*node]*op.Ctx
	pending map[*node]backend.Value // variables that operators overwrote: BatchNorm's gamma and states
}

func (l *lowering) newEntry(train bool) *entryLowering {
	return &entryLowering{lowering: l, b: backend.NewBuilder(l.p), isTrain: train,
		values: map[entry]backend.Value{}, ctx: map[*node]*op.Ctx{}, pending: map[*node]backend.Value{}}
}

// continued is the entry that follows this one and may use its values.
func (e *entryLowering) continued() *entryLowering {
	c := *e
	c.b = backend.NewBuilder(e.p)
	c.pending = map[*node]backend.Value{}
	return &c
}

// variable is what a variable holds: what operators wrote into it so far, or the argument.
func (e *entryLowering) variable(n *node) backend.Value {
	if v, ok := e.pending[n]; ok {
		return v
	}
	name := ArgName(n.name)
	if e.aux[n] {
		name = AuxName(n.name)
	}
	return e.b.Arg(name, backend.In, e.g.shapes[n][0], *e.g.types[n][0])
}

func (e *entryLowering) forward() {
	defer e.b.Part(backend.PartKeep)
	for _, n := range e.g.order {
		e.b.Node(n.label())
		if n.op == nil {
			if !e.aux[n] {
				e.values[entry{n, 0}] = e.variable(n)
			}
			continue
		}
		in := make([]backend.Value, n.numArg)
		for i := range in {
			in[i] = e.values[n.inputs[i]]
		}
		if e.isTrain {
			e.b.Part(e.part(n))
		}
		c := op.NewCtx(e.b, n.op, n.param, e.isTrain, uint32(e.number[n]), in, e.hooks(n))
		out := n.op.Forward(n.param, c, in)
		c.SetOutputs(out)
		e.ctx[n] = c
		if len(out) < len(n.visible()) {
			e.b.Failf("BUG: %d outputs, want %d", len(out), len(n.visible()))
			return
		}
		for i, want := range e.g.shapes[n] {
			if !out[i].Shape().Equal(want) {
				e.b.Failf("BUG: output %d is %v, inference found %v", i, out[i].Shape(), want)
			}
			e.values[entry{n, i}] = out[i]
			e.watch(n.outputName(i), out[i])
		}
	}
}

// watch writes an output that somebody wants to see.
func (e *entryLowering) watch(output string, v backend.Value) {
	if e.o.Watch != nil && e.o.Watch(output) {
		e.b.Arg(WatchName(output), backend.Out, v.Shape(), v.DType())
		e.b.Write(WatchName(output), v)
	}
}

func (e *entryLowering) hooks(n *node) op.Hooks {
	aux := func(i int) *node { return n.inputs[n.numArg+i].node }
	return op.Hooks{
		Once: func(make func() any) any {
			if e.once[n] == nil {
				e.once[n] = make()
			}
			return e.once[n]
		},
		Wants:  func(i int) bool { return e.useful()[n.inputs[i].node] },
		Aux:    func(i int) backend.Value { return e.variable(aux(i)) },
		SetAux: func(i int, v backend.Value) { e.pending[aux(i)] = v },
		SetIn: func(i int, v backend.Value) {
			// As in MXNet, where no gradient flows variables stay: BatchNorm's gamma.
			if in := n.inputs[i].node; in.op == nil && e.useful()[n] {
				e.pending[in] = v
			}
		},
	}
}

// outputs writes the heads into their arguments.
func (e *entryLowering) outputs() {
	for i, o := range e.s.outs {
		v := e.values[o]
		if e.aux[o.node] {
			v = e.variable(o.node)
		}
		e.b.Node("output " + o.node.outputName(o.index))
		e.b.Arg(OutName(i), backend.Out, v.Shape(), v.DType())
		e.b.Write(OutName(i), v)
	}
}

// flush writes the variables that operators changed. In graph order, so that the Program is the same every time.
func (e *entryLowering) flush() {
	for _, n := range e.g.order {
		v, ok := e.pending[n]
		if !ok {
			continue
		}
		name := ArgName(n.name)
		if e.aux[n] {
			name = AuxName(n.name)
		}
		e.b.Node(n.label())
		e.b.Arg(name, backend.In, e.g.shapes[n][0], *e.g.types[n][0])
		e.b.Write(name, v)
	}
}

// backward gives the gradient of every variable. Nodes are visited against graph order; where a value is used several
// times, the gradients are added in that order: the last user's first.
func (e *entryLowering) backward() map[entry]backend.Value {
	e.b.Part(backend.PartLate)
	grads := map[entry]backend.Value{}
	add := func(at entry, g backend.Value) {
		if !g.Valid() {
			return
		}
		if have := grads[at]; have.Valid() {
			g = e.b.Add(have, g)
		}
		grads[at] = g
	}
	useful := e.useful()
	for i, o := range e.s.outs {
		if o.node.op != nil && o.node.op.IsLoss(o.node.param) || !useful[o.node] {
			continue
		}
		e.b.Node("head gradient of " + o.node.outputName(o.index))
		add(o, e.b.Arg(HeadName(i), backend.In, e.g.shapes[o.node][o.index], *e.g.types[o.node][o.index]))
	}
	for i := len(e.g.order) - 1; i >= 0; i-- {
		n := e.g.order[i]
		if n.op == nil || !n.op.HasGrad || !useful[n] {
			continue
		}
		e.b.Node(n.label() + " backward")
		dout, any := e.headGrads(n, grads)
		if !any && !n.needsNoGrad() {
			continue
		}
		c := e.ctx[n].On(e.b, e.hooks(n))
		d := n.op.Backward(n.param, c, dout)
		names := n.op.Args(n.param)
		for k := range min(len(d), n.numArg) {
			if n.op.GetsGrad(n.param, names[k]) {
				add(n.inputs[k], d[k])
			}
		}
	}
	return grads
}

// needsNoGrad tells whether a node has something to do in backward though no gradient arrives: losses make their own, and
// states change, as in MXNet, behind operators without a gradient too.
func (n *node) needsNoGrad() bool { return n.op.IsLoss(n.param) || len(n.inputs) > n.numArg }

// headGrads collects the gradients of a node's outputs; where some are missing they are zeros.
func (e *entryLowering) headGrads(n *node, grads map[entry]backend.Value) (dout []backend.Value, any bool) {
	dout = make([]backend.Value, len(n.visible()))
	for k := range dout {
		dout[k] = grads[entry{n, k}]
		any = any || dout[k].Valid()
	}
	for k := range dout {
		if !dout[k].Valid() && (any || n.needsNoGrad()) {
			dout[k] = e.b.Full(*e.g.types[n][k], e.g.shapes[n][k], 0)
		}
	}
	return dout, any
}

// useful are the nodes that a wanted gradient flows through. As in MXNet, states of all others stay as they are.
func (l *lowering) useful() map[*node]bool {
	if l.usefulNodes == nil {
		l.usefulNodes = l.findUseful()
	}
	return l.usefulNodes
}

func (l *lowering) findUseful() map[*node]bool {
	useful := map[*node]bool{}
	for _, n := range l.g.order {
		if n.op == nil {
			useful[n] = l.o.Grad[n.name] != GradNull && !l.aux[n]
			continue
		}
		names := n.op.Args(n.param)
		for k, in := range n.inputs[:n.numArg] {
			useful[n] = useful[n] || useful[in.node] && n.op.GetsGrad(n.param, names[k])
		}
	}
	return useful
}

// writeGrad writes or adds the gradient of a variable as its request says.
func (e *entryLowering) writeGrad(n *node, g backend.Value) {
	req := e.o.Grad[n.name]
	if req == GradNull {
		return
	}
	shape, typ := e.g.shapes[n][0], *e.g.types[n][0]
	e.b.Node("gradient of " + n.name)
	if !g.Valid() {
		g = e.b.Full(typ, shape, 0)
	}
	if req == GradAdd {
		g = e.b.Add(e.b.Arg(GradName(n.name), backend.In, shape, typ), g)
	} else {
		e.b.Arg(GradName(n.name), backend.Out, shape, typ)
	}
	e.b.Write(GradName(n.name), g)
}
