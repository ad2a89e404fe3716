package symbol

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/gomx-org/gomx/op"
)

// Symbol is one or more outputs of a graph of operators. It does not change; composing makes new nodes over shared ones.
// A mistake made while composing is carried along and reported by whatever uses the Symbol; see Err.
type Symbol struct {
	outs []entry
	err  error
}

// node is a variable (op nil) or the use of an operator.
type node struct {
	op     *op.Def
	param  any               // what op.ParseParams made of attrs
	attrs  map[string]string // parameters as the user wrote them, and attributes __x__
	inputs []entry           // arguments, then auxiliary states
	numArg int               // how many of inputs are arguments

	name string // "" until resolve gives an automatic one
	hint string // what automatic names begin with
	seq  int64  // order of creation

	// MXNet counts the operators that change a variable in place and writes the count beside each such use.
	changes  int   // of a variable: how many there are
	versions []int // beside inputs: 1 for the first use of an auxiliary state; missing ones are 0

	of  *node  // for a variable made for a missing input: the operator it belongs to,
	arg string // and the input's name
}

type entry struct {
	node  *node
	index int
}

var (
	nameMu  sync.Mutex // guards naming and counting: graphs may share nodes
	lastSeq atomic.Int64
)

func newNode(n node) *node {
	n.seq = lastSeq.Add(1)
	return &n
}

// failed is a Symbol that carries a mistake.
func failed(err error) *Symbol { return &Symbol{err: err} }

// Err is the first mistake made while composing, nil when there was none.
func (s *Symbol) Err() error {
	if s == nil {
		return errNil
	}
	return s.err
}

// topo lists the nodes of the graph, inputs before users: depth first, heads in order, inputs in order. It is the order
// of symbol files.
func (s *Symbol) topo() []*node {
	var order []*node
	seen := map[*node]bool{}
	type frame struct {
		n    *node
		next int
	}
	for _, o := range s.outs {
		if seen[o.node] {
			continue
		}
		seen[o.node] = true
		stack := []frame{{o.node, 0}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.next == len(f.n.inputs) {
				order = append(order, f.n)
				stack = stack[:len(stack)-1]
				continue
			}
			in := f.n.inputs[f.next].node
			f.next++
			if !seen[in] {
				seen[in] = true
				stack = append(stack, frame{in, 0})
			}
		}
	}
	return order
}

// named is topo after every node has a name. Automatic names number the operators of one kind in the order in which they
// were made, within this graph, so that building a network twice gives the same names twice.
func (s *Symbol) named() []*node {
	order := s.topo()
	nameMu.Lock()
	defer nameMu.Unlock()
	taken := map[string]bool{}
	var open []*node
	for _, n := range order {
		switch {
		case n.name != "":
			taken[n.name] = true
		case n.of == nil:
			open = append(open, n)
		}
	}
	slices.SortFunc(open, func(a, b *node) int { return cmp.Compare(a.seq, b.seq) })
	count := map[string]int{}
	for _, n := range open {
		for {
			name := n.hint + strconv.Itoa(count[n.hint])
			count[n.hint]++
			if !taken[name] {
				n.name = name
				taken[name] = true
				break
			}
		}
	}
	for _, n := range order {
		if n.name == "" {
			n.name = n.of.name + "_" + n.arg
		}
	}
	return order
}

// auxSet marks the variables that some operator uses as auxiliary states.
func auxSet(order []*node) map[*node]bool {
	aux := map[*node]bool{}
	for _, n := range order {
		for _, in := range n.inputs[n.numArgs():] {
			aux[in.node] = true
		}
	}
	return aux
}

func (n *node) numArgs() int {
	if n.op == nil {
		return 0
	}
	return n.numArg
}

// visible names the outputs that users see.
func (n *node) visible() []string {
	if n.op == nil {
		return []string{""}
	}
	return n.op.Outputs(n.param)
}

// outputName is the name of output i: that of the node itself for a variable.
func (n *node) outputName(i int) string {
	if n.op == nil {
		return n.name
	}
	return n.name + "_" + n.visible()[i]
}

// version is the number that symbol files have beside input i.
func (n *node) version(i int) int {
	if i < len(n.versions) {
		return n.versions[i]
	}
	return 0
}

// addState puts an auxiliary state behind the inputs, and counts the use.
func (n *node) addState(in entry) {
	nameMu.Lock()
	defer nameMu.Unlock()
	in.node.changes++
	n.versions = append(n.versions, make([]int, len(n.inputs)-len(n.versions))...)
	n.versions = append(n.versions, in.node.changes)
	n.inputs = append(n.inputs, in)
}

// label names the node in errors: FullyConnected "fc1".
func (n *node) label() string {
	if n.op == nil {
		return "variable " + strconv.Quote(n.name)
	}
	return n.op.Name + " " + strconv.Quote(n.name)
}
