package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Node is one operation of an expression. Args are positions of earlier nodes; the first Op.Arity() of them count.
type Node struct {
	Op    Op
	Args  [3]int32
	Index int32   // of an Input
	Value float64 // of a Const
}

// Expr is an elementwise function of NumInputs inputs with one or more outputs. It does not change once made and may be
// shared. Outs are positions in Nodes.
type Expr struct {
	NumInputs int
	Nodes     []Node
	Outs      []int32
}

// Builder makes an expression node by node, folding constants and finding equal subexpressions as it goes.
type Builder struct {
	nodes  []Node
	known  map[Node]int32
	inputs int
}

// NewBuilder starts an expression of n inputs.
func NewBuilder(n int) *Builder {
	return &Builder{known: make(map[Node]int32), inputs: n}
}

func (b *Builder) add(n Node) int32 {
	key := n
	if n.Op == Const { // NaN is not equal to itself; its bits are
		key = Node{Op: Const, Args: [3]int32{int32(math.Float64bits(n.Value) >> 32), int32(uint32(math.Float64bits(n.Value)))}}
	}
	if at, ok := b.known[key]; ok {
		return at
	}
	b.nodes = append(b.nodes, n)
	at := int32(len(b.nodes) - 1)
	b.known[key] = at
	return at
}

// Input is the input number i.
func (b *Builder) Input(i int) int32 { return b.add(Node{Op: Input, Index: int32(i)}) }

// Const is a number.
func (b *Builder) Const(v float64) int32 { return b.add(Node{Op: Const, Value: v}) }

// Apply is op of earlier nodes, simplified where that is exact: constants are folded, x+0, x*1, x-0, x/1 and --x
// disappear, x*0 stays (x may be NaN) and c ? a : a is a.
func (b *Builder) Apply(op Op, args ...int32) int32 {
	n := Node{Op: op}
	copy(n.Args[:], args)
	if v, ok := b.fold(op, args); ok {
		return b.Const(v)
	}
	isConst := func(i int, v float64) bool {
		m := b.nodes[args[i]]
		return m.Op == Const && m.Value == v
	}
	switch op {
	case Add:
		if isConst(1, 0) {
			return args[0]
		}
		if isConst(0, 0) {
			return args[1]
		}
	case Sub:
		if isConst(1, 0) {
			return args[0]
		}
		if isConst(0, 0) {
			return b.Apply(Neg, args[1])
		}
	case Mul:
		if isConst(1, 1) {
			return args[0]
		}
		if isConst(0, 1) {
			return args[1]
		}
	case Div:
		if isConst(1, 1) {
			return args[0]
		}
	case Pow:
		if isConst(1, 1) {
			return args[0]
		}
		if isConst(1, 2) {
			return b.Apply(Mul, args[0], args[0])
		}
	case Neg:
		if inner := b.nodes[args[0]]; inner.Op == Neg {
			return inner.Args[0]
		}
	case Select:
		if args[1] == args[2] {
			return args[1]
		}
		if c := b.nodes[args[0]]; c.Op == Const {
			if c.Value != 0 {
				return args[1]
			}
			return args[2]
		}
	}
	return b.add(n)
}

func (b *Builder) fold(op Op, args []int32) (float64, bool) {
	if op == Select {
		return 0, false
	}
	var x [3]float64
	for i, a := range args {
		if b.nodes[a].Op != Const {
			return 0, false
		}
		x[i] = b.nodes[a].Value
	}
	return Eval64(op, x[0], x[1], x[2]), true
}

// Insert copies e into b with its inputs replaced by the given nodes, and gives the nodes of its outputs.
func (b *Builder) Insert(e *Expr, inputs ...int32) []int32 {
	at := make([]int32, len(e.Nodes))
	for i, n := range e.Nodes {
		switch n.Op {
		case Input:
			at[i] = inputs[n.Index]
		case Const:
			at[i] = b.Const(n.Value)
		default:
			var args [3]int32
			for k := range n.Op.Arity() {
				args[k] = at[n.Args[k]]
			}
			at[i] = b.Apply(n.Op, args[:n.Op.Arity()]...)
		}
	}
	outs := make([]int32, len(e.Outs))
	for i, o := range e.Outs {
		outs[i] = at[o]
	}
	return outs
}

// Replace gives the expression rooted at the node root in which every use of the node old reads with instead, as an
// expression of its own.
func (b *Builder) Replace(root, old, with int32) *Expr {
	src := b.Build(root, old, with)
	c := NewBuilder(b.inputs)
	at := make([]int32, len(src.Nodes))
	oldAt, withNode := src.Outs[1], src.Nodes[src.Outs[2]]
	for i, n := range src.Nodes {
		switch {
		case int32(i) == oldAt:
			at[i] = c.add(withNode)
		case n.Op.Arity() == 0:
			at[i] = c.add(n)
		default:
			var args [3]int32
			for k := range n.Op.Arity() {
				args[k] = at[n.Args[k]]
			}
			at[i] = c.Apply(n.Op, args[:n.Op.Arity()]...)
		}
	}
	return c.Build(at[src.Outs[0]])
}

