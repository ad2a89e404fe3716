package symbol

import (
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

// The arithmetic that Python writes with operators. Automatic names are MXNet's: _plus0, _mulscalar0 …

func pair(hint, opName string, a, b *Symbol, opts []with.Option) *Symbol {
	return apply(hint, opName, []*Symbol{a, b}, with.Gather(opts))
}

func scalar(hint, opName string, a *Symbol, v float64, opts []with.Option) *Symbol {
	s := with.Gather(opts)
	s.Param("scalar", op.FormatParam(v))
	return apply(hint, opName, []*Symbol{a}, s)
}

// Add is a + b for equal shapes.
func Add(a, b *Symbol, opts ...with.Option) *Symbol { return pair("_plus", "elemwise_add", a, b, opts) }

// Sub is a − b for equal shapes.
func Sub(a, b *Symbol, opts ...with.Option) *Symbol {
	return pair("_minus", "elemwise_sub", a, b, opts)
}

// Mul is a · b, element by element.
func Mul(a, b *Symbol, opts ...with.Option) *Symbol { return pair("_mul", "elemwise_mul", a, b, opts) }

// Div is a / b, element by element.
func Div(a, b *Symbol, opts ...with.Option) *Symbol { return pair("_div", "elemwise_div", a, b, opts) }

// Pow is a to the power of b, element by element.
func Pow(a, b *Symbol, opts ...with.Option) *Symbol { return pair("_power", "_power", a, b, opts) }

// Maximum is the larger of a and b, element by element.
func Maximum(a, b *Symbol, opts ...with.Option) *Symbol {
	return pair("_maximum", "_maximum", a, b, opts)
}

// Minimum is the smaller of a and b, element by element.
func Minimum(a, b *Symbol, opts ...with.Option) *Symbol {
	return pair("_minimum", "_minimum", a, b, opts)
}

// AddScalar is a + v.
func AddScalar(a *Symbol, v float64, opts ...with.Option) *Symbol {
	return scalar("_plusscalar", "_plus_scalar", a, v, opts)
}

// SubScalar is a − v.
func SubScalar(a *Symbol, v float64, opts ...with.Option) *Symbol {
	return scalar("_minusscalar", "_minus_scalar", a, v, opts)
}

// RSubScalar is v − a.
func RSubScalar(v float64, a *Symbol, opts ...with.Option) *Symbol {
	return scalar("_rminusscalar", "_rminus_scalar", a, v, opts)
}

// MulScalar is a · v.
func MulScalar(a *Symbol, v float64, opts ...with.Option) *Symbol {
	return scalar("_mulscalar", "_mul_scalar", a, v, opts)
}

// DivScalar is a / v.
func DivScalar(a *Symbol, v float64, opts ...with.Option) *Symbol {
	return scalar("_divscalar", "_div_scalar", a, v, opts)
}

// RDivScalar is v / a.
func RDivScalar(v float64, a *Symbol, opts ...with.Option) *Symbol {
	return scalar("_rdivscalar", "_rdiv_scalar", a, v, opts)
}

// PowScalar is a to the power of v.
func PowScalar(a *Symbol, v float64, opts ...with.Option) *Symbol {
	return scalar("_powerscalar", "_power_scalar", a, v, opts)
}

// Neg is −a.
func Neg(a *Symbol, opts ...with.Option) *Symbol { return MulScalar(a, -1, opts...) }
