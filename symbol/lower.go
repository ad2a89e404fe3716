package symbol

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// GradReq says what happens to the gradient of an argument.
type GradReq uint8

// The requests, MXNet's grad_req: not wanted, written over, or added to what is there.
const (
	GradNull GradReq = iota
	GradWrite
	GradAdd
)

func (r GradReq) String() string { return [...]string{"null", "write", "add"}[r] }

// Update says one parameter's change in a compiled training step: it reads w and its gradient g and writes the argument
// Arg(name) and whatever states it keeps as arguments of its own.
type Update func(b *backend.Builder, name string, w, g backend.Value)

// ArgName, GradName, AuxName, OutName and HeadName are the names of a network's arrays among a Program's arguments.
func ArgName(variable string) string { return "arg:" + variable }

// GradName names the gradient of an argument.
func GradName(variable string) string { return "grad:" + variable }

// AuxName names an auxiliary state.
func AuxName(variable string) string { return "aux:" + variable }

// OutName names the output i.
func OutName(i int) string { return fmt.Sprintf("out:%d", i) }

// HeadName names the head gradient of the output i.
func HeadName(i int) string { return fmt.Sprintf("ograd:%d", i) }

// LowerOptions says which entries a Program gets and what they do.
type LowerOptions struct {
	Shapes map[string]backend.Shape // of variables; the rest is inferred
	Types  map[string]backend.DType // of variables; default float32
	Grad   map[string]GradReq       // of arguments; what is absent is GradNull
	Infer  bool                     // make the entry Infer
	Train  bool                     // make Forward and Backward
	Step   Update                   // make Step, in which every argument with a gradient request is updated
	Grads  bool                     // make a Step that leaves gradients instead, as Grad says: the update is made elsewhere
	Data   []string                 // arguments that change with every run; all others are parameters
	Watch  func(output string) bool // outputs of nodes that forward passes also write into arguments of their own: see WatchName
	// Mirror lets backward compute cheap things again instead of keeping them: less memory, more time, the same numbers. The
	// environment variable MXNET_BACKWARD_DO_MIRROR=1 asks for it everywhere, the attribute force_mirroring for one operator.
	Mirror bool
}

// lowering is the making of a Program from a graph.
type lowering struct {
	o      *LowerOptions
	s      *Symbol
	g      *graph
	aux    map[*node]bool
	number map[*node]int // position in the graph: keeps random streams apart
	p      *backend.Program
	once   map[*node]any // what operators keep for all entries

	usefulNodes map[*node]bool
}

// Lower turns the network into a Program: arguments named as ArgName and its sisters say, and the entries asked for.
func (s *Symbol) Lower(o LowerOptions) (*backend.Program, error) {
	if _, err := s.InferShape(o.Shapes); err != nil {
		return nil, err
	}
	if err := s.checkNames(); err != nil {
		return nil, fmt.Errorf("symbol: %w: where one is meant, use the same Symbol twice", err)
	}
	_, g, err := s.inferShapes(o.Shapes)
	if err != nil {
		return nil, err
	}
	if err := g.inferTypes(o.Types); err != nil {
		return nil, err
	}
	o.Mirror = o.Mirror || mirrorEverywhere()
	l := &lowering{o: &o, s: s, g: g, aux: auxSet(g.order), number: map[*node]int{}, once: map[*node]any{}, p: &backend.Program{}}
	for i, n := range g.order {
		l.number[n] = i
	}
	if o.Infer {
		if err := l.infer(); err != nil {
			return nil, err
		}
	}
	if o.Train {
		if err := l.train(); err != nil {
			return nil, err
		}
	}
	if o.Step != nil || o.Grads {
		if err := l.step(); err != nil {
			return nil, err
		}
	}
	l.markParams()
	return l.p, l.p.Verify()
}

// markParams marks the arguments that seldom change between runs of Infer.
func (l *lowering) markParams() {
	for i := range l.p.Args {
		a := &l.p.Args[i]
		kind, name := a.Name[:min(4, len(a.Name))], a.Name[min(4, len(a.Name)):]
		a.Param = (kind == "arg:" && !slices.Contains(l.o.Data, name)) || kind == "aux:"
	}
}

func (l *lowering) infer() error {
	e := l.newEntry(false)
	e.forward()
	e.outputs()
	e.flush()
	return e.b.Finish(backend.Infer)
}

func (l *lowering) train() error {
	fwd := l.newEntry(true)
	fwd.forward()
	fwd.outputs()
	fwd.flush()
	if err := fwd.b.Finish(backend.Forward); err != nil {
		return err
	}
	bwd := fwd.continued()
	grads := bwd.backward()
	for _, n := range l.g.order {
		if n.op == nil && !l.aux[n] {
			bwd.writeGrad(n, grads[entry{n, 0}])
		}
	}
	bwd.flush()
	return bwd.b.Finish(backend.Backward)
}

func (l *lowering) step() error {
	e := l.newEntry(true)
	e.forward()
	e.outputs()
	grads := e.backward()
	for _, n := range l.g.order {
		if n.op != nil || l.aux[n] || l.o.Grad[n.name] == GradNull {
			continue
		}
		g := grads[entry{n, 0}]
		if l.o.Step == nil {
			e.writeGrad(n, g)
			continue
		}
		e.b.Node("update " + n.label())
		if !g.Valid() {
			g = e.b.Full(*l.g.types[n][0], l.g.shapes[n][0], 0)
		}
		w := e.variable(n)
		delete(e.pending, n) // the update writes the argument
		l.o.Step(e.b, n.name, w, g)
	}
	e.flush()
	return e.b.Finish(backend.Step)
}
