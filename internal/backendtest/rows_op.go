package backendtest

import (
	"math"
	"math/rand/v2"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

var nan = math.NaN()

func inf(sign int) float64 { return math.Inf(sign) }

// domain says where an operation is compared and how exactly.
type domain struct {
	lo, hi    float64
	slack     float64 // 1 unless set
	near0     float64 // absolute error allowed, in units of the type's precision: where results pass through 0
	noSpecial bool    // infinities and large numbers mean nothing
	denormals bool    // flushing them to zero changes nothing that counts
}

// domains has the operations that are not compared over [−10, 10].
var domains = map[expr.Op]domain{
	expr.Neg: {denormals: true}, expr.Abs: {denormals: true},
	expr.Sqrt: {lo: -1, hi: 100}, expr.Rsqrt: {lo: -1, hi: 100}, expr.Cbrt: {lo: -100, hi: 100},
	expr.Exp: {lo: -86, hi: 88, slack: 8, denormals: true}, expr.Expm1: {lo: -20, hi: 80, slack: 8, denormals: true},
	expr.Log: {lo: -1, hi: 1000, near0: 4}, expr.Log2: {lo: -1, hi: 1000, near0: 4}, expr.Log10: {lo: -1, hi: 1000, near0: 4},
	expr.Log1p: {lo: -2, hi: 100, slack: 2, denormals: true},
	expr.Sin:   {lo: -100, hi: 100, near0: 8, denormals: true}, expr.Cos: {lo: -100, hi: 100, near0: 8, denormals: true},
	expr.Tan:  {lo: -1.5, hi: 1.5, slack: 2, near0: 8, denormals: true},
	expr.Asin: {lo: -1.2, hi: 1.2, slack: 2, denormals: true}, expr.Acos: {lo: -1.2, hi: 1.2, slack: 2, near0: 8},
	expr.Sinh: {lo: -80, hi: 80, slack: 8, denormals: true}, expr.Cosh: {lo: -80, hi: 80, slack: 8},
	expr.Tanh: {lo: -12, hi: 12, slack: 2, denormals: true}, expr.Asinh: {lo: -100, hi: 100, slack: 2, denormals: true},
	expr.Acosh: {lo: 0, hi: 100, slack: 2, near0: 8}, expr.Atanh: {lo: -1.2, hi: 1.2, slack: 2, denormals: true},
	expr.Sigmoid: {lo: -80, hi: 80, slack: 8}, expr.Softplus: {lo: -80, hi: 80, slack: 8},
	expr.Erf: {lo: -5, hi: 5, slack: 2, denormals: true}, expr.Erfinv: {lo: -1.1, hi: 1.1, slack: 8, near0: 8},
	expr.Gamma: {lo: 0.05, hi: 30, slack: 16}, expr.Lgamma: {lo: 0.05, hi: 100, slack: 4, near0: 16},
	expr.Digamma: {lo: 0.05, hi: 100, slack: 4, near0: 16},
	expr.Pow:     {lo: 0, hi: 8, slack: 32}, expr.Mod: {near0: 32, noSpecial: true}, expr.Add: {near0: 4}, expr.Sub: {near0: 4},
	expr.Mul: {denormals: true}, expr.Max: {denormals: true}, expr.Min: {denormals: true},
}

// opRows is one row per operation of expressions, and one over the integers where it has a meaning of its own.
func opRows() []Row {
	var rows []Row
	for _, op := range expr.Ops() {
		if op.Arity() == 0 {
			continue // inputs and constants are in every row
		}
		d, ok := domains[op]
		if !ok || d.lo == d.hi {
			d.lo, d.hi = -10, 10
		}
		rows = append(rows, Row{Name: "op " + op.String(), Types: floatTypes, Slack: max(d.slack, 1), Length: int(math.Ceil(d.near0 / 4)), Build: func(c *Case) {
			c.Out("y", applyOp(c, op, d.fill()))
		}})
		switch op {
		case expr.Neg, expr.Abs, expr.Sign, expr.Not, expr.Floor, expr.Ceil, expr.Round, expr.Rint, expr.Trunc, expr.Add, expr.Sub, expr.Mul,
			expr.Div, expr.Mod, expr.Max, expr.Min, expr.Lt, expr.Le, expr.Gt, expr.Ge, expr.Eq, expr.Ne, expr.And, expr.Or, expr.Xor, expr.Select:
			rows = append(rows, Row{Name: "op " + op.String() + " of integers", Build: func(c *Case) { c.Out("y", applyOp(c, op, Small)) },
				Types: []backend.DType{backend.Uint8, backend.Int8, backend.Int32, backend.Int64}})
		}
	}
	return rows
}

// applyOp says op of inputs a, b, c, each of 20 × 20 numbers. The second and third broadcast their columns, so that every
// special number of one operand meets every one of the other.
func applyOp(c *Case, op expr.Op, f Fill) backend.Value {
	b := expr.NewBuilder(op.Arity())
	var nodes []int32
	var in []backend.Value
	for i := range op.Arity() {
		nodes = append(nodes, b.Input(i))
		s := shape{20, 20}
		if i == 1 {
			s = shape{20, 1}
		}
		in = append(in, c.In([]string{"a", "b", "c"}[i], s, f))
	}
	return c.Map1(b.Build(b.Apply(op, nodes...)), in...)
}

// fill gives the special numbers first, then random ones of the domain.
func (d domain) fill() Fill {
	return func(r *rand.Rand, n int) []float64 {
		special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 2.5, -2.5, nan}
		if !d.noSpecial {
			special = append(special, inf(1), inf(-1))
		}
		if d.denormals {
			special = append(special, 1e-40, -1e-40)
		}
		if d.noSpecial {
			special = nil
		}
		return each(n, func(i int) float64 {
			if i < len(special) {
				return special[i]
			}
			return d.lo + (d.hi-d.lo)*r.Float64()
		})
	}
}
