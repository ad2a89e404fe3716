package cuda

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// operand is the value of a node: a number, or of comparisons and logic a predicate, which becomes a number where one is
// wanted.
type operand struct {
	value, truth string
	number       bool // a constant that is not NaN
}

func (o operand) known() bool { return o.value != "" || o.truth != "" }

// value gives the operand as a number.
func (w *mapWriter) value(o *operand) string {
	if o.value == "" {
		o.value = w.make(w.v.class, "selp."+w.v.name, w.v.literal(1), w.v.literal(0), o.truth)
	}
	return o.value
}

// truth gives the operand as a predicate.
func (w *mapWriter) truth(o *operand) string {
	if o.truth == "" {
		o.truth = w.make("p", w.compare("ne"), o.value, w.v.literal(0))
	}
	return o.truth
}

// apply computes a node; the numbers and predicates that it makes of its operands stay with them.
func (w *mapWriter) apply(n expr.Node, nodes []operand) operand {
	var x [3]*operand
	for k := range n.Op.Arity() {
		x[k] = &nodes[n.Args[k]]
	}
	if p := w.logic(n.Op, x); p != "" {
		return operand{truth: p}
	}
	if n.Op == expr.Select {
		p := w.truth(x[0])
		return operand{value: w.make(w.v.class, "selp."+w.v.name, w.value(x[1]), w.value(x[2]), p)}
	}
	var args []string
	for k := range n.Op.Arity() {
		args = append(args, w.value(x[k]))
	}
	switch {
	case w.v.name == "s64":
		return operand{value: w.integer(n.Op, args)}
	case n.Op.Arity() == 2 && x[1].number && (n.Op == expr.Max || n.Op == expr.Min):
		// Compared with a number, the first operand wins when it is NaN, too: one comparison instead of two.
		p := w.make("p", map[expr.Op]string{expr.Max: "setp.gtu.", expr.Min: "setp.ltu."}[n.Op]+w.v.name, args...)
		return operand{value: w.make(w.v.class, "selp."+w.v.name, args[0], args[1], p)}
	}
	return operand{value: w.float(w.v, n.Op, args)}
}

// logic computes comparisons and logic as predicates, and gives "" for other operations.
func (w *mapWriter) logic(op expr.Op, x [3]*operand) string {
	switch op {
	case expr.Lt, expr.Le, expr.Gt, expr.Ge, expr.Eq, expr.Ne:
		return w.make("p", w.compare(op.String()), w.value(x[0]), w.value(x[1]))
	case expr.And, expr.Or, expr.Xor:
		return w.make("p", op.String()+".pred", w.truth(x[0]), w.truth(x[1]))
	case expr.Not:
		return w.make("p", "not.pred", w.truth(x[0]))
	}
	return ""
}

// floatOps are operations of a few instructions, for f32 and f64 as T. $d is the result, $x and $y the operands, $1 … further
// registers of type T, $p and $q predicates, #n numbers. What has no row is a function of kernels/math.cu.
var floatOps = map[expr.Op]string{
	expr.Neg:   "neg.T $d, $x",
	expr.Abs:   "abs.T $d, $x",
	expr.Sqrt:  "sqrt.rn.T $d, $x",
	expr.Floor: "cvt.rmi.T.T $d, $x",
	expr.Ceil:  "cvt.rpi.T.T $d, $x",
	expr.Trunc: "cvt.rzi.T.T $d, $x",
	expr.Add:   "add.rn.T $d, $x, $y",
	expr.Sub:   "sub.rn.T $d, $x, $y",
	expr.Mul:   "mul.rn.T $d, $x, $y",
	expr.Div:   "div.rn.T $d, $x, $y",

	expr.Sign:  "setp.gt.T $p, $x, #0; selp.T $1, #1, $x, $p; setp.lt.T $q, $x, #0; selp.T $d, #-1, $1, $q",
	expr.Round: "cvt.rzi.T.T $1, $x; sub.rn.T $2, $x, $1; abs.T $2, $2; setp.ge.T $p, $2, #0.5; copysign.T $3, $x, #1; selp.T $3, $3, #0, $p; add.rn.T $d, $1, $3",
	expr.Rint:  "cvt.rmi.T.T $1, $x; cvt.rpi.T.T $2, $x; sub.rn.T $3, $x, $1; sub.rn.T $4, $2, $x; setp.le.T $p, $3, $4; selp.T $d, $1, $2, $p",
	expr.Max:   "setp.gt.T $p, $x, $y; setp.nan.T $q, $x, $x; or.pred $p, $p, $q; selp.T $d, $x, $y, $p",
	expr.Min:   "setp.lt.T $p, $x, $y; setp.nan.T $q, $x, $x; or.pred $p, $p, $q; selp.T $d, $x, $y, $p",
}

