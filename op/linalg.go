package op

import "github.com/gomx-org/gomx/backend/expr"

// SyrkParam has MXNet's names and defaults.
type SyrkParam struct {
	Transpose bool    `gomx:"transpose" doc:"Aᵀ·A instead of A·Aᵀ"`
	Alpha     float64 `gomx:"alpha,default=1.0" doc:"factor of the product"`
}

// DiagonalParam has MXNet's names and defaults.
type DiagonalParam struct {
	Offset int `gomx:"offset" doc:"which diagonal: above the main one when positive, below when negative"`
}

var (
	logGradExpr = expr.MustParse("d x -> d/x")
	logExpr     = expr.MustParse("x -> log(x)")
)

func init() {
	Register(Op[SyrkParam]{
		Name: "_linalg_syrk", Aliases: []string{"linalg_syrk"},
		Doc:  "alpha · A·Aᵀ, of all matrices in A",
		Args: matrixArg[SyrkParam],
		Shape: func(p *SyrkParam, s *Shapes) {
			if a, ok := matrixShape(s); ok {
				n := len(a)
				side := a[n-2]
				if p.Transpose {
					side = a[n-1]
				}
				s.Out(append(a[:n-2].Clone(), side, side))
			}
		},
		Forward: func(p *SyrkParam, c *Ctx, in []Value) []Value {
			a := batch(c, in[0])
			y := c.Scale(c.MatMul(a, a, transA(p.Transpose)|transB(!p.Transpose)), p.Alpha)
			s := in[0].Shape()
			return []Value{c.Reshape(y, append(s[:len(s)-2].Clone(), y.Shape()[1:]...))}
		},
		Backward: func(p *SyrkParam, c *Ctx, dout []Value) []Value {
			a, d := batch(c, c.In(0)), batch(c, dout[0])
			d = c.Scale(c.Add(d, c.Transpose(d, 0, 2, 1)), p.Alpha) // as the result is symmetric
			if p.Transpose {
				return []Value{c.ReshapeLike(c.MatMul(a, d), c.In(0))}
			}
			return []Value{c.ReshapeLike(c.MatMul(d, a), c.In(0))}
		},
	})
	Register(Op[DiagonalParam]{
		Name: "_linalg_extractdiag", Aliases: []string{"linalg_extractdiag"},
		Doc:  "a diagonal of all square matrices in A",
		Args: matrixArg[DiagonalParam],
		Shape: func(p *DiagonalParam, s *Shapes) {
			if a, ok := squareShape(s); ok {
				n := len(a)
				if a[n-1] != 0 && abs(p.Offset) >= a[n-1] {
					s.Failf("A is %v, it has no diagonal offset=%d", a, p.Offset)
					return
				}
				s.Out(append(a[:n-2].Clone(), max(a[n-1]-abs(p.Offset), 0)))
			}
		},
		Forward: func(p *DiagonalParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			d := takeDiagonal(c, batch(c, in[0]), p.Offset)
			return []Value{c.Reshape(d, append(s[:len(s)-2].Clone(), d.Shape()[1]))}
		},
		Backward: func(p *DiagonalParam, c *Ctx, dout []Value) []Value {
			n := c.In(0).Shape()[len(c.In(0).Shape())-1]
			return []Value{c.ReshapeLike(putDiagonal(c, lastAxis(c, dout[0]), n, n, p.Offset), c.In(0))}
		},
	})
	Register(Op[DiagonalParam]{
		Name: "_linalg_makediag", Aliases: []string{"linalg_makediag"},
		Doc:  "square matrices of zeros with the vectors in A as a diagonal",
		Args: matrixArg[DiagonalParam],
		Shape: func(p *DiagonalParam, s *Shapes) {
			a := s.In("A")
			if len(a) == 0 {
				if a != nil {
					s.Failf("A is %v, want at least one axis", a)
				}
				return
			}
			last := len(a) - 1
			n := 0
			if a[last] != 0 {
				n = a[last] + abs(p.Offset)
			}
			s.Out(append(a[:last].Clone(), n, n))
		},
		Forward: func(p *DiagonalParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			n := s[len(s)-1] + abs(p.Offset)
			return []Value{c.Reshape(putDiagonal(c, lastAxis(c, in[0]), n, n, p.Offset), append(s[:len(s)-1].Clone(), n, n))}
		},
		Backward: func(p *DiagonalParam, c *Ctx, dout []Value) []Value {
			return []Value{c.ReshapeLike(takeDiagonal(c, batch(c, dout[0]), p.Offset), c.In(0))}
		},
	})
	Register(Op[NoParam]{
		Name: "_linalg_sumlogdiag", Aliases: []string{"linalg_sumlogdiag"},
		Doc:  "Σ log of the diagonal, of all square matrices in A",
		Args: matrixArg[NoParam],
		Shape: func(_ *NoParam, s *Shapes) {
			if a, ok := squareShape(s); ok {
				s.Out(atLeast1(a[:len(a)-2]))
			}
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			d := takeDiagonal(c, batch(c, in[0]), 0)
			return []Value{c.Reshape(c.Sum(c.Map1(logExpr, d), 1), atLeast1(s[:len(s)-2]))}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			a := batch(c, c.In(0))
			d := c.Map1(logGradExpr, column(c, dout[0]), takeDiagonal(c, a, 0))
			n := a.Shape()[1]
			return []Value{c.ReshapeLike(putDiagonal(c, d, n, n, 0), c.In(0))}
		},
	})
}

func matrixArg[P any](*P) []string { return []string{"A"} }

// matrixShape is the shape of A, once known, if it has rows and columns.
func matrixShape(s *Shapes) (Shape, bool) {
	a := s.In("A")
	if a != nil && len(a) < 2 {
		s.Failf("A is %v, want at least rows and columns", a)
	}
	return a, len(a) >= 2
}

func squareShape(s *Shapes) (Shape, bool) {
	a, ok := matrixShape(s)
	if n := len(a); ok && a[n-2] != a[n-1] && a[n-1] != 0 && a[n-2] != 0 {
		s.Failf("A is %v, want as many rows as columns", a)
		return nil, false
	}
	return a, ok
}

// atLeast1 is s, or (1,) in place of a scalar, as in MXNet.
func atLeast1(s Shape) Shape {
	if len(s) == 0 {
		return Shape{1}
	}
	return s.Clone()
}

// lastAxis sees x as (everything before, last axis).
func lastAxis(c *Ctx, x Value) Value {
	s := x.Shape()
	n := s[len(s)-1]
	return c.Reshape(x, Shape{s.Size() / n, n})
}
