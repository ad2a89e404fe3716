package symbol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// Shapes is the result of shape inference, each list in the order of the corresponding List method.
type Shapes struct {
	Args, Outs, Aux []backend.Shape
}

// InferShape finds the shapes of all arguments, outputs and auxiliary states from those given by variable name. It is an
// error when shapes contradict each other, a name is unknown, or something stays unknown; the error names the node.
func (s *Symbol) InferShape(known map[string]backend.Shape) (*Shapes, error) {
	sh, g, err := s.inferShapes(known)
	if err != nil {
		return nil, err
	}
	for _, n := range g.order {
		for i, o := range g.shapes[n] {
			if !o.Known() {
				return nil, fmt.Errorf("symbol: the shape of %s is %v; give the shapes of more of %s", n.outputName(min(i, len(n.visible())-1)), o, strings.Join(s.ListArguments(), ", "))
			}
		}
	}
	return sh, nil
}

// InferShapePartial is InferShape that leaves what it cannot find unknown: a nil Shape, or dimensions of 0.
func (s *Symbol) InferShapePartial(known map[string]backend.Shape) (*Shapes, error) {
	sh, _, err := s.inferShapes(known)
	return sh, err
}

// graph is a Symbol's nodes with what inference found out about their outputs.
type graph struct {
	order  []*node
	shapes map[*node][]backend.Shape
	types  map[*node][]*backend.DType
}

func (s *Symbol) inferShapes(known map[string]backend.Shape) (*Shapes, *graph, error) {
	if err := s.Err(); err != nil {
		return nil, nil, err
	}
	g := &graph{order: s.named(), shapes: map[*node][]backend.Shape{}}
	if err := g.seedShapes(s, known); err != nil {
		return nil, nil, err
	}
	for changed := true; changed; {
		changed = false
		for _, forward := range []bool{true, false} {
			for i := range g.order {
				n := g.order[i]
				if !forward {
					n = g.order[len(g.order)-1-i]
				}
				c, err := g.inferNode(n)
				if err != nil {
					return nil, nil, fmt.Errorf("symbol: %s: %w", n.label(), err)
				}
				changed = changed || c
			}
		}
	}
	sh := &Shapes{}
	aux := auxSet(g.order)
	for _, n := range g.order {
		switch {
		case n.op != nil:
		case aux[n]:
			sh.Aux = append(sh.Aux, g.shapes[n][0])
		default:
			sh.Args = append(sh.Args, g.shapes[n][0])
		}
	}
	for _, o := range s.outs {
		sh.Outs = append(sh.Outs, g.shapes[o.node][o.index])
	}
	return sh, g, nil
}

func (g *graph) seedShapes(s *Symbol, known map[string]backend.Shape) error {
	left := map[string]bool{}
	for name := range known {
		left[name] = true
	}
	for _, n := range g.order {
		g.shapes[n] = make([]backend.Shape, len(n.visible()))
		if n.op != nil {
			continue
		}
		if k, ok := known[n.name]; ok {
			g.shapes[n][0] = k.Clone()
			delete(left, n.name)
		}
		// The shape that a variable says of itself counts where what is given leaves something open.
		if text, ok := n.attrs["__shape__"]; ok && !g.shapes[n][0].Known() {
			dims, err := op.ParseTuple(text)
			if err != nil {
				return fmt.Errorf("symbol: %s: __shape__ %q: %w", n.label(), text, err)
			}
			if len(dims) > 0 {
				g.shapes[n][0] = dims
			}
		}
		for _, d := range g.shapes[n][0] {
			if d < 0 {
				return fmt.Errorf("symbol: %s: shape %v has a negative dimension", n.label(), g.shapes[n][0])
			}
		}
	}
	for name := range left {
		return fmt.Errorf("symbol: a shape is given for %q, which is not an argument; there are %s", name, strings.Join(s.ListArguments(), ", "))
	}
	return nil
}