// rsqrtOps are by type: the approximation for f64 has 20 bits only.
var rsqrtOps = map[string]string{"f32": "rsqrt.approx.f32 $d, $x", "f64": "sqrt.rn.f64 $1, $x; rcp.rn.f64 $d, $1"}

// integerOps are the operations that stay exact on integers, as in backend/ref/mapops.go. Others are computed in f64.
var integerOps = map[expr.Op]string{
	expr.Neg:  "neg.s64 $d, $x",
	expr.Abs:  "abs.s64 $d, $x",
	expr.Sign: "setp.gt.s64 $p, $x, 0; selp.s64 $1, 1, 0, $p; setp.lt.s64 $q, $x, 0; selp.s64 $d, -1, $1, $q",
	expr.Add:  "add.s64 $d, $x, $y",
	expr.Sub:  "sub.s64 $d, $x, $y",
	expr.Mul:  "mul.lo.s64 $d, $x, $y",
	expr.Max:  "max.s64 $d, $x, $y",
	expr.Min:  "min.s64 $d, $x, $y",
	// $2 = x / y and $3 = x mod y, with another divisor where y is 0, or −1, whose quotient may not fit.
	expr.Div: integerQuotient + "selp.s64 $d, 0, $2, $p",
	expr.Mod: integerQuotient + "mul.lo.s64 $3, $2, $y; sub.s64 $3, $x, $3; add.s64 $4, $3, $y; xor.b64 $5, $3, $y; " +
		"setp.lt.s64 $q, $5, 0; selp.s64 $4, $4, $3, $q; setp.ne.s64 $q, $3, 0; selp.s64 $4, $4, 0, $q; selp.s64 $d, 0, $4, $p",
}

const integerQuotient = "setp.eq.s64 $q, $y, -1; setp.eq.s64 $p, $y, 0; selp.s64 $1, 1, $y, $p; selp.s64 $1, 1, $1, $q; div.s64 $2, $x, $1; " +
	"neg.s64 $3, $x; selp.s64 $2, $3, $2, $q; "

// float computes an operation in f32 or f64.
func (w *mapWriter) float(t *mapType, op expr.Op, args []string) string {
	text, ok := floatOps[op]
	if op == expr.Rsqrt {
		text, ok = rsqrtOps[t.name], true
	}
	if ok {
		return w.expand(t, text, args)
	}
	d := w.reg(t.class)
	w.call(op.String()+"_"+t.name, t.name, d, args)
	return d
}

// integer computes an operation in s64.
func (w *mapWriter) integer(op expr.Op, args []string) string {
	if text, ok := integerOps[op]; ok {
		return w.expand(w.v, text, args)
	}
	switch op {
	case expr.Floor, expr.Ceil, expr.Round, expr.Rint, expr.Trunc:
		return args[0]
	}
	t := mapTypes[backend.Float64]
	var as []string
	for _, a := range args {
		as = append(as, w.make(t.class, "cvt.rn.f64.s64", a))
	}
	return w.toInteger(t, w.float(t, op, as))
}

var templateWord = regexp.MustCompile(`\$\w|#[-\d.]+|\bT\b`)

// expand writes the instructions of a row and gives the register of the result.
func (w *mapWriter) expand(t *mapType, text string, args []string) string {
	regs := map[string]string{"$d": w.reg(t.class)}
	for i, a := range args {
		regs[[]string{"$x", "$y"}[i]] = a
	}
	text = templateWord.ReplaceAllStringFunc(text, func(word string) string {
		switch {
		case word == "T":
			return t.name
		case word[0] == '#':
			return t.literal(parseNumber(word[1:]))
		case regs[word] == "" && (word == "$p" || word == "$q"):
			regs[word] = w.reg("p")
		case regs[word] == "":
			regs[word] = w.reg(t.class)
		}
		return regs[word]
	})
	for _, line := range strings.Split(text, "; ") {
		w.line("%s;", line)
	}
	return regs["$d"]
}

func parseNumber(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return v
}
