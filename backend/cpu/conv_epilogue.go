//go:build cgo

package cpu

// #include "conv.h"
import "C"

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// convAct is an activation that a convolution's epilogue may end in.
type convAct int

var convActs = map[expr.Op]convAct{expr.Sigmoid: C.CONV_ACT_SIGMOID, expr.Tanh: C.CONV_ACT_TANH, expr.Softplus: C.CONV_ACT_SOFTPLUS}

// convEpilogue reads the epilogue of a Conv: nothing, an activation, a bias per filter, or both. ok is false for any other.
func convEpilogue(p *backend.Program, c *backend.Call) (act convAct, bias, ok bool) {
	e := c.Attrs.(*backend.ConvAttrs).Epilogue
	if e == nil {
		return C.CONV_ACT_NONE, false, true
	}
	if e.NumInputs > 2 || len(e.Outs) != 1 {
		return 0, false, false
	}
	bias = e.NumInputs == 2
	if bias && !perFilter(p, c) {
		return 0, false, false
	}
	at, act := stripAct(e, e.Outs[0])
	return act, bias, isSum(e, at, bias)
}

// convForwardPtrs are x, w, the bias or nothing, and y.
func convForwardPtrs(cx *compileCtx, c *backend.Call) []place {
	ptrs := []place{cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), {}, cx.Ptr(c.Out[0])}
	if _, bias, _ := convEpilogue(cx.p, c); bias {
		ptrs[2] = cx.Ptr(c.In[2])
	}
	return ptrs
}

func convActOf(cx *compileCtx, c *backend.Call) int {
	act, _, _ := convEpilogue(cx.p, c)
	return int(act)
}

// stripAct looks through an activation at node at.
func stripAct(e *expr.Expr, at int32) (inner int32, act convAct) {
	n := e.Nodes[at]
	if a, ok := convActs[n.Op]; ok {
		return n.Args[0], a
	}
	if n.Op == expr.Max && isConst(e, n.Args[1], 0) {
		return n.Args[0], C.CONV_ACT_RELU
	}
	return at, C.CONV_ACT_NONE
}

func isConst(e *expr.Expr, at int32, v float64) bool {
	return e.Nodes[at].Op == expr.Const && e.Nodes[at].Value == v
}

// isSum reports whether node at is input 0, plus input 1 if there is a bias.
func isSum(e *expr.Expr, at int32, bias bool) bool {
	n := e.Nodes[at]
	if !bias {
		return n.Op == expr.Input && n.Index == 0
	}
	if n.Op != expr.Add {
		return false
	}
	x, y := e.Nodes[n.Args[0]], e.Nodes[n.Args[1]]
	return x.Op == expr.Input && y.Op == expr.Input && x.Index+y.Index == 1
}

// perFilter reports whether input 2 of a Conv has one number per filter, in C order: (F,1,1) or (1,F,1,1).
func perFilter(p *backend.Program, c *backend.Call) bool {
	v, y := p.Value(c.In[2]), p.Value(c.Out[0]).Shape
	s := v.Shape
	if len(s) == len(y) && s[0] == 1 {
		s = s[1:]
	}
	return v.Layout == backend.Plain && len(s) == len(y)-1 && s[0] == y[1] && s.Size() == y[1]
}
