//go:build cgo

package cpu

// #include "map.h"
import "C"

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend/expr"
)

// mapOps gives the instruction of each operation. Gt and Ge are Lt and Le with operands exchanged.
var mapOps = map[expr.Op]uint8{
	expr.Neg: C.MAP_NEG, expr.Abs: C.MAP_ABS, expr.Sign: C.MAP_SIGN, expr.Sqrt: C.MAP_SQRT, expr.Rsqrt: C.MAP_RSQRT,
	expr.Cbrt: C.MAP_CBRT, expr.Exp: C.MAP_EXP, expr.Expm1: C.MAP_EXPM1, expr.Log: C.MAP_LOG, expr.Log2: C.MAP_LOG2,
	expr.Log10: C.MAP_LOG10, expr.Log1p: C.MAP_LOG1P, expr.Sin: C.MAP_SIN, expr.Cos: C.MAP_COS, expr.Tan: C.MAP_TAN,
	expr.Asin: C.MAP_ASIN, expr.Acos: C.MAP_ACOS, expr.Atan: C.MAP_ATAN, expr.Sinh: C.MAP_SINH, expr.Cosh: C.MAP_COSH,
	expr.Tanh: C.MAP_TANH, expr.Asinh: C.MAP_ASINH, expr.Acosh: C.MAP_ACOSH, expr.Atanh: C.MAP_ATANH,
	expr.Sigmoid: C.MAP_SIGMOID, expr.Softplus: C.MAP_SOFTPLUS, expr.Erf: C.MAP_ERF, expr.Erfinv: C.MAP_ERFINV,
	expr.Gamma: C.MAP_GAMMA, expr.Lgamma: C.MAP_LGAMMA, expr.Digamma: C.MAP_DIGAMMA, expr.Floor: C.MAP_FLOOR,
	expr.Ceil: C.MAP_CEIL, expr.Round: C.MAP_ROUND, expr.Rint: C.MAP_RINT, expr.Trunc: C.MAP_TRUNC, expr.Not: C.MAP_NOT,
	expr.Add: C.MAP_ADD, expr.Sub: C.MAP_SUB, expr.Mul: C.MAP_MUL, expr.Div: C.MAP_DIV, expr.Pow: C.MAP_POW, expr.Mod: C.MAP_MOD,
	expr.Max: C.MAP_MAX, expr.Min: C.MAP_MIN, expr.Hypot: C.MAP_HYPOT, expr.Lt: C.MAP_LT, expr.Le: C.MAP_LE, expr.Gt: C.MAP_LT,
	expr.Ge: C.MAP_LE, expr.Eq: C.MAP_EQ, expr.Ne: C.MAP_NE, expr.And: C.MAP_AND, expr.Or: C.MAP_OR, expr.Xor: C.MAP_XOR,
	expr.Select: C.MAP_SELECT,
}

// mapCost is what an instruction costs, in additions; 1 where not listed, libmCost from MAP_CBRT on.
var mapCost = map[uint8]int{
	C.MAP_SQRT: 4, C.MAP_RSQRT: 8, C.MAP_DIV: 4, C.MAP_EXP: 8, C.MAP_LOG: 12, C.MAP_SIN: 16, C.MAP_COS: 16, C.MAP_TANH: 14,
	C.MAP_SIGMOID: 12, C.MAP_SOFTPLUS: 24, C.MAP_ERF: 24, C.MAP_POW: 50,
}

const libmCost = 150

// errMapTooLarge makes ref run a Map that the interpreter has no room for.
var errMapTooLarge = errors.New("the expression has too many operands or steps for one Map")

// mapNode is an operation on the way from expression to instructions.
type mapNode struct {
	op     uint8
	args   []int
	leaf   bool // an input or a constant
	input  int  // of a leaf, -1 for a constant
	value  float32
	varies bool // from element to element of a row
	uses   int
}

// mapCompiler turns an expression into instructions.
type mapCompiler struct {
	e       *expr.Expr
	varies  []bool                       // of each input: changes along the row
	aliases func(output, input int) bool // whether an output may be written over an input

	nodes   []mapNode
	at      []int // the node of each expression node
	outs    []int // the node of each output
	code    *C.gomx_map_code
	slot    []int // of each node
	slots   int   // assigned so far
	perRow  []C.gomx_map_ins
	inStrip []C.gomx_map_ins
	cost    int
}

// compileMap writes the instructions and constants of e into code. Fields about shapes are the caller's.
func compileMap(code *C.gomx_map_code, e *expr.Expr, varies []bool, aliases func(output, input int) bool) (cost int, err error) {
	if e.NumInputs+len(e.Outs) > C.MAP_OPERANDS {
		return 0, errMapTooLarge
	}
	m := &mapCompiler{e: e, varies: varies, aliases: aliases, code: code}
	m.translate()
	m.countUses()
	m.fuse()
	m.countUses()
	m.outputs()
	if err := m.assign(); err != nil {
		return 0, err
	}
	return max(m.cost, 1), nil
}

