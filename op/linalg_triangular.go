package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// TriangularParam has MXNet's names and defaults.
type TriangularParam struct {
	Transpose bool    `gomx:"transpose" doc:"take Aᵀ for A"`
	RightSide bool    `gomx:"rightside" doc:"A stands at the right"`
	Lower     bool    `gomx:"lower,default=True" doc:"A is its lower triangle, else its upper one"`
	Alpha     float64 `gomx:"alpha,default=1.0" doc:"factor of B"`
}

var (
	lowerExpr = expr.MustParse("x i j -> i >= j ? x : 0")
	upperExpr = expr.MustParse("x i j -> j >= i ? x : 0")
	halfExpr  = expr.MustParse("x y -> 0.5*(x + y)")
)

func init() {
	ab := func(*TriangularParam) []string { return []string{"A", "B"} }
	Register(Op[TriangularParam]{
		Name: "_linalg_trmm", Aliases: []string{"linalg_trmm"},
		Doc:  "alpha · A·B, or alpha · B·A with rightside, with a triangle of the matrices in A",
		Args: ab, Shape: (*TriangularParam).shape,
		Forward: func(p *TriangularParam, c *Ctx, in []Value) []Value {
			return []Value{c.ReshapeLike(c.Scale(p.times(c, p.triangle(c, batch(c, in[0])), batch(c, in[1]), p.Transpose), p.Alpha), in[1])}
		},
		Backward: func(p *TriangularParam, c *Ctx, dout []Value) []Value {
			a, b, d := p.triangle(c, batch(c, c.In(0))), batch(c, c.In(1)), c.Scale(batch(c, dout[0]), p.Alpha)
			return []Value{c.ReshapeLike(p.gradient(c, d, b), c.In(0)), c.ReshapeLike(p.times(c, a, d, !p.Transpose), c.In(1))}
		},
	})
	Register(Op[TriangularParam]{
		Name: "_linalg_trsm", Aliases: []string{"linalg_trsm"},
		Doc:  "the X of A·X = alpha · B, or of X·A with rightside, with a triangle of the matrices in A",
		Args: ab, Shape: (*TriangularParam).shape,
		Forward: func(p *TriangularParam, c *Ctx, in []Value) []Value {
			inv := inverses(c, "trsm", p.triangle(c, batch(c, in[0])), false)
			c.Save(inv)
			return []Value{c.ReshapeLike(c.Scale(p.times(c, inv, batch(c, in[1]), p.Transpose), p.Alpha), in[1])}
		},
		Backward: func(p *TriangularParam, c *Ctx, dout []Value) []Value {
			d := p.times(c, c.Saved(0), batch(c, dout[0]), !p.Transpose)
			x := batch(c, c.Out(0))
			return []Value{c.ReshapeLike(c.Scale(p.gradient(c, d, x), -1), c.In(0)), c.ReshapeLike(c.Scale(d, p.Alpha), c.In(1))}
		},
	})
	Register(Op[NoParam]{
		Name: "_linalg_potrf", Aliases: []string{"linalg_potrf"},
		Doc:  "lower triangles L with A = L·Lᵀ, of all positive definite matrices in A",
		Args: matrixArg[NoParam], Shape: sameSquare,
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.ReshapeLike(cholesky(c, "potrf", batch(c, in[0])), in[0])}
		},
		// Murray, "Differentiation of the Cholesky decomposition" (2016): symmetric, as A is.
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			l := batch(c, c.Out(0))
			inv := inverses(c, "potrf", l, false)
			inner := mirrored(c, c.MatMul(l, lowerPart(c, batch(c, dout[0])), backend.TransA))
			d := c.MatMul(c.MatMul(inv, inner, backend.TransA), inv)
			return []Value{c.ReshapeLike(c.Scale(d, 0.5), c.In(0))}
		},
	})
	Register(Op[NoParam]{
		Name: "_linalg_potri", Aliases: []string{"linalg_potri"},
		Doc:  "the inverses of A·Aᵀ, of the lower triangles of all matrices in A",
		Args: matrixArg[NoParam], Shape: sameSquare,
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			inv := inverses(c, "potri", lowerPart(c, batch(c, in[0])), false)
			c.Save(inv)
			return []Value{c.ReshapeLike(c.MatMul(inv, inv, backend.TransA), in[0])}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			y, d := batch(c, c.Out(0)), batch(c, dout[0])
			d = c.MatMul(c.MatMul(y, c.Add(d, c.Transpose(d, 0, 2, 1))), c.Saved(0), backend.TransB)
			return []Value{c.ReshapeLike(c.Scale(lowerPart(c, d), -1), c.In(0))}
		},
	})
}

func (p *TriangularParam) shape(s *Shapes) {
	a, ok := squareShape(s)
	b := s.In("B")
	if !ok || b == nil {
		return
	}
	if len(b) != len(a) {
		s.Failf("A is %v and B %v, want as many axes", a, b)
		return
	}
	if !a.Known() || !b.Known() {
		return
	}
	side := len(b) - 2
	if p.RightSide {
		side++
	}
	if b[side] != a[len(a)-1] || !b[:len(b)-2].Equal(a[:len(a)-2]) {
		s.Failf("A is %v and B %v: the matrices do not fit", a, b)
		return
	}
	s.Out(b)
}

// triangle is that of all matrices in a (B,n,n) which counts.
func (p *TriangularParam) triangle(c *Ctx, a Value) Value {
	if p.Lower {
		return lowerPart(c, a)
	}
	return c.Map1(upperExpr, a, c.Reshape(c.Iota(backend.Int32, a.Shape()[1]), Shape{a.Shape()[1], 1}), c.Iota(backend.Int32, a.Shape()[1]))
}

// times is a·b, or b·a with rightside, with aᵀ for a when transpose is set.
func (p *TriangularParam) times(c *Ctx, a, b Value, transpose bool) Value {
	if p.RightSide {
		return c.MatMul(b, a, transB(transpose))
	}
	return c.MatMul(a, b, transA(transpose))
}

// gradient by A of Σ d·(A·b), or of the forms that p asks for; in the triangle only.
func (p *TriangularParam) gradient(c *Ctx, d, b Value) Value {
	if p.RightSide == p.Transpose { // A·b or b·Aᵀ
		if p.RightSide {
			return p.triangle(c, c.MatMul(d, b, backend.TransA))
		}
		return p.triangle(c, c.MatMul(d, b, backend.TransB))
	}
	if p.RightSide {
		return p.triangle(c, c.MatMul(b, d, backend.TransA))
	}
	return p.triangle(c, c.MatMul(b, d, backend.TransB))
}

func sameSquare(_ *NoParam, s *Shapes) {
	if a, ok := squareShape(s); ok && a != nil {
		s.Out(a)
	}
}

// lowerPart is the lower triangle of all matrices in x (B,m,n).
func lowerPart(c *Ctx, x Value) Value {
	m, n := x.Shape()[1], x.Shape()[2]
	return c.Map1(lowerExpr, x, c.Reshape(c.Iota(backend.Int32, m), Shape{m, 1}), c.Iota(backend.Int32, n))
}

// mirrored has the lower triangle of x (B,n,n) in both halves.
func mirrored(c *Ctx, x Value) Value {
	n := x.Shape()[1]
	i, j := c.Reshape(c.Iota(backend.Int32, n), Shape{n, 1}), c.Iota(backend.Int32, n)
	return c.Map1(mirrorExpr, x, c.Transpose(x, 0, 2, 1), i, j)
}

var mirrorExpr = expr.MustParse("x t i j -> i >= j ? x : t")
