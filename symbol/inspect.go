package symbol

import (
	"strings"
)

// Name is the name of the node behind a single output, "" for several outputs.
func (s *Symbol) Name() string {
	n := s.single()
	if n == nil {
		return ""
	}
	s.named()
	return n.name
}

func (s *Symbol) variables(want func(n *node, aux map[*node]bool) bool) []string {
	if s.Err() != nil {
		return nil
	}
	order := s.named()
	aux := auxSet(order)
	var names []string
	for _, n := range order {
		if n.op == nil && want(n, aux) {
			names = append(names, n.name)
		}
	}
	return names
}

// ListArguments names the variables that are not auxiliary states, in graph order.
func (s *Symbol) ListArguments() []string {
	return s.variables(func(n *node, aux map[*node]bool) bool { return !aux[n] })
}

// ListAuxiliaryStates names the auxiliary states, in graph order.
func (s *Symbol) ListAuxiliaryStates() []string {
	return s.variables(func(n *node, aux map[*node]bool) bool { return aux[n] })
}

// ListLabels names the variables that only tell a loss layer what is right: no parameters, and not needed to predict.
func (s *Symbol) ListLabels() []string {
	if s.Err() != nil {
		return nil
	}
	var names []string
	for _, n := range s.named() {
		if n.op == nil || !n.op.IsLoss(n.param) {
			continue
		}
		for i, arg := range n.op.Args(n.param) {
			if in := n.inputs[i].node; in.op == nil && !n.op.GetsGrad(n.param, arg) {
				names = append(names, in.name)
			}
		}
	}
	return names
}

// ListInputs names all variables, in graph order.
func (s *Symbol) ListInputs() []string {
	return s.variables(func(*node, map[*node]bool) bool { return true })
}

// ListOutputs names the outputs: fc1_output, or the variable itself.
func (s *Symbol) ListOutputs() []string {
	if s.Err() != nil {
		return nil
	}
	s.named()
	names := make([]string, len(s.outs))
	for i, o := range s.outs {
		names[i] = o.node.outputName(o.index)
	}
	return names
}

// GetInternals has every visible output of every node as an output, variables included; cut a network with
//
//	net.GetInternals().OutputNamed("flatten0_output")
func (s *Symbol) GetInternals() *Symbol {
	if err := s.Err(); err != nil {
		return failed(err)
	}
	g := &Symbol{}
	for _, n := range s.named() {
		for i := range n.visible() {
			g.outs = append(g.outs, entry{n, i})
		}
	}
	return g
}

// GetChildren has the inputs of the nodes behind the outputs as outputs; nil when there are none.
func (s *Symbol) GetChildren() *Symbol {
	if err := s.Err(); err != nil {
		return failed(err)
	}
	g := &Symbol{}
	seen := map[*node]bool{}
	for _, o := range s.outs {
		if !seen[o.node] {
			seen[o.node] = true
			g.outs = append(g.outs, o.node.inputs...)
		}
	}
	if len(g.outs) == 0 {
		return nil
	}
	return g
}

// String lists the outputs by name.
func (s *Symbol) String() string {
	if err := s.Err(); err != nil {
		return "<Symbol " + err.Error() + ">"
	}
	return "<Symbol " + strings.Join(s.ListOutputs(), ", ") + ">"
}
