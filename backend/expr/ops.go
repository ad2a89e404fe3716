package expr

// Op is what a node computes.
type Op uint8

// The operations. Domain errors follow IEEE: log(-1) is NaN. Comparisons and logical operations give 0 or 1.
const (
	Input Op = iota // the input number Node.Index
	Const           // the number Node.Value

	Neg
	Abs
	Sign // -1, 0, 1
	Sqrt
	Rsqrt
	Cbrt
	Exp
	Expm1
	Log
	Log2
	Log10
	Log1p
	Sin
	Cos
	Tan
	Asin
	Acos
	Atan
	Sinh
	Cosh
	Tanh
	Asinh
	Acosh
	Atanh
	Sigmoid  // 1/(1+exp(-x))
	Softplus // log(1+exp(x)), without overflow
	Erf
	Erfinv
	Gamma
	Lgamma // log|Γ(x)|
	Digamma
	Floor
	Ceil
	Round // ties away from zero
	Rint  // nearest, ties towards minus infinity, as MXNet's rint
	Trunc
	Not // 1 when x is 0

	Add
	Sub
	Mul
	Div // integers: towards zero, 0 when the divisor is 0
	Pow
	Mod // sign of the divisor, 0 when the divisor is 0, as MXNet's mod
	Max // NaN when the first operand is NaN
	Min
	Hypot
	Lt
	Le
	Gt
	Ge
	Eq
	Ne
	And
	Or
	Xor

	Select // a != 0 ? b : c

	numOps
)

type opRow struct {
	name  string
	arity int
	infix string // printed and parsed between its operands
}

var opTable = [numOps]opRow{
	Input: {"input", 0, ""}, Const: {"const", 0, ""},
	Neg: {"neg", 1, ""}, Abs: {"abs", 1, ""}, Sign: {"sign", 1, ""}, Sqrt: {"sqrt", 1, ""}, Rsqrt: {"rsqrt", 1, ""},
	Cbrt: {"cbrt", 1, ""}, Exp: {"exp", 1, ""}, Expm1: {"expm1", 1, ""}, Log: {"log", 1, ""}, Log2: {"log2", 1, ""},
	Log10: {"log10", 1, ""}, Log1p: {"log1p", 1, ""}, Sin: {"sin", 1, ""}, Cos: {"cos", 1, ""}, Tan: {"tan", 1, ""},
	Asin: {"asin", 1, ""}, Acos: {"acos", 1, ""}, Atan: {"atan", 1, ""}, Sinh: {"sinh", 1, ""}, Cosh: {"cosh", 1, ""},
	Tanh: {"tanh", 1, ""}, Asinh: {"asinh", 1, ""}, Acosh: {"acosh", 1, ""}, Atanh: {"atanh", 1, ""},
	Sigmoid: {"sigmoid", 1, ""}, Softplus: {"softplus", 1, ""}, Erf: {"erf", 1, ""}, Erfinv: {"erfinv", 1, ""},
	Gamma: {"gamma", 1, ""}, Lgamma: {"lgamma", 1, ""}, Digamma: {"digamma", 1, ""}, Floor: {"floor", 1, ""},
	Ceil: {"ceil", 1, ""}, Round: {"round", 1, ""}, Rint: {"rint", 1, ""}, Trunc: {"trunc", 1, ""}, Not: {"not", 1, ""},
	Add: {"add", 2, "+"}, Sub: {"sub", 2, "-"}, Mul: {"mul", 2, "*"}, Div: {"div", 2, "/"}, Pow: {"pow", 2, ""},
	Mod: {"mod", 2, ""}, Max: {"max", 2, ""}, Min: {"min", 2, ""}, Hypot: {"hypot", 2, ""},
	Lt: {"lt", 2, "<"}, Le: {"le", 2, "<="}, Gt: {"gt", 2, ">"}, Ge: {"ge", 2, ">="}, Eq: {"eq", 2, "=="},
	Ne: {"ne", 2, "!="}, And: {"and", 2, "&&"}, Or: {"or", 2, "||"}, Xor: {"xor", 2, ""},
	Select: {"select", 3, ""},
}

// String is the name of the operation as a call in the text form.
func (o Op) String() string { return opTable[o].name }

// Arity is the number of operands: 0 for Input and Const.
func (o Op) Arity() int { return opTable[o].arity }

// Ops lists every operation, for backends that check they have them all.
func Ops() []Op {
	all := make([]Op, numOps)
	for i := range all {
		all[i] = Op(i)
	}
	return all
}

var opByName = func() map[string]Op {
	m := make(map[string]Op, numOps)
	for op, row := range opTable {
		if row.arity > 0 {
			m[row.name] = Op(op)
		}
	}
	return m
}()
