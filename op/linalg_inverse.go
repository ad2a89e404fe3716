package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

var (
	detExpr     = expr.MustParse("sign l -> sign == 0 ? 0 : sign*exp(l)")
	eigengapsOf = expr.MustParse("x a b i j -> i == j ? 0 : x/(max(abs(a - b), 1e-12)*(a >= b ? 1 : -1))")
)

func init() {
	Register(Op[NoParam]{
		Name: "_linalg_inverse", Aliases: []string{"linalg_inverse"},
		Doc:  "the inverses of all square matrices in A",
		Args: matrixArg[NoParam], Shape: sameSquare,
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.ReshapeLike(inverses(c, "inverse", batch(c, in[0]), false), in[0])}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			y := batch(c, c.Out(0))
			d := c.MatMul(c.MatMul(y, batch(c, dout[0]), backend.TransA), y, backend.TransB)
			return []Value{c.ReshapeLike(c.Scale(d, -1), c.In(0))}
		},
	})
	two := func(*NoParam) int { return 2 } // MXNet keeps the factors
	perMatrix := func(s *Shapes) (Shape, bool) {
		a, ok := squareShape(s)
		if !ok {
			return nil, false
		}
		return atLeast1(a[:len(a)-2]), true
	}
	// byMatrix is the gradient of log |det| times d (B): Aᵀ's inverse.
	byMatrix := func(c *Ctx, name string, d Value) Value {
		inv := inverses(c, name, batch(c, c.In(0)), true)
		return c.ReshapeLike(c.Mul(c.Transpose(inv, 0, 2, 1), c.Reshape(d, Shape{inv.Shape()[0], 1, 1})), c.In(0))
	}
	Register(Op[NoParam]{
		Name: "_linalg_det", Aliases: []string{"linalg_det"},
		Doc:  "the determinants of all square matrices in A",
		Args: matrixArg[NoParam], Hidden: two,
		Shape: func(_ *NoParam, s *Shapes) {
			if out, ok := perMatrix(s); ok {
				s.Out(out)
			}
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			sign, logAbs := determinants(c, "det", batch(c, in[0]))
			s := in[0].Shape()
			return []Value{c.Reshape(c.Map1(detExpr, sign, logAbs), atLeast1(s[:len(s)-2]))}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			return []Value{byMatrix(c, "det", c.Mul(dout[0], c.Out(0)))}
		},
	})
	Register(Op[NoParam]{
		Name: "_linalg_slogdet", Aliases: []string{"linalg_slogdet"},
		Doc:  "the signs of the determinants of all square matrices in A, and the logarithms of their magnitudes",
		Args: matrixArg[NoParam], Hidden: two,
		Outputs: func(*NoParam) []string { return []string{"output0", "output1"} },
		Shape: func(_ *NoParam, s *Shapes) {
			if out, ok := perMatrix(s); ok {
				s.Out(out)
				s.SetOut(1, out)
			}
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			sign, logAbs := determinants(c, "slogdet", batch(c, in[0]))
			s := in[0].Shape()
			out := atLeast1(s[:len(s)-2])
			return []Value{c.Reshape(sign, out), c.Reshape(logAbs, out)}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value { return []Value{byMatrix(c, "slogdet", dout[1])} },
	})
	// The gradients of both are those of Seeger et al., "Auto-differentiating linear algebra" (2017).
	Register(Op[NoParam]{
		Name: "_linalg_gelqf", Aliases: []string{"linalg_gelqf"},
		Doc:     "Q with orthonormal rows and lower triangles L with A = L·Q, of all matrices in A with at least as many columns as rows",
		Args:    matrixArg[NoParam],
		Outputs: func(*NoParam) []string { return []string{"output0", "output1"} },
		Shape: func(_ *NoParam, s *Shapes) {
			a, ok := matrixShape(s)
			if !ok {
				return
			}
			n := len(a)
			if a[n-1] != 0 && a[n-2] > a[n-1] {
				s.Failf("A is %v, want at least as many columns as rows", a)
				return
			}
			s.Out(a)
			s.SetOut(1, slices.Concat(a[:n-1], a[n-2:n-1]))
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			q, l := lq(c, "gelqf", batch(c, in[0]))
			s := in[0].Shape()
			n := len(s)
			return []Value{c.Reshape(q, s), c.Reshape(l, slices.Concat(s[:n-1], s[n-2:n-1]))}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			q, l, dq, dl := batch(c, c.Out(0)), batch(c, c.Out(1)), batch(c, dout[0]), batch(c, dout[1])
			m := c.Sub(c.MatMul(l, lowerPart(c, dl), backend.TransA), c.MatMul(dq, q, backend.TransB))
			d := c.Add(dq, c.MatMul(mirrored(c, m), q))
			return []Value{c.ReshapeLike(c.MatMul(inverses(c, "gelqf", l, false), d, backend.TransA), c.In(0))}
		},
	})
	Register(Op[NoParam]{
		Name: "_linalg_syevd", Aliases: []string{"linalg_syevd"},
		Doc:     "the eigenvectors of all symmetric matrices in A, as rows, and their eigenvalues, the smallest first",
		Args:    matrixArg[NoParam],
		Outputs: func(*NoParam) []string { return []string{"output0", "output1"} },
		Shape: func(_ *NoParam, s *Shapes) {
			if a, ok := squareShape(s); ok {
				s.Out(a)
				s.SetOut(1, a[:len(a)-1])
			}
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			u, values := eigen(c, "syevd", batch(c, in[0]))
			s := in[0].Shape()
			return []Value{c.Reshape(u, s), c.Reshape(values, s[:len(s)-1])}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			u, l := batch(c, c.Out(0)), lastAxis(c, c.Out(1))
			b, n := u.Shape()[0], u.Shape()[1]
			x := c.MatMul(batch(c, dout[0]), u, backend.TransB)
			i, j := c.Reshape(c.Iota(backend.Int32, n), Shape{n, 1}), c.Iota(backend.Int32, n)
			x = c.Map1(eigengapsOf, x, c.Reshape(l, Shape{b, n, 1}), c.Reshape(l, Shape{b, 1, n}), i, j)
			x = c.Add(c.Map1(halfExpr, x, c.Transpose(x, 0, 2, 1)), putDiagonal(c, lastAxis(c, dout[1]), n, n, 0))
			return []Value{c.ReshapeLike(c.MatMul(c.MatMul(u, x, backend.TransA), u), c.In(0))}
		},
	})
}
