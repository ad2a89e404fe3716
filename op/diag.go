package op

import "github.com/gomx-org/gomx/backend"

// DiagParam has MXNet's names and defaults.
type DiagParam struct {
	K     int `gomx:"k" doc:"which diagonal: above the main one when positive, below when negative"`
	Axis1 int `gomx:"axis1" doc:"the rows"`
	Axis2 int `gomx:"axis2,default=1" doc:"the columns"`
}

func init() {
	Register(Op[DiagParam]{
		Name: "diag", Doc: "the diagonal of matrices, along a new last axis; of a vector the matrix that has it as diagonal",
		Shape:    (*DiagParam).shape,
		Forward:  (*DiagParam).forward,
		Backward: (*DiagParam).backward,
	})
}

// diagonal says where the k-th diagonal of an (m,n) matrix begins among its elements and how many it has; the next one
// stands n+1 further.
func diagonal(m, n, k int) (begin, length int) {
	if k >= 0 {
		return k, min(m, n-k)
	}
	return -k * n, min(m+k, n)
}

// takeDiagonal gives the k-th diagonals of (B,m,n) as (B,length).
func takeDiagonal(c *Ctx, x Value, k int) Value {
	s := x.Shape()
	begin, length := diagonal(s[1], s[2], k)
	return c.Slice(c.Reshape(x, Shape{s[0], s[1] * s[2]}), Shape{s[0], length}, []int{0, begin}, []int{1, s[2] + 1})
}

// putDiagonal gives matrices (B,m,n) of zeros but for the k-th diagonals v, (B,length).
func putDiagonal(c *Ctx, v Value, m, n, k int) Value {
	begin, _ := diagonal(m, n, k)
	d := spread(c, v, 1, n+1)
	after := m*n - begin - d.Shape()[1]
	return c.Reshape(c.Pad(d, backend.PadConstant, []int{0, begin}, []int{0, after}, 0), Shape{v.Shape()[0], m, n})
}

// order brings the rows and columns to the end: the axes of data, then its shape in that order.
func (p *DiagParam) order(s Shape) (axes []int, moved Shape, ok bool) {
	i, ok := s.Axis(p.Axis1)
	j, ok2 := s.Axis(p.Axis2)
	if !ok || !ok2 || i == j {
		return nil, nil, false
	}
	for a := range s {
		if a != i && a != j {
			axes = append(axes, a)
		}
	}
	axes = append(axes, i, j)
	return axes, permute(s, axes), true
}

func abs(n int) int { return max(n, -n) }

func (p *DiagParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	if len(data) == 1 {
		n := 0
		if data[0] != 0 {
			n = data[0] + abs(p.K)
		}
		s.Out(Shape{n, n})
		return
	}
	_, moved, ok := p.order(data)
	if !ok {
		s.Failf("data is %v, it has no rows and columns at axis1=%d and axis2=%d", data, p.Axis1, p.Axis2)
		return
	}
	last := len(moved) - 2
	if !moved[last:].Known() {
		s.Out(append(moved[:last], 0))
		return
	}
	_, length := diagonal(moved[last], moved[last+1], p.K)
	if length <= 0 {
		s.Failf("data is %v, it has no diagonal k=%d", data, p.K)
		return
	}
	s.Out(append(moved[:last], length))
}

func (p *DiagParam) forward(c *Ctx, in []Value) []Value {
	s := in[0].Shape()
	if len(s) == 1 {
		n := s[0] + abs(p.K)
		return []Value{c.Reshape(putDiagonal(c, c.Reshape(in[0], Shape{1, s[0]}), n, n, p.K), Shape{n, n})}
	}
	axes, moved, _ := p.order(s)
	d := takeDiagonal(c, batch(c, c.Transpose(in[0], axes...)), p.K)
	return []Value{c.Reshape(d, append(moved[:len(moved)-2], d.Shape()[1]))}
}

func (p *DiagParam) backward(c *Ctx, dout []Value) []Value {
	s, d := c.In(0).Shape(), dout[0]
	if len(s) == 1 {
		return []Value{c.Reshape(takeDiagonal(c, batch(c, d), p.K), s)}
	}
	axes, moved, _ := p.order(s)
	length := d.Shape()[len(d.Shape())-1]
	m, n := moved[len(moved)-2], moved[len(moved)-1]
	d = putDiagonal(c, c.Reshape(d, Shape{d.Shape().Size() / length, length}), m, n, p.K)
	return []Value{c.Transpose(c.Reshape(d, moved), inverse(axes)...)}
}