func (g *graph) inferNode(n *node) (bool, error) {
	if n.op == nil {
		return false, nil
	}
	in := make([]backend.Shape, len(n.inputs))
	for i, e := range n.inputs {
		in[i] = g.shapes[e.node][e.index]
	}
	out := g.shapes[n]
	s := op.NewShapes(n.op.Args(n.param), n.op.Aux(n.param), in[:n.numArg], in[n.numArg:], out)
	n.op.InferShape(n.param, s)
	if err := s.Err(); err != nil {
		return false, err
	}
	for i, e := range n.inputs {
		g.shapes[e.node][e.index] = in[i]
	}
	if !s.Changed() {
		return false, nil
	}
	for _, sh := range append(slices.Clone(in), out...) {
		if err := checkSize(sh); err != nil {
			return false, err
		}
	}
	return true, nil
}

// checkSize keeps hostile files from asking for absurd amounts of memory.
func checkSize(s backend.Shape) error {
	const limit = 1 << 40
	n := 1
	for _, d := range s {
		if d > 0 {
			if n > limit/d {
				return fmt.Errorf("an array of shape %v is too large", s)
			}
			n *= d
		}
	}
	return nil
}

// Types is the result of type inference, each list in the order of the corresponding List method.
type Types struct {
	Args, Outs, Aux []backend.DType
}

// InferType finds the types of all arguments, outputs and auxiliary states from those given by variable name; what
// nothing determines is float32.
func (s *Symbol) InferType(known map[string]backend.DType) (*Types, error) {
	if err := s.Err(); err != nil {
		return nil, err
	}
	g := &graph{order: s.named()}
	if err := g.inferTypes(known); err != nil {
		return nil, err
	}
	t := &Types{}
	aux := auxSet(g.order)
	for _, n := range g.order {
		switch {
		case n.op != nil:
		case aux[n]:
			t.Aux = append(t.Aux, *g.types[n][0])
		default:
			t.Args = append(t.Args, *g.types[n][0])
		}
	}
	for _, o := range s.outs {
		t.Outs = append(t.Outs, *g.types[o.node][o.index])
	}
	return t, nil
}

func (g *graph) inferTypes(known map[string]backend.DType) error {
	g.types = map[*node][]*backend.DType{}
	for _, n := range g.order {
		g.types[n] = make([]*backend.DType, len(n.visible()))
		if n.op != nil {
			continue
		}
		if t, ok := known[n.name]; ok {
			g.types[n][0] = &t
		} else if text, ok := n.attrs["__dtype__"]; ok {
			v, err := strconv.Atoi(text)
			if err != nil || v < -1 || v > 255 || v >= 0 && !backend.DType(v).Known() {
				return fmt.Errorf("symbol: %s: __dtype__ is %q, want a type number", n.label(), text)
			}
			if v >= 0 {
				t := backend.DType(v)
				g.types[n][0] = &t
			}
		}
	}
	if err := g.spreadTypes(); err != nil {
		return err
	}
	// Whatever is still open follows the first variable that has no type: float32.
	f32 := backend.Float32
	for _, n := range g.order {
		for i := range g.types[n] {
			if g.types[n][i] == nil {
				g.types[n][i] = &f32
				if err := g.spreadTypes(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (g *graph) spreadTypes() error {
	for changed := true; changed; {
		changed = false
		for _, n := range g.order {
			if n.op == nil {
				continue
			}
			in := make([]*backend.DType, len(n.inputs))
			for i, e := range n.inputs {
				in[i] = g.types[e.node][e.index]
			}
			t := op.NewTypes(n.op.Args(n.param), in[:n.numArg], in[n.numArg:], g.types[n])
			n.op.InferType(n.param, t)
			if err := t.Err(); err != nil {
				return fmt.Errorf("symbol: %s: %w", n.label(), err)
			}
			for i, e := range n.inputs {
				g.types[e.node][e.index] = in[i]
			}
			changed = changed || t.Changed()
		}
	}
	return nil
}
