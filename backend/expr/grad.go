package expr

import "math"

// rule gives the derivatives of a node with respect to its operands, as nodes: x are the operands, y the node itself.
// A nil rule means the derivative is zero almost everywhere.
type rule func(b *Builder, x [3]int32, y int32) [3]int32

// text turns derivatives written as expressions of the operands and the result into a rule.
func text(src string) rule {
	e := MustParse(src)
	return func(b *Builder, x [3]int32, y int32) (d [3]int32) {
		in := append([]int32{}, x[:e.NumInputs-1]...)
		copy(d[:], b.Insert(e, append(in, y)...))
		return d
	}
}

// rules is all of calculus on one screen. Where MXNet differs from calculus at single points (abs and sign at 0, ties of
// max) the operator gives its own gradient.
var rules = map[Op]rule{
	Neg:      text("x y -> -1"),
	Abs:      text("x y -> sign(x)"),
	Sqrt:     text("x y -> 0.5/y"),
	Rsqrt:    text("x y -> -0.5*y/x"),
	Cbrt:     text("x y -> 1/(3*y*y)"),
	Exp:      text("x y -> y"),
	Expm1:    text("x y -> y + 1"),
	Log:      text("x y -> 1/x"),
	Log2:     scaled(1 / math.Ln2),
	Log10:    scaled(1 / math.Ln10),
	Log1p:    text("x y -> 1/(1+x)"),
	Sin:      text("x y -> cos(x)"),
	Cos:      text("x y -> -sin(x)"),
	Tan:      text("x y -> y*y + 1"),
	Asin:     text("x y -> rsqrt(1 - x*x)"),
	Acos:     text("x y -> -rsqrt(1 - x*x)"),
	Atan:     text("x y -> 1/(1 + x*x)"),
	Sinh:     text("x y -> cosh(x)"),
	Cosh:     text("x y -> sinh(x)"),
	Tanh:     text("x y -> 1 - y*y"),
	Asinh:    text("x y -> rsqrt(x*x + 1)"),
	Acosh:    text("x y -> rsqrt(x*x - 1)"),
	Atanh:    text("x y -> 1/(1 - x*x)"),
	Sigmoid:  text("x y -> y*(1 - y)"),
	Softplus: text("x y -> sigmoid(x)"),
	Erf:      text("x y -> 1.1283791670955126*exp(-x*x)"), // 2/sqrt(π)
	Erfinv:   text("x y -> 0.8862269254527580*exp(y*y)"),  // sqrt(π)/2
	Gamma:    text("x y -> y*digamma(x)"),
	Lgamma:   text("x y -> digamma(x)"),
	Digamma:  text(trigamma),
	Add:      text("a b y -> 1, 1"),
	Sub:      text("a b y -> 1, -1"),
	Mul:      text("a b y -> b, a"),
	Div:      text("a b y -> 1/b, -y/b"),
	Pow:      text("a b y -> b*pow(a, b-1), y*log(a)"),
	Mod:      text("a b y -> 1, -floor(a/b)"),
	Max:      text("a b y -> a >= b, a < b"),
	Min:      text("a b y -> a <= b, a > b"),
	Hypot:    text("a b y -> a/y, b/y"),
	Select:   text("c a b y -> 0, c != 0, c == 0"),
}

// trigamma is the derivative of digamma: seven steps of the recurrence, then the asymptotic series; reflection for negative
// x (Abramowitz and Stegun 6.4.6, 6.4.12, 6.4.7).
const trigamma = `x y -> z = x <= 0 ? 1 - x : x;
	s = 1/(z*z) + 1/pow(z+1, 2) + 1/pow(z+2, 2) + 1/pow(z+3, 2) + 1/pow(z+4, 2) + 1/pow(z+5, 2) + 1/pow(z+6, 2);
	w = z + 7; i = 1/(w*w);
	r = s + 1/w + i/2 + i/w*(1/6 - i*(1/30 - i*(1/42 - i*(1/30 - i*(5/66)))));
	p = 3.141592653589793 / sin(3.141592653589793*x);
	x <= 0 ? p*p - r : r`

func scaled(c float64) rule {
	return func(b *Builder, x [3]int32, _ int32) [3]int32 {
		return [3]int32{b.Apply(Div, b.Const(c), x[0])}
	}
}

// Grad gives the vector-Jacobian products of e: an expression of the inputs of e followed by one gradient per output of
// e, with one output per entry of wrt, the gradient with respect to that input.
func (e *Expr) Grad(wrt ...int) *Expr {
	b := NewBuilder(e.NumInputs + len(e.Outs))
	fwd := make([]int32, len(e.Nodes)) // the node in b that has the value of e's node
	adj := make([]int32, len(e.Nodes)) // the node in b that has its gradient, -1 while zero
	in := make([]int32, e.NumInputs)
	for i := range in {
		in[i] = b.Input(i)
	}
	for i, n := range e.Nodes {
		adj[i] = -1
		switch n.Op {
		case Input:
			fwd[i] = in[n.Index]
		case Const:
			fwd[i] = b.Const(n.Value)
		default:
			var args [3]int32
			for k := range n.Op.Arity() {
				args[k] = fwd[n.Args[k]]
			}
			fwd[i] = b.Apply(n.Op, args[:n.Op.Arity()]...)
		}
	}
	accumulate := func(at, d int32) {
		if adj[at] < 0 {
			adj[at] = d
		} else {
			adj[at] = b.Apply(Add, adj[at], d)
		}
	}
	for k, o := range e.Outs {
		accumulate(o, b.Input(e.NumInputs+k))
	}
	for i := len(e.Nodes) - 1; i >= 0; i-- {
		n := e.Nodes[i]
		r := rules[n.Op]
		if adj[i] < 0 || r == nil {
			continue
		}
		var x [3]int32
		for k := range n.Op.Arity() {
			x[k] = fwd[n.Args[k]]
		}
		d := r(b, x, fwd[i])
		for k := range n.Op.Arity() {
			if c := b.nodes[d[k]]; c.Op == Const && c.Value == 0 {
				continue
			}
			accumulate(n.Args[k], b.product(adj[i], d[k]))
		}
	}
	outs := make([]int32, len(wrt))
	for k, w := range wrt {
		outs[k] = b.Const(0)
		for i, n := range e.Nodes {
			if n.Op == Input && int(n.Index) == w && adj[i] >= 0 {
				outs[k] = adj[i]
			}
		}
	}
	return b.Build(outs...)
}

// product multiplies a gradient by a derivative. A derivative that is a truth value selects instead, so that an infinite
// or NaN gradient on the branch not taken does not leak into the other.
func (b *Builder) product(g, d int32) int32 {
	switch n := b.nodes[d]; {
	case n.Op == Const && n.Value == -1:
		return b.Apply(Neg, g)
	case n.Op >= Lt && n.Op <= Xor:
		return b.Apply(Select, d, g, b.Const(0))
	}
	return b.Apply(Mul, g, d)
}
