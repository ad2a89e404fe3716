package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// NoParam is the parameter struct of operators without parameters.
type NoParam struct{}

// ScalarParam is the parameters of operators between an array and a number, with MXNet's names and defaults.
type ScalarParam struct {
	Scalar float64 `gomx:"scalar,pos,default=1.0,runtime" doc:"the number; an array of whole numbers takes it truncated"`
	IsInt  bool    `gomx:"is_int,default=True" doc:"when false, an array of whole numbers is taken as float64"`
}

// row is an elementwise operator: its name, the function, and the gradient where it is not what the rules of expr give.
// A gradient is an expression of the inputs, the output y and the head gradient d: "x y d -> …".
type row struct {
	name    string
	fn      string
	grad    string
	doc     string
	aliases []string
}

// zeroGrad is the gradient of functions that are flat almost everywhere.
const zeroGrad = "-"

// poleSlope is MXNet's value of the digamma function at its poles, 0, −1, −2 …: the largest float64.
const poleSlope = "1.7976931348623157e308"

// unaryRows are the functions of one array.
var unaryRows = []row{
	{"_copy", "x -> x", "", "x", []string{"identity"}},
	{"_CrossDeviceCopy", "x -> x", "", "x; MXNet puts it where a graph goes from one device to another", nil},
	{"negative", "x -> -x", "", "−x", nil},
	{"abs", "x -> abs(x)", "x y d -> d*((x > 0) - (x < 0))", "|x|; the gradient at 0 is 0", nil},
	{"sign", "x -> (x > 0) - (x < 0)", zeroGrad, "−1, 0 or 1; 0 for NaN", nil},
	{"round", "x -> round(x)", zeroGrad, "nearest whole number, ties away from zero", nil},
	{"rint", "x -> rint(x)", zeroGrad, "nearest whole number, ties down", nil},
	{"fix", "x -> trunc(x)", zeroGrad, "towards zero", nil},
	{"trunc", "x -> trunc(x)", zeroGrad, "towards zero", nil},
	{"ceil", "x -> ceil(x)", zeroGrad, "smallest whole number not below x", nil},
	{"floor", "x -> floor(x)", zeroGrad, "largest whole number not above x", nil},
	{"square", "x -> x*x", "", "x²", nil},
	{"sqrt", "x -> sqrt(x)", "", "√x", nil},
	{"rsqrt", "x -> rsqrt(x)", "", "1/√x", nil},
	{"cbrt", "x -> cbrt(x)", "", "∛x", nil},
	{"rcbrt", "x -> 1/cbrt(x)", "", "1/∛x", nil},
	{"exp", "x -> exp(x)", "", "eˣ", nil},
	{"expm1", "x -> expm1(x)", "", "eˣ − 1", nil},
	{"log", "x -> log(x)", "", "natural logarithm", nil},
	{"log2", "x -> log2(x)", "", "logarithm to base 2", nil},
	{"log10", "x -> log10(x)", "", "logarithm to base 10", nil},
	{"log1p", "x -> log1p(x)", "", "log(1 + x)", nil},
	{"sin", "x -> sin(x)", "", "sine", nil},
	{"cos", "x -> cos(x)", "", "cosine", nil},
	{"tan", "x -> tan(x)", "", "tangent", nil},
	{"arcsin", "x -> asin(x)", "", "inverse sine", nil},
	{"arccos", "x -> acos(x)", "", "inverse cosine", nil},
	{"arctan", "x -> atan(x)", "", "inverse tangent", nil},
	{"sinh", "x -> sinh(x)", "", "hyperbolic sine", nil},
	{"cosh", "x -> cosh(x)", "", "hyperbolic cosine", nil},
	{"tanh", "x -> tanh(x)", "", "hyperbolic tangent", nil},
	{"arcsinh", "x -> asinh(x)", "", "inverse hyperbolic sine", nil},
	{"arccosh", "x -> acosh(x)", "", "inverse hyperbolic cosine", nil},
	{"arctanh", "x -> atanh(x)", "", "inverse hyperbolic tangent", nil},
	{"degrees", "x -> x*57.29577951308232", "", "radians to degrees", nil},
	{"radians", "x -> x*0.017453292519943295", "", "degrees to radians", nil},
	{"gamma", "x -> gamma(x)", "x y d -> x == 0 ? d*y*" + poleSlope + " : d*y*digamma(x)", "Γ(x)", nil},
	{"gammaln", "x -> lgamma(x)", "x y d -> x <= 0 && floor(x) == x ? d*" + poleSlope + " : d*digamma(x)", "log |Γ(x)|", nil},
	{"erf", "x -> erf(x)", "", "error function", nil},
	{"erfinv", "x -> erfinv(x)", "", "inverse error function", nil},
	{"reciprocal", "x -> 1/x", "", "1/x", nil},
	{"relu", "x -> max(x, 0)", "x y d -> y > 0 ? d : (y == y ? 0 : y)", "max(x, 0)", nil},
	{"sigmoid", "x -> sigmoid(x)", "", "1/(1 + e⁻ˣ)", nil},
	{"softsign", "x -> x/(1 + abs(x))", "x y d -> t = 1 + abs(x); d/(t*t)", "x/(1 + |x|)", nil},
	{"logical_not", "x -> not(x)", zeroGrad, "1 where x is 0, else 0", nil},
	{"zeros_like", "x -> 0", zeroGrad, "zeros of the same shape", nil},
	{"ones_like", "x -> 1", zeroGrad, "ones of the same shape", nil},
}

