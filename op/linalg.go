package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend/expr"
)

// Gemm2Param has MXNet's names and defaults.
type Gemm2Param struct {
	TransposeA bool    `gomx:"transpose_a" doc:"A is stored transposed"`
	TransposeB bool    `gomx:"transpose_b" doc:"B is stored transposed"`
	Alpha      float64 `gomx:"alpha,default=1.0" doc:"factor of the product"`
	Axis       int     `gomx:"axis,default=-2" doc:"the axis of the rows; the columns are the last"`
}

// GemmParam has MXNet's names and defaults.
type GemmParam struct {
	TransposeA bool    `gomx:"transpose_a" doc:"A is stored transposed"`
	TransposeB bool    `gomx:"transpose_b" doc:"B is stored transposed"`
	Alpha      float64 `gomx:"alpha,default=1.0" doc:"factor of the product"`
	Beta       float64 `gomx:"beta,default=1.0" doc:"factor of C"`
	Axis       int     `gomx:"axis,default=-2" doc:"the axis of the rows; the columns are the last"`
}

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
	sumScaledExpr = expr.MustParse("x y b -> x + b*y")
	logGradExpr   = expr.MustParse("d x -> d/x")
	logExpr       = expr.MustParse("x -> log(x)")
)

func init() {
	Register(Op[Gemm2Param]{
		Name: "_linalg_gemm2", Aliases: []string{"linalg_gemm2"},
		Doc:   "alpha · A·B, of all matrices in A and B",
		Args:  func(*Gemm2Param) []string { return []string{"A", "B"} },
		Shape: func(p *Gemm2Param, s *Shapes) { p.shape(s) },
		Forward: func(p *Gemm2Param, c *Ctx, in []Value) []Value {
			return []Value{p.product(c, in[0], in[1])}
		},
		Backward: func(p *Gemm2Param, c *Ctx, dout []Value) []Value { return p.gradients(c, dout[0]) },
	})
	Register(Op[GemmParam]{
		Name: "_linalg_gemm", Aliases: []string{"linalg_gemm"},
		Doc:  "alpha · A·B + beta · C, of all matrices in A, B and C",
		Args: func(*GemmParam) []string { return []string{"A", "B", "C"} },
		Shape: func(p *GemmParam, s *Shapes) {
			p.gemm2().shape(s)
			if out := s.OutAt(0); out != nil {
				s.Want("C", out, "A is %v and B %v", s.In("A"), s.In("B"))
			}
		},
		Forward: func(p *GemmParam, c *Ctx, in []Value) []Value {
			ab := p.gemm2().product(c, in[0], in[1])
			return []Value{c.Map1(sumScaledExpr, ab, in[2], c.Scalar(ab.DType(), p.Beta))}
		},
		Backward: func(p *GemmParam, c *Ctx, dout []Value) []Value {
			return append(p.gemm2().gradients(c, dout[0]), c.Scale(dout[0], p.Beta))
		},
	})
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

func (p *GemmParam) gemm2() *Gemm2Param {
	return &Gemm2Param{TransposeA: p.TransposeA, TransposeB: p.TransposeB, Alpha: p.Alpha, Axis: p.Axis}
}

func (p *Gemm2Param) dot() *DotParam {
	return &DotParam{TransposeA: p.TransposeA, TransposeB: p.TransposeB}
}

// swapped exchanges the axis of the rows with the last but one.
func (p *Gemm2Param) swapped(s Shape) Shape {
	axis, _ := s.Axis(p.Axis)
	out := s.Clone()
	out[axis], out[len(s)-2] = out[len(s)-2], out[axis]
	return out
}

func (p *Gemm2Param) swap(c *Ctx, x Value) Value {
	n := len(x.Shape())
	axis, _ := x.Shape().Axis(p.Axis)
	if axis == n-2 {
		return x
	}
	order := c.Axes(x.Shape())
	order[axis], order[n-2] = n-2, axis
	return c.Transpose(x, order...)
}

func (p *Gemm2Param) shape(s *Shapes) {
	a, b := s.In("A"), s.In("B")
	if a == nil || b == nil {
		return
	}
	n := len(a)
	axis, ok := a.Axis(p.Axis)
	if n < 2 || len(b) != n || !ok || axis == n-1 {
		s.Failf("A is %v and B %v, want as many axes in both, the columns last and the rows at axis=%d", a, b, p.Axis)
		return
	}
	a, b = p.swapped(a), p.swapped(b)
	for i := range n - 2 {
		if a[i] != 0 && b[i] != 0 && a[i] != b[i] {
			s.Failf("A is %v and B %v, want the same number of matrices in both", s.In("A"), s.In("B"))
			return
		}
	}
	rows, k := a[n-2], a[n-1]
	if p.TransposeA {
		rows, k = k, rows
	}
	k2, cols := b[n-2], b[n-1]
	if p.TransposeB {
		k2, cols = cols, k2
	}
	if k != 0 && k2 != 0 && k != k2 {
		s.Failf("A is %v and B %v: the sum runs over %d elements of one and %d of the other; transpose_a and transpose_b turn them", s.In("A"), s.In("B"), k, k2)
		return
	}
	out := append(slices.Clone(a[:n-2]), rows, cols)
	for i := range n - 2 {
		out[i] = max(a[i], b[i])
	}
	s.Out(p.swapped(out))
}

func (p *Gemm2Param) product(c *Ctx, a, b Value) Value {
	a, b = p.swap(c, a), p.swap(c, b)
	y := c.MatMul(batch(c, a), batch(c, b), p.dot().flags())
	s := a.Shape()
	y = c.Reshape(c.Scale(y, p.Alpha), append(s[:len(s)-2].Clone(), y.Shape()[1:]...))
	return p.swap(c, y)
}

func (p *Gemm2Param) gradients(c *Ctx, dout Value) []Value {
	a, b := p.swap(c, c.In(0)), p.swap(c, c.In(1))
	d := batch(c, c.Scale(p.swap(c, dout), p.Alpha))
	da, db := p.dot().gradients(c, batch(c, a), batch(c, b), d)
	return []Value{p.swap(c, c.ReshapeLike(da, a)), p.swap(c, c.ReshapeLike(db, b))}
}
