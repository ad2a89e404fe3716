package ref

import (
	"math"

	"github.com/gomx-org/gomx/backend/expr"
)

// applyFloat computes one operation on strips; dst may be an operand. Operations that are not exact in T are computed in
// float64 and rounded once.
func applyFloat[T float](op expr.Op, dst, x, y, z []T) {
	if applyCommon(op, dst, x, y, z) {
		return
	}
	switch op {
	case expr.Div:
		y = y[:len(dst)]
		for i, v := range x[:len(dst)] {
			dst[i] = v / y[i]
		}
	case expr.Max:
		y = y[:len(dst)]
		for i, v := range x[:len(dst)] {
			if !(v > y[i] || v != v) {
				v = y[i]
			}
			dst[i] = v
		}
	case expr.Min:
		y = y[:len(dst)]
		for i, v := range x[:len(dst)] {
			if !(v < y[i] || v != v) {
				v = y[i]
			}
			dst[i] = v
		}
	case expr.Abs:
		for i, v := range x[:len(dst)] {
			dst[i] = T(math.Abs(float64(v)))
		}
	case expr.Sqrt:
		for i, v := range x[:len(dst)] {
			dst[i] = T(math.Sqrt(float64(v)))
		}
	case expr.Exp:
		for i, v := range x[:len(dst)] {
			dst[i] = T(math.Exp(float64(v)))
		}
	case expr.Log:
		for i, v := range x[:len(dst)] {
			dst[i] = T(math.Log(float64(v)))
		}
	case expr.Tanh:
		for i, v := range x[:len(dst)] {
			dst[i] = T(math.Tanh(float64(v)))
		}
	default:
		applyEach(op, dst, x, y, z)
	}
}

// applyEach computes any operation by its definition.
func applyEach[T number](op expr.Op, dst, x, y, z []T) {
	switch op.Arity() {
	case 1:
		for i := range dst {
			dst[i] = fromFloat[T](expr.Eval64(op, float64(x[i]), 0, 0))
		}
	case 2:
		for i := range dst {
			dst[i] = fromFloat[T](expr.Eval64(op, float64(x[i]), float64(y[i]), 0))
		}
	case 3:
		for i := range dst {
			dst[i] = fromFloat[T](expr.Eval64(op, float64(x[i]), float64(y[i]), float64(z[i])))
		}
	}
}

// applyCommon computes the operations that read the same for numbers of every type, and reports whether op is one.
func applyCommon[T number](op expr.Op, dst, x, y, z []T) bool {
	n := len(dst)
	x = x[:n]
	if op.Arity() > 1 {
		y = y[:n]
	}
	switch op {
	case expr.Neg:
		for i, v := range x {
			dst[i] = -v
		}
	case expr.Add:
		for i, v := range x {
			dst[i] = v + y[i]
		}
	case expr.Sub:
		for i, v := range x {
			dst[i] = v - y[i]
		}
	case expr.Mul:
		for i, v := range x {
			dst[i] = v * y[i]
		}
	case expr.Select:
		z = z[:n]
		for i, v := range x {
			if v != 0 {
				dst[i] = y[i]
			} else {
				dst[i] = z[i]
			}
		}
	default:
		return compare(op, dst, x, y)
	}
	return true
}

// compare computes comparisons and logic, and reports whether op is one.
func compare[T number](op expr.Op, dst, x, y []T) bool {
	switch op {
	case expr.Lt:
		for i, v := range x {
			dst[i] = truth[T](v < y[i])
		}
	case expr.Le:
		for i, v := range x {
			dst[i] = truth[T](v <= y[i])
		}
	case expr.Gt:
		for i, v := range x {
			dst[i] = truth[T](v > y[i])
		}
	case expr.Ge:
		for i, v := range x {
			dst[i] = truth[T](v >= y[i])
		}
	case expr.Eq:
		for i, v := range x {
			dst[i] = truth[T](v == y[i])
		}
	case expr.Ne:
		for i, v := range x {
			dst[i] = truth[T](v != y[i])
		}
	case expr.And:
		for i, v := range x {
			dst[i] = truth[T](v != 0 && y[i] != 0)
		}
	case expr.Or:
		for i, v := range x {
			dst[i] = truth[T](v != 0 || y[i] != 0)
		}
	case expr.Xor:
		for i, v := range x {
			dst[i] = truth[T]((v != 0) != (y[i] != 0))
		}
	case expr.Not:
		for i, v := range x {
			dst[i] = truth[T](v == 0)
		}
	default:
		return false
	}
	return true
}

// applyInt computes one operation on exact integers; what is no integer operation goes through float64.
func applyInt(op expr.Op, dst, x, y, z []int64) {
	if applyCommon(op, dst, x, y, z) {
		return
	}
	switch op {
	case expr.Div:
		for i := range dst {
			dst[i] = divInt(x[i], y[i])
		}
	case expr.Mod:
		for i := range dst {
			dst[i] = modInt(x[i], y[i])
		}
	case expr.Max:
		for i := range dst {
			dst[i] = max(x[i], y[i])
		}
	case expr.Min:
		for i := range dst {
			dst[i] = min(x[i], y[i])
		}
	case expr.Abs:
		for i := range dst {
			dst[i] = max(x[i], -x[i])
		}
	case expr.Sign:
		for i := range dst {
			dst[i] = truth[int64](x[i] > 0) - truth[int64](x[i] < 0)
		}
	case expr.Floor, expr.Ceil, expr.Round, expr.Rint, expr.Trunc:
		copy(dst, x)
	default:
		applyEach(op, dst, x, y, z)
	}
}

// divInt is x / y towards zero, 0 when y is 0.
func divInt(x, y int64) int64 {
	if y == 0 {
		return 0
	}
	return x / y
}

// modInt has the sign of y; it is 0 when y is 0.
func modInt(x, y int64) int64 {
	if y == 0 {
		return 0
	}
	m := x % y
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m
}