// binaryRow is a function of two arrays in its three forms.
type binaryRow struct {
	fn, grad string
	doc      string
	elemwise string // both arrays of one shape
	elemAls  []string
	bcast    string // broadcast
	bcastAls []string
	scalar   string // array and number
	scalAls  []string
	rscalar  string // number and array
	rscalAls []string
}

// binaryRows are the functions of two arrays. Under maximum and minimum a tie gives its gradient to the left.
var binaryRows = []binaryRow{
	{"a b -> a + b", "", "a + b", "elemwise_add", []string{"_add", "_plus", "_Plus"}, "broadcast_add", []string{"broadcast_plus"}, "_plus_scalar", []string{"_PlusScalar"}, "", nil},
	{"a b -> a - b", "", "a − b", "elemwise_sub", []string{"_sub", "_minus", "_Minus"}, "broadcast_sub", []string{"broadcast_minus"}, "_minus_scalar", []string{"_MinusScalar"}, "_rminus_scalar", []string{"_RMinusScalar"}},
	{"a b -> a * b", "", "a · b", "elemwise_mul", []string{"_mul", "_Mul"}, "broadcast_mul", nil, "_mul_scalar", []string{"_MulScalar"}, "", nil},
	{"a b -> a / b", "", "a / b", "elemwise_div", []string{"_div", "_Div"}, "broadcast_div", nil, "_div_scalar", []string{"_DivScalar"}, "_rdiv_scalar", []string{"_RDivScalar"}},
	{"a b -> pow(a, b)", "", "aᵇ", "_power", []string{"_Power"}, "broadcast_power", nil, "_power_scalar", []string{"_PowerScalar"}, "_rpower_scalar", []string{"_RPowerScalar"}},
	{"a b -> mod(a, b)", "", "remainder with the sign of b; 0 where b is 0", "_mod", []string{"_Mod"}, "broadcast_mod", nil, "_mod_scalar", []string{"_ModScalar"}, "_rmod_scalar", []string{"_RModScalar"}},
	{"a b -> max(a, b)", "", "the larger", "_maximum", []string{"_Maximum"}, "broadcast_maximum", nil, "_maximum_scalar", []string{"_MaximumScalar"}, "", nil},
	{"a b -> min(a, b)", "", "the smaller", "_minimum", []string{"_Minimum"}, "broadcast_minimum", nil, "_minimum_scalar", []string{"_MinimumScalar"}, "", nil},
	{"a b -> hypot(a, b)", "", "√(a² + b²)", "_hypot", []string{"_Hypot"}, "broadcast_hypot", nil, "_hypot_scalar", []string{"_HypotScalar"}, "", nil},
	{"a b -> a == b", zeroGrad, "1 where equal, else 0", "_equal", []string{"_Equal"}, "broadcast_equal", nil, "_equal_scalar", []string{"_EqualScalar"}, "", nil},
	{"a b -> a != b", zeroGrad, "1 where different, else 0", "_not_equal", []string{"_Not_Equal"}, "broadcast_not_equal", nil, "_not_equal_scalar", []string{"_NotEqualScalar"}, "", nil},
	{"a b -> a > b", zeroGrad, "1 where a > b, else 0", "_greater", []string{"_Greater"}, "broadcast_greater", nil, "_greater_scalar", []string{"_GreaterScalar"}, "", nil},
	{"a b -> a >= b", zeroGrad, "1 where a ≥ b, else 0", "_greater_equal", []string{"_Greater_Equal"}, "broadcast_greater_equal", nil, "_greater_equal_scalar", []string{"_GreaterEqualScalar"}, "", nil},
	{"a b -> a < b", zeroGrad, "1 where a < b, else 0", "_lesser", []string{"_Lesser"}, "broadcast_lesser", nil, "_lesser_scalar", []string{"_LesserScalar"}, "", nil},
	{"a b -> a <= b", zeroGrad, "1 where a ≤ b, else 0", "_lesser_equal", []string{"_Lesser_Equal"}, "broadcast_lesser_equal", nil, "_lesser_equal_scalar", []string{"_LesserEqualScalar"}, "", nil},
	{"a b -> a && b", zeroGrad, "1 where both are not 0, else 0", "_logical_and", []string{"_Logical_And"}, "broadcast_logical_and", nil, "_logical_and_scalar", []string{"_LogicalAndScalar"}, "", nil},
	{"a b -> a || b", zeroGrad, "1 where either is not 0, else 0", "_logical_or", []string{"_Logical_Or"}, "broadcast_logical_or", nil, "_logical_or_scalar", []string{"_LogicalOrScalar"}, "", nil},
	{"a b -> xor(a, b)", zeroGrad, "1 where exactly one is not 0, else 0", "_logical_xor", []string{"_Logical_Xor"}, "broadcast_logical_xor", nil, "_logical_xor_scalar", []string{"_LogicalXorScalar"}, "", nil},
}

