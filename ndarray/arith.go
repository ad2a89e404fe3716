package ndarray

// The arithmetic that Python writes with operators. Shapes broadcast as numpy's do; both arrays have one type, which is
// the result's too. A number beside an array of integers is cut to a whole number first, as in MXNet: i·1.5 is i.

var (
	addOp          = newFixed("Add", "broadcast_add")
	subOp          = newFixed("Sub", "broadcast_sub")
	mulOp          = newFixed("Mul", "broadcast_mul")
	divOp          = newFixed("Div", "broadcast_div")
	modOp          = newFixed("Mod", "broadcast_mod")
	powOp          = newFixed("Pow", "broadcast_power")
	maximumOp      = newFixed("Maximum", "broadcast_maximum")
	minimumOp      = newFixed("Minimum", "broadcast_minimum")
	hypotOp        = newFixed("Hypot", "broadcast_hypot")
	equalOp        = newFixed("Equal", "broadcast_equal")
	notEqualOp     = newFixed("NotEqual", "broadcast_not_equal")
	greaterOp      = newFixed("Greater", "broadcast_greater")
	greaterEqualOp = newFixed("GreaterEqual", "broadcast_greater_equal")
	lesserOp       = newFixed("Lesser", "broadcast_lesser")
	lesserEqualOp  = newFixed("LesserEqual", "broadcast_lesser_equal")
	logicalAndOp   = newFixed("LogicalAnd", "broadcast_logical_and")
	logicalOrOp    = newFixed("LogicalOr", "broadcast_logical_or")
	logicalXorOp   = newFixed("LogicalXor", "broadcast_logical_xor")

	addScalarOp          = newFixed("AddScalar", "_plus_scalar")
	subScalarOp          = newFixed("SubScalar", "_minus_scalar")
	mulScalarOp          = newFixed("MulScalar", "_mul_scalar")
	divScalarOp          = newFixed("DivScalar", "_div_scalar")
	modScalarOp          = newFixed("ModScalar", "_mod_scalar")
	powScalarOp          = newFixed("PowScalar", "_power_scalar")
	maximumScalarOp      = newFixed("MaximumScalar", "_maximum_scalar")
	minimumScalarOp      = newFixed("MinimumScalar", "_minimum_scalar")
	hypotScalarOp        = newFixed("HypotScalar", "_hypot_scalar")
	equalScalarOp        = newFixed("EqualScalar", "_equal_scalar")
	notEqualScalarOp     = newFixed("NotEqualScalar", "_not_equal_scalar")
	greaterScalarOp      = newFixed("GreaterScalar", "_greater_scalar")
	greaterEqualScalarOp = newFixed("GreaterEqualScalar", "_greater_equal_scalar")
	lesserScalarOp       = newFixed("LesserScalar", "_lesser_scalar")
	lesserEqualScalarOp  = newFixed("LesserEqualScalar", "_lesser_equal_scalar")
	logicalAndScalarOp   = newFixed("LogicalAndScalar", "_logical_and_scalar")
	logicalOrScalarOp    = newFixed("LogicalOrScalar", "_logical_or_scalar")
	logicalXorScalarOp   = newFixed("LogicalXorScalar", "_logical_xor_scalar")
	rSubScalarOp         = newFixed("RSubScalar", "_rminus_scalar")
	rDivScalarOp         = newFixed("RDivScalar", "_rdiv_scalar")
	rModScalarOp         = newFixed("RModScalar", "_rmod_scalar")
	rPowScalarOp         = newFixed("RPowScalar", "_rpower_scalar")
)

// Add is a + b.
func Add(a, b *NDArray) *NDArray { return addOp.pair(a, b) }

// AddScalar is a + v.
func AddScalar(a *NDArray, v float64) *NDArray { return addScalarOp.number(a, v) }

// Sub is a − b.
func Sub(a, b *NDArray) *NDArray { return subOp.pair(a, b) }

// SubScalar is a − v.
func SubScalar(a *NDArray, v float64) *NDArray { return subScalarOp.number(a, v) }

// Mul is a · b, element by element.
func Mul(a, b *NDArray) *NDArray { return mulOp.pair(a, b) }

// MulScalar is a · v.
func MulScalar(a *NDArray, v float64) *NDArray { return mulScalarOp.number(a, v) }

// Div is a / b.
func Div(a, b *NDArray) *NDArray { return divOp.pair(a, b) }

// DivScalar is a / v.
func DivScalar(a *NDArray, v float64) *NDArray { return divScalarOp.number(a, v) }

// Mod is the remainder of a / b with the sign of b, 0 where b is 0.
func Mod(a, b *NDArray) *NDArray { return modOp.pair(a, b) }

// ModScalar is the remainder of a / v with the sign of v.
func ModScalar(a *NDArray, v float64) *NDArray { return modScalarOp.number(a, v) }

