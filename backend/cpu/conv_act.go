//go:build cgo

package cpu

// #include "conv.h"
import "C"

import "github.com/gomx-org/gomx/backend/expr"

// convActs are the activations that convolutions apply without the interpreter of Maps, which costs 60 ns a line.
var convActs = map[expr.Op]int{expr.Sigmoid: C.CONV_ACT_SIGMOID, expr.Tanh: C.CONV_ACT_TANH, expr.Softplus: C.CONV_ACT_SOFTPLUS}

// simpleEpilogue recognises act(x), act(x + bias) and x + bias, of a bias per filter. Others are CONV_ACT_MAP.
func simpleEpilogue(e *expr.Expr, perFilter bool) int {
	if e.NumInputs > 2 || e.NumInputs == 2 && !perFilter {
		return C.CONV_ACT_MAP
	}
	at, act := e.Outs[0], C.CONV_ACT_NONE
	if n := e.Nodes[at]; convActs[n.Op] != 0 {
		at, act = n.Args[0], convActs[n.Op]
	} else if zero := e.Nodes[n.Args[1]]; n.Op == expr.Max && zero.Op == expr.Const && zero.Value == 0 {
		at, act = n.Args[0], C.CONV_ACT_RELU
	}
	n := e.Nodes[at]
	if e.NumInputs == 1 && n.Op == expr.Input {
		return act
	}
	if n.Op == expr.Add && e.Nodes[n.Args[0]].Op == expr.Input && e.Nodes[n.Args[1]].Op == expr.Input && n.Args[0] != n.Args[1] {
		return act
	}
	return C.CONV_ACT_MAP
}