func init() {
	for _, r := range unaryRows {
		registerUnary(r)
	}
	for _, r := range binaryRows {
		f := newFunction(r.fn, r.grad, 2)
		registerBinary(r.elemwise, r.elemAls, r.doc+", element by element", f, false)
		registerBinary(r.bcast, r.bcastAls, r.doc+", broadcast", f, true)
		registerScalar(r.scalar, r.scalAls, r.doc+", b a number", f, false)
		if r.rscalar != "" {
			registerScalar(r.rscalar, r.rscalAls, r.doc+", a the number, b the array", f, true)
		}
	}
}

// function is an expression with, per input, the expression of its gradient over (inputs…, y, d).
type function struct {
	fn    *expr.Expr
	grads []*expr.Expr // nil where the gradient is zero
}

func newFunction(fn, grad string, inputs int) *function {
	f := &function{fn: expr.MustParse(fn), grads: make([]*expr.Expr, inputs)}
	for i := range f.grads {
		switch grad {
		case zeroGrad:
		case "":
			f.grads[i] = gradOverOutput(f.fn, i)
		default:
			f.grads[i] = expr.MustParse(grad)
		}
	}
	return f
}

// gradOverOutput gives the gradient of fn by input i as an expression of (inputs…, y, d) that reads y where fn's own value
// occurs, so that tanh needs only its output.
func gradOverOutput(fn *expr.Expr, i int) *expr.Expr {
	n := fn.NumInputs
	b := expr.NewBuilder(n + 2)
	in := make([]int32, 0, n+1)
	for k := range n {
		in = append(in, b.Input(k))
	}
	g := fn.Grad(i)
	raw := b.Insert(g, append(in, b.Input(n+1))...)[0]
	value := b.Insert(fn, in...)[0]
	return b.Replace(raw, value, b.Input(n))
}