// Pow is a to the power of b.
func Pow(a, b *NDArray) *NDArray { return powOp.pair(a, b) }

// PowScalar is a to the power of v.
func PowScalar(a *NDArray, v float64) *NDArray { return powScalarOp.number(a, v) }

// Maximum is the larger of a and b.
func Maximum(a, b *NDArray) *NDArray { return maximumOp.pair(a, b) }

// MaximumScalar is the larger of a and v.
func MaximumScalar(a *NDArray, v float64) *NDArray { return maximumScalarOp.number(a, v) }

// Minimum is the smaller of a and b.
func Minimum(a, b *NDArray) *NDArray { return minimumOp.pair(a, b) }

// MinimumScalar is the smaller of a and v.
func MinimumScalar(a *NDArray, v float64) *NDArray { return minimumScalarOp.number(a, v) }

// Hypot is √(a² + b²).
func Hypot(a, b *NDArray) *NDArray { return hypotOp.pair(a, b) }

// HypotScalar is √(a² + v²).
func HypotScalar(a *NDArray, v float64) *NDArray { return hypotScalarOp.number(a, v) }

// Equal is 1 where a = b, else 0, in the type of a.
func Equal(a, b *NDArray) *NDArray { return equalOp.pair(a, b) }

// EqualScalar is 1 where a = v, else 0, in the type of a.
func EqualScalar(a *NDArray, v float64) *NDArray { return equalScalarOp.number(a, v) }

// NotEqual is 1 where a ≠ b, else 0.
func NotEqual(a, b *NDArray) *NDArray { return notEqualOp.pair(a, b) }

// NotEqualScalar is 1 where a ≠ v, else 0.
func NotEqualScalar(a *NDArray, v float64) *NDArray { return notEqualScalarOp.number(a, v) }

// Greater is 1 where a > b, else 0.
func Greater(a, b *NDArray) *NDArray { return greaterOp.pair(a, b) }

// GreaterScalar is 1 where a > v, else 0.
func GreaterScalar(a *NDArray, v float64) *NDArray { return greaterScalarOp.number(a, v) }

// GreaterEqual is 1 where a ≥ b, else 0.
func GreaterEqual(a, b *NDArray) *NDArray { return greaterEqualOp.pair(a, b) }

// GreaterEqualScalar is 1 where a ≥ v, else 0.
func GreaterEqualScalar(a *NDArray, v float64) *NDArray { return greaterEqualScalarOp.number(a, v) }

// Lesser is 1 where a < b, else 0.
func Lesser(a, b *NDArray) *NDArray { return lesserOp.pair(a, b) }

// LesserScalar is 1 where a < v, else 0.
func LesserScalar(a *NDArray, v float64) *NDArray { return lesserScalarOp.number(a, v) }

// LesserEqual is 1 where a ≤ b, else 0.
func LesserEqual(a, b *NDArray) *NDArray { return lesserEqualOp.pair(a, b) }

// LesserEqualScalar is 1 where a ≤ v, else 0.
func LesserEqualScalar(a *NDArray, v float64) *NDArray { return lesserEqualScalarOp.number(a, v) }

// LogicalAnd is 1 where neither is 0, else 0.
func LogicalAnd(a, b *NDArray) *NDArray { return logicalAndOp.pair(a, b) }

// LogicalAndScalar is 1 where neither a nor v is 0, else 0.
func LogicalAndScalar(a *NDArray, v float64) *NDArray { return logicalAndScalarOp.number(a, v) }

// LogicalOr is 1 where either is not 0, else 0.
func LogicalOr(a, b *NDArray) *NDArray { return logicalOrOp.pair(a, b) }

// LogicalOrScalar is 1 where either a or v is not 0, else 0.
func LogicalOrScalar(a *NDArray, v float64) *NDArray { return logicalOrScalarOp.number(a, v) }

// LogicalXor is 1 where exactly one is not 0, else 0.
func LogicalXor(a, b *NDArray) *NDArray { return logicalXorOp.pair(a, b) }

// LogicalXorScalar is 1 where exactly one of a and v is not 0, else 0.
func LogicalXorScalar(a *NDArray, v float64) *NDArray { return logicalXorScalarOp.number(a, v) }

// RSubScalar is v − a.
func RSubScalar(v float64, a *NDArray) *NDArray { return rSubScalarOp.number(a, v) }

// RDivScalar is v / a.
func RDivScalar(v float64, a *NDArray) *NDArray { return rDivScalarOp.number(a, v) }

// RModScalar is the remainder of v / a with the sign of a.
func RModScalar(v float64, a *NDArray) *NDArray { return rModScalarOp.number(a, v) }

// RPowScalar is v to the power of a.
func RPowScalar(v float64, a *NDArray) *NDArray { return rPowScalarOp.number(a, v) }

// Neg is −a.
func Neg(a *NDArray) *NDArray { return mulScalarOp.number(a, -1) }
