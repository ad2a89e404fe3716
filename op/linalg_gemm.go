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

var sumScaledExpr = expr.MustParse("x y b -> x + b*y")

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
