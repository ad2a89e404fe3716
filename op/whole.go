package op

import (
	"math"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// apply computes the function with results of type t. Of whole numbers, as MXNet does: in whole numbers where each step is
// one, else in float64, powers in float32, truncated at the end.
func (f *function) apply(c *Ctx, t DType, args ...Value) Value {
	if t.IsFloat() || isWhole(f.fn) {
		return c.MapAs(t, f.fn, args...)
	}
	evaluate := backend.Float64
	if slices.ContainsFunc(f.fn.Nodes, func(n expr.Node) bool { return n.Op == expr.Pow }) {
		evaluate = backend.Float32
	}
	var floats []Value
	for _, x := range args {
		floats = append(floats, c.Cast(x, evaluate))
	}
	return truncated(c, c.MapAs(evaluate, f.fn, floats...), t)
}

// isWhole tells whether e maps whole numbers to whole ones at every step.
func isWhole(e *expr.Expr) bool {
	for _, n := range e.Nodes {
		switch n.Op {
		case expr.Input, expr.Neg, expr.Abs, expr.Sign, expr.Floor, expr.Ceil, expr.Round, expr.Rint, expr.Trunc, expr.Not,
			expr.Add, expr.Sub, expr.Mul, expr.Mod, expr.Max, expr.Min, expr.Select,
			expr.Lt, expr.Le, expr.Gt, expr.Ge, expr.Eq, expr.Ne, expr.And, expr.Or, expr.Xor:
		case expr.Const:
			if n.Value != math.Trunc(n.Value) {
				return false
			}
		case expr.Div: // of two arrays, or an array and a number, it is that of whole numbers
			if e.Nodes[n.Args[0]].Op != expr.Input || e.Nodes[n.Args[1]].Op != expr.Input {
				return false
			}
		default:
			return false
		}
	}
	return true
}

var (
	toInt32Expr = expr.MustParse("x -> x >= -2147483648 && x < 2147483648 ? x : -2147483648")
	toByteExpr  = expr.MustParse("x -> x >= -2147483648 && x < 2147483648 ? x : 0")
)

// truncated is x in type t, towards zero. What is too large for t comes out as where MXNet runs: as the smallest int32 or
// int64, and of what an int32 can hold the lowest eight bits.
func truncated(c *Ctx, x Value, t DType) Value {
	if x.DType().IsFloat() {
		switch t {
		case backend.Int32:
			return c.MapAs(t, toInt32Expr, x)
		case backend.Int8, backend.Uint8:
			return c.MapAs(t, toByteExpr, x)
		}
	}
	return c.Cast(x, t)
}

// rounded is v as a number of type t, converted as truncated does it.
func rounded(v float64, t DType) float64 {
	if t.IsFloat() {
		switch t {
		case backend.Float32:
			return float64(float32(v))
		case backend.Float16:
			return float64(backend.Float16ToFloat32(backend.Float32ToFloat16(float32(v))))
		case backend.BFloat16:
			return float64(backend.BFloat16ToFloat32(backend.Float32ToBFloat16(float32(v))))
		}
		return v
	}
	if t == backend.Int64 {
		return float64(backend.Integer(v))
	}
	w := int32(math.MinInt32)
	if v >= math.MinInt32 && v < -math.MinInt32 {
		w = int32(v)
	}
	switch t {
	case backend.Int8:
		return float64(int8(w))
	case backend.Uint8:
		return float64(uint8(w))
	}
	return float64(w)
}