// gradient says the gradient by input i, asking for no more than its expression reads.
func (f *function) gradient(c *Ctx, i int, in func(int) Value, d Value) Value {
	g := f.grads[i]
	if g == nil {
		return Value{}
	}
	n := f.fn.NumInputs
	used := g.Uses()
	args := make([]Value, 0, n+2)
	to := make([]int, n+2)
	for k := range n + 2 {
		to[k] = -1
		if !used[k] && k != n+1 {
			continue
		}
		to[k] = len(args)
		switch {
		case k < n:
			args = append(args, in(k))
		case k == n:
			args = append(args, c.Out(0))
		default:
			args = append(args, d)
		}
	}
	return c.Map1(g.Rename(len(args), to), args...)
}

func registerUnary(r row) {
	f := newFunction(r.fn, r.grad, 1)
	o := Op[NoParam]{
		Name: r.name, Aliases: r.aliases, Doc: "out = " + r.doc,
		Shape: func(_ *NoParam, s *Shapes) { s.Elementwise() },
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			if len(f.fn.Nodes) == 1 && !f.fn.Uses()[0] { // zeros_like, ones_like
				return []Value{c.Full(in[0].DType(), in[0].Shape(), f.fn.Nodes[0].Value)}
			}
			return []Value{f.apply(c, in[0].DType(), in[0])}
		},
	}
	if f.grads[0] != nil {
		o.Backward = func(_ *NoParam, c *Ctx, dout []Value) []Value {
			return []Value{f.gradient(c, 0, c.In, dout[0])}
		}
	}
	Register(o)
}

func registerBinary(name string, aliases []string, doc string, f *function, broadcast bool) {
	o := Op[NoParam]{
		Name: name, Aliases: aliases, Doc: "out = " + doc,
		Args:  func(*NoParam) []string { return []string{"lhs", "rhs"} },
		Shape: func(_ *NoParam, s *Shapes) { s.Elementwise() },
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{f.apply(c, in[0].DType(), in...)}
		},
	}
	if broadcast {
		o.Shape = func(_ *NoParam, s *Shapes) { broadcastShape(s) }
	}
	if f.grads[0] != nil {
		o.Backward = func(_ *NoParam, c *Ctx, dout []Value) []Value {
			d := make([]Value, 2)
			for i := range d {
				d[i] = c.SumTo(f.gradient(c, i, c.In, dout[0]), c.In(i).Shape())
			}
			return d
		}
	}
	Register(o)
}

func broadcastShape(s *Shapes) {
	a, b := s.At(0), s.At(1)
	if a == nil || b == nil {
		return
	}
	if !a.Known() || !b.Known() {
		s.Out(broadcastPartly(a, b))
		return
	}
	out, ok := backend.Broadcast(a, b)
	if !ok {
		s.Failf("lhs is %v and rhs %v: they do not broadcast; aligned at the right, dimensions must be equal or 1", a, b)
		return
	}
	s.Out(out)
}

// broadcastPartly is what is known of the shape to which a and b, of which dimensions are unknown, broadcast.
func broadcastPartly(a, b Shape) Shape {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	for i, n := range b {
		switch at := len(a) - len(b) + i; {
		case out[at] == 1:
			out[at] = n
		case n == 0:
			out[at] = 0
		}
	}
	return out
}
