package expr

import "math"

// Eval64 computes one operation in float64; operands beyond Op.Arity() are ignored. It is the definition that all
// backends are held to. Input and Const have no value here and give NaN.
func Eval64(op Op, x, y, z float64) float64 {
	if op.Arity() >= 2 {
		return evalBinary(op, x, y, z)
	}
	switch op {
	case Neg:
		return -x
	case Abs:
		return math.Abs(x)
	case Sign:
		return sign(x)
	case Sqrt:
		return math.Sqrt(x)
	case Rsqrt:
		return 1 / math.Sqrt(x)
	case Cbrt:
		return math.Cbrt(x)
	case Exp:
		return math.Exp(x)
	case Expm1:
		return math.Expm1(x)
	case Log:
		return math.Log(x)
	case Log2:
		return math.Log2(x)
	case Log10:
		return math.Log10(x)
	case Log1p:
		return math.Log1p(x)
	case Sin:
		return math.Sin(x)
	case Cos:
		return math.Cos(x)
	case Tan:
		return math.Tan(x)
	case Asin:
		return math.Asin(x)
	case Acos:
		return math.Acos(x)
	case Atan:
		return math.Atan(x)
	case Sinh:
		return math.Sinh(x)
	case Cosh:
		return math.Cosh(x)
	case Tanh:
		return math.Tanh(x)
	case Asinh:
		return math.Asinh(x)
	case Acosh:
		return math.Acosh(x)
	case Atanh:
		return math.Atanh(x)
	case Sigmoid:
		return sigmoid(x)
	case Softplus:
		return softplus(x)
	case Erf:
		return math.Erf(x)
	case Erfinv:
		return math.Erfinv(x)
	case Gamma:
		return math.Gamma(x)
	case Lgamma:
		if math.IsInf(x, -1) { // as in C
			return math.Inf(1)
		}
		v, _ := math.Lgamma(x)
		return v
	case Digamma:
		return digamma(x)
	case Floor:
		return math.Floor(x)
	case Ceil:
		return math.Ceil(x)
	case Round:
		return math.Round(x)
	case Rint:
		return rint(x)
	case Trunc:
		return math.Trunc(x)
	case Not:
		return truth(x == 0)
	}
	return math.NaN()
}

func evalBinary(op Op, x, y, z float64) float64 {
	switch op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return x / y
	case Pow:
		return math.Pow(x, y)
	case Mod:
		return mod(x, y)
	case Max:
		if x > y || x != x {
			return x
		}
		return y
	case Min:
		if x < y || x != x {
			return x
		}
		return y
	case Hypot:
		return math.Hypot(x, y)
	case Lt:
		return truth(x < y)
	case Le:
		return truth(x <= y)
	case Gt:
		return truth(x > y)
	case Ge:
		return truth(x >= y)
	case Eq:
		return truth(x == y)
	case Ne:
		return truth(x != y)
	case And:
		return truth(x != 0 && y != 0)
	case Or:
		return truth(x != 0 || y != 0)
	case Xor:
		return truth((x != 0) != (y != 0))
	case Select:
		if x != 0 {
			return y
		}
		return z
	}
	return math.NaN()
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // 0 and NaN
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// rint is the nearest integer; a tie goes down, as MXNet's does (mxnet-surprises: rint(2.5) = 2, rint(-2.5) = -3).
func rint(x float64) float64 {
	f, c := math.Floor(x), math.Ceil(x)
	if x-f <= c-x {
		return f
	}
	return c
}

func mod(x, y float64) float64 {
	if y == 0 {
		return 0
	}
	m := math.Mod(x, y)
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m
}

// digamma is the derivative of log Γ: reflection for negative x, recurrence up to 10, then the asymptotic series
// (Abramowitz and Stegun 6.3.7, 6.3.5, 6.3.18).
func digamma(x float64) float64 {
	if x <= 0 {
		if x == math.Floor(x) {
			return math.NaN()
		}
		return digamma(1-x) - math.Pi/math.Tan(math.Pi*x)
	}
	v := 0.0
	for x < 10 {
		v -= 1 / x
		x++
	}
	i := 1 / (x * x)
	return v + math.Log(x) - 0.5/x - i*(1.0/12-i*(1.0/120-i*(1.0/252-i*(1.0/240-i*(1.0/132-i*(691.0/32760-i*(1.0/12)))))))
}
