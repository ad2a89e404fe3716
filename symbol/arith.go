package symbol

import (
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

// The arithmetic that Python writes with operators. Automatic names are MXNet's: _plus0, _mulscalar0 …

func pair(hint, opName string, a, b *Symbol) *Symbol {
	return apply(hint, opName, []*Symbol{a, b}, &with.Settings{})
}

func scalar(hint, opName string, a *Symbol, v float64) *Symbol {
	s := &with.Settings{}
	s.Param("scalar", op.FormatParam(v))
	return apply(hint, opName, []*Symbol{a}, s)
}

// Add is a + b for equal shapes.
func Add(a, b *Symbol) *Symbol { return pair("_plus", "elemwise_add", a, b) }

// Sub is a − b for equal shapes.
func Sub(a, b *Symbol) *Symbol { return pair("_minus", "elemwise_sub", a, b) }

// Mul is a · b, element by element.
func Mul(a, b *Symbol) *Symbol { return pair("_mul", "elemwise_mul", a, b) }

// Div is a / b, element by element.
func Div(a, b *Symbol) *Symbol { return pair("_div", "elemwise_div", a, b) }

// Pow is a to the power of b, element by element.
func Pow(a, b *Symbol) *Symbol { return pair("_power", "_power", a, b) }

// Maximum is the larger of a and b, element by element.
func Maximum(a, b *Symbol) *Symbol { return pair("_maximum", "_maximum", a, b) }

// Minimum is the smaller of a and b, element by element.
func Minimum(a, b *Symbol) *Symbol { return pair("_minimum", "_minimum", a, b) }

// AddScalar is a + v.
func AddScalar(a *Symbol, v float64) *Symbol { return scalar("_plusscalar", "_plus_scalar", a, v) }

// SubScalar is a − v.
func SubScalar(a *Symbol, v float64) *Symbol { return scalar("_minusscalar", "_minus_scalar", a, v) }

// RSubScalar is v − a.
func RSubScalar(v float64, a *Symbol) *Symbol { return scalar("_rminusscalar", "_rminus_scalar", a, v) }

// MulScalar is a · v.
func MulScalar(a *Symbol, v float64) *Symbol { return scalar("_mulscalar", "_mul_scalar", a, v) }

// DivScalar is a / v.
func DivScalar(a *Symbol, v float64) *Symbol { return scalar("_divscalar", "_div_scalar", a, v) }

// RDivScalar is v / a.
func RDivScalar(v float64, a *Symbol) *Symbol { return scalar("_rdivscalar", "_rdiv_scalar", a, v) }

// PowScalar is a to the power of v.
func PowScalar(a *Symbol, v float64) *Symbol { return scalar("_powerscalar", "_power_scalar", a, v) }

// Neg is −a.
func Neg(a *Symbol) *Symbol { return MulScalar(a, -1) }