// Build ends the expression with its outputs. Nodes that no output needs are left out.
func (b *Builder) Build(outs ...int32) *Expr {
	need := make([]bool, len(b.nodes))
	for _, o := range outs {
		need[o] = true
	}
	for i := len(b.nodes) - 1; i >= 0; i-- {
		if need[i] {
			for k := range b.nodes[i].Op.Arity() {
				need[b.nodes[i].Args[k]] = true
			}
		}
	}
	e := &Expr{NumInputs: b.inputs}
	at := make([]int32, len(b.nodes))
	for i, n := range b.nodes {
		if !need[i] {
			continue
		}
		for k := range n.Op.Arity() {
			n.Args[k] = at[n.Args[k]]
		}
		at[i] = int32(len(e.Nodes))
		e.Nodes = append(e.Nodes, n)
	}
	for _, o := range outs {
		e.Outs = append(e.Outs, at[o])
	}
	return e
}

// Uses reports which inputs the expression reads.
func (e *Expr) Uses() []bool {
	used := make([]bool, e.NumInputs)
	for _, n := range e.Nodes {
		if n.Op == Input {
			used[n.Index] = true
		}
	}
	return used
}

// Rename gives the same function over n inputs, in which the old input i is the new input to[i]. Inputs that fall
// together become one.
func (e *Expr) Rename(n int, to []int) *Expr {
	b := NewBuilder(n)
	in := make([]int32, len(to))
	for i, t := range to {
		if t >= 0 {
			in[i] = b.Input(t)
		}
	}
	return b.Build(b.Insert(e, in...)...)
}

// Bind fixes some inputs to numbers: consts[i] non-nil replaces input i. The other inputs close ranks, in order.
func (e *Expr) Bind(consts []*float64) *Expr {
	left := 0
	for _, c := range consts {
		if c == nil {
			left++
		}
	}
	b := NewBuilder(left)
	in := make([]int32, len(consts))
	next := 0
	for i, c := range consts {
		if c != nil {
			in[i] = b.Const(*c)
			continue
		}
		in[i] = b.Input(next)
		next++
	}
	return b.Build(b.Insert(e, in...)...)
}

// Key is a text that two expressions share exactly when they are the same function node by node.
func (e *Expr) Key() string { return e.String() }

// IsIdentity reports whether e is x -> x.
func (e *Expr) IsIdentity() bool {
	return e.NumInputs == 1 && len(e.Outs) == 1 && e.Nodes[e.Outs[0]].Op == Input
}

// String writes the expression in the form that Parse reads, with inputs named a, b, c … and shared nodes t0, t1 ….
func (e *Expr) String() string {
	uses := make([]int, len(e.Nodes))
	for _, n := range e.Nodes {
		for k := range n.Op.Arity() {
			uses[n.Args[k]]++
		}
	}
	for _, o := range e.Outs {
		uses[o]++
	}
	var s strings.Builder
	for i := range e.NumInputs {
		s.WriteString(inputName(i))
		s.WriteByte(' ')
	}
	s.WriteString("-> ")
	text := make([]string, len(e.Nodes))
	shared := 0
	for i, n := range e.Nodes {
		text[i] = nodeText(n, text)
		if uses[i] > 1 && n.Op.Arity() > 0 {
			name := "t" + strconv.Itoa(shared)
			shared++
			fmt.Fprintf(&s, "%s = %s; ", name, text[i])
			text[i] = name
		}
	}
	for i, o := range e.Outs {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(text[o])
	}
	return s.String()
}

func inputName(i int) string {
	const letters = "abcdefghijklmnopqrs"
	if i < len(letters) {
		return letters[i : i+1]
	}
	return "x" + strconv.Itoa(i)
}

// numberText writes a number as Parse reads it back to the bit, but for the payload of a NaN.
func numberText(v float64) string {
	switch {
	case v != v:
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.Signbit(v):
		return "(-" + numberText(-v) + ")"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func nodeText(n Node, text []string) string {
	row := opTable[n.Op]
	switch {
	case n.Op == Input:
		return inputName(int(n.Index))
	case n.Op == Const:
		return numberText(n.Value)
	case row.infix != "":
		return "(" + text[n.Args[0]] + " " + row.infix + " " + text[n.Args[1]] + ")"
	}
	args := make([]string, row.arity)
	for k := range args {
		args[k] = text[n.Args[k]]
	}
	return row.name + "(" + strings.Join(args, ", ") + ")"
}