func (m *mapCompiler) add(n mapNode) int {
	if !n.leaf {
		for _, a := range n.args {
			n.varies = n.varies || m.nodes[a].varies
		}
	}
	m.nodes = append(m.nodes, n)
	return len(m.nodes) - 1
}

// translate makes a node of each expression node.
func (m *mapCompiler) translate() {
	m.at = make([]int, len(m.e.Nodes))
	for i, n := range m.e.Nodes {
		var node mapNode
		switch n.Op {
		case expr.Input:
			node = mapNode{leaf: true, input: int(n.Index), varies: m.varies[n.Index]}
		case expr.Const:
			node = mapNode{leaf: true, input: -1, value: float32(n.Value)}
		default:
			node = mapNode{op: mapOps[n.Op]}
			for k := range n.Op.Arity() {
				node.args = append(node.args, m.at[n.Args[k]])
			}
			if n.Op == expr.Gt || n.Op == expr.Ge {
				slices.Reverse(node.args)
			}
		}
		m.at[i] = m.add(node)
	}
	for _, o := range m.e.Outs {
		m.outs = append(m.outs, m.at[o])
	}
}

func (m *mapCompiler) countUses() {
	for i := range m.nodes {
		m.nodes[i].uses = 0
	}
	for _, o := range m.outs {
		m.nodes[o].uses++
	}
	for i := len(m.nodes) - 1; i >= 0; i-- {
		if m.nodes[i].uses > 0 {
			for _, a := range m.nodes[i].args {
				m.nodes[a].uses++
			}
		}
	}
}

// fuse joins pairs of operations that have one instruction: a product into the sum that alone uses it, a comparison into
// its Select; and finds maxima with a number.
func (m *mapCompiler) fuse() {
	for i := range m.nodes {
		n := &m.nodes[i]
		switch n.op {
		case C.MAP_ADD:
			if a, b := n.args[0], n.args[1]; m.alone(a, C.MAP_MUL, n) {
				m.become(n, C.MAP_FMA, m.nodes[a].args, b)
			} else if m.alone(b, C.MAP_MUL, n) {
				m.become(n, C.MAP_FMA, m.nodes[b].args, a)
			}
		case C.MAP_SUB:
			if a, b := n.args[0], n.args[1]; m.alone(a, C.MAP_MUL, n) {
				m.become(n, C.MAP_FMS, m.nodes[a].args, b)
			} else if m.alone(b, C.MAP_MUL, n) {
				m.become(n, C.MAP_FNMA, m.nodes[b].args, a)
			}
		case C.MAP_SELECT:
			for k, cmp := range []uint8{C.MAP_LT, C.MAP_LE, C.MAP_EQ, C.MAP_NE} {
				if a := n.args[0]; m.alone(a, cmp, n) {
					m.become(n, C.MAP_SEL_LT+uint8(k), m.nodes[a].args, n.args[1:]...)
					break
				}
			}
		case C.MAP_MAX, C.MAP_MIN:
			if m.number(n.args[0]) {
				slices.Reverse(n.args)
			}
			if m.number(n.args[1]) {
				n.op += C.MAP_MAX_C - C.MAP_MAX
			}
		}
	}
}

// number reports whether node a is a constant other than NaN.
func (m *mapCompiler) number(a int) bool {
	x := &m.nodes[a]
	return x.leaf && x.input < 0 && x.value == x.value
}

// alone reports whether node a is of the kind op, used by n only and no cheaper outside it.
func (m *mapCompiler) alone(a int, op uint8, n *mapNode) bool {
	x := &m.nodes[a]
	return !x.leaf && x.op == op && x.uses == 1 && x.varies == n.varies
}

func (m *mapCompiler) become(n *mapNode, op uint8, first []int, more ...int) {
	n.op, n.args = op, append(slices.Clone(first), more...)
}

// outputs makes sure that each output is an instruction of its own that varies: leaves, values of the whole row and
// results wanted twice are copied.
func (m *mapCompiler) outputs() {
	taken := make(map[int]bool)
	for k, o := range m.outs {
		if n := &m.nodes[o]; n.leaf || !n.varies || taken[o] {
			m.outs[k] = m.add(mapNode{op: C.MAP_MOV, args: []int{o}, varies: true, uses: 1})
			m.nodes[o].uses++
		}
		taken[m.outs[k]] = true
	}
}

func init() {
	for _, op := range expr.Ops() {
		if _, ok := mapOps[op]; !ok && op.Arity() > 0 {
			panic(fmt.Sprintf("BUG: no Map instruction for %v", op))
		}
	}
}
