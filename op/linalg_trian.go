package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// TrianParam has MXNet's names and defaults.
type TrianParam struct {
	Offset int  `gomx:"offset" doc:"the diagonal that bounds the triangle: above the main one when positive, below when negative"`
	Lower  bool `gomx:"lower,default=True" doc:"with offset 0, the triangle is the lower one, else the upper one"`
}

func init() {
	Register(Op[TrianParam]{
		Name: "_linalg_extracttrian", Aliases: []string{"linalg_extracttrian"},
		Doc:  "a triangle of all square matrices in A as vectors: the rows of a lower one, the columns of an upper one",
		Args: matrixArg[TrianParam],
		Shape: func(p *TrianParam, s *Shapes) {
			a, ok := squareShape(s)
			if !ok || !a.Known() {
				return
			}
			n := a[len(a)-1]
			if abs(p.Offset) >= n {
				s.Failf("A is %v, it has no diagonal offset=%d", a, p.Offset)
				return
			}
			s.Out(append(a[:len(a)-2].Clone(), triangleSize(n-abs(p.Offset))))
		},
		Forward: func(p *TrianParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			v := p.take(c, in[0])
			return []Value{c.Reshape(v, append(s[:len(s)-2].Clone(), v.Shape()[1]))}
		},
		Backward: func(p *TrianParam, c *Ctx, dout []Value) []Value {
			s := c.In(0).Shape()
			return []Value{c.ReshapeLike(p.put(c, lastAxis(c, dout[0]), s[len(s)-1]), c.In(0))}
		},
	})
	Register(Op[TrianParam]{
		Name: "_linalg_maketrian", Aliases: []string{"linalg_maketrian"},
		Doc:  "square matrices of zeros but for a triangle: a lower one has the vectors in A as its rows, an upper one as its columns",
		Args: matrixArg[TrianParam],
		Shape: func(p *TrianParam, s *Shapes) {
			a := s.In("A")
			if a == nil {
				return
			}
			if len(a) == 0 {
				s.Failf("A is %v, want at least one axis", a)
				return
			}
			last := len(a) - 1
			n, ok := p.side(a[last])
			if !ok {
				s.Failf("A is %v, want 1, 3, 6, 10 … numbers in the last axis: a triangle has so many", a)
				return
			}
			s.Out(append(a[:last].Clone(), n, n))
		},
		Forward: func(p *TrianParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			n, _ := p.side(s[len(s)-1])
			return []Value{c.Reshape(p.put(c, lastAxis(c, in[0]), n), slices.Concat(s[:len(s)-1], Shape{n, n}))}
		},
		Backward: func(p *TrianParam, c *Ctx, dout []Value) []Value {
			return []Value{c.ReshapeLike(p.take(c, dout[0]), c.In(0))}
		},
	})
}

// triangleSize is how many elements a triangle of n rows has.
func triangleSize(n int) int { return n * (n + 1) / 2 }

// side is the number of rows of the matrix whose triangle has so many elements; 0 of an unknown number.
func (p *TrianParam) side(elements int) (n int, ok bool) {
	rows := 0
	for triangleSize(rows) < elements {
		rows++
	}
	if rows == 0 {
		return 0, true
	}
	return rows + abs(p.Offset), triangleSize(rows) == elements
}

// places are the positions of the triangle's elements in an n×n matrix: the rows of a lower one, the columns of an upper one.
func (p *TrianParam) places(c *Ctx, n int) Value {
	lower := p.Offset < 0 || p.Offset == 0 && p.Lower
	var at []float64
	for i := range n {
		for j := range i - abs(p.Offset) + 1 {
			if lower {
				at = append(at, float64(i*n+j))
			} else {
				at = append(at, float64(j*n+i))
			}
		}
	}
	return c.Const(Shape{len(at)}, backend.Int64, at...)
}

// take gives the triangles of the matrices in x as (B,elements).
func (p *TrianParam) take(c *Ctx, x Value) Value {
	a := batch(c, x)
	b, n := a.Shape()[0], a.Shape()[1]
	return c.Gather(c.Reshape(a, Shape{b, n * n}), p.places(c, n), 1, false)
}

// put gives matrices (B,n,n) with the vectors in v as triangles.
func (p *TrianParam) put(c *Ctx, v Value, n int) Value {
	b := v.Shape()[0]
	return c.Reshape(c.ScatterAdd(v, p.places(c, n), Shape{b, n * n}, 1, false), Shape{b, n, n})
}
