package op

import "github.com/gomx-org/gomx/backend"

// DotParam has MXNet's names and defaults.
type DotParam struct {
	TransposeA bool `gomx:"transpose_a" doc:"lhs is stored transposed: its first axis is summed over"`
	TransposeB bool `gomx:"transpose_b" doc:"rhs is stored transposed: its last axis is summed over"`
	// All arrays are dense here.
	ForwardSType string `gomx:"forward_stype,default=None,enum=None|default" doc:"storage type of the result; taken, not needed"`
}

func init() {
	args := func(*DotParam) []string { return []string{"lhs", "rhs"} }
	Register(Op[DotParam]{
		Name: "dot",
		Doc:  "sums over the last axis of lhs and the first of rhs; of two vectors a (1,)",
		Args: args, Shape: (*DotParam).dotShape, Forward: (*DotParam).dot, Backward: (*DotParam).dotGrad,
	})
	Register(Op[DotParam]{
		Name: "batch_dot",
		Doc:  "a matrix product for each index of the axes before the last two",
		Args: args, Shape: (*DotParam).batchShape, Forward: (*DotParam).batchDot, Backward: (*DotParam).batchGrad,
	})
}

// flags says how the operands of the product are stored.
func (p *DotParam) flags() backend.MatMulFlag { return transA(p.TransposeA) | transB(p.TransposeB) }

func transA(t bool) backend.MatMulFlag {
	if t {
		return backend.TransA
	}
	return 0
}

func transB(t bool) backend.MatMulFlag {
	if t {
		return backend.TransB
	}
	return 0
}

// split cuts the shape of an operand into the axes of the result and the one summed over; first says which end that is.
func split(s Shape, first bool) (rest Shape, k int) {
	if first {
		return s[1:], s[0]
	}
	return s[:len(s)-1], s[len(s)-1]
}

func (p *DotParam) dotShape(s *Shapes) {
	a, b := s.In("lhs"), s.In("rhs")
	if len(a) == 0 || len(b) == 0 {
		return
	}
	if len(a) == 1 && len(b) == 1 {
		s.Want("rhs", a, "lhs is %v", a)
		s.Out(Shape{1})
		return
	}
	rows, k := split(a, p.TransposeA)
	cols, k2 := split(b, !p.TransposeB)
	if k != 0 && k2 != 0 && k != k2 {
		s.Failf("rhs is %v, lhs %v: the sum runs over %d elements of one and %d of the other; transpose_a and transpose_b turn them", b, a, k, k2)
		return
	}
	s.Out(append(rows.Clone(), cols...))
}

// matrix sees an operand as a matrix whose summed axis stays where it is.
func matrix(c *Ctx, x Value, first bool) Value {
	rest, k := split(x.Shape(), first)
	if first {
		return c.Reshape(x, Shape{k, rest.Size()})
	}
	return c.Reshape(x, Shape{rest.Size(), k})
}

func (p *DotParam) dot(c *Ctx, in []Value) []Value {
	y := c.MatMul(matrix(c, in[0], p.TransposeA), matrix(c, in[1], !p.TransposeB), p.flags())
	rows, _ := split(in[0].Shape(), p.TransposeA)
	cols, _ := split(in[1].Shape(), !p.TransposeB)
	out := append(rows.Clone(), cols...)
	if len(out) == 0 {
		out = Shape{1}
	}
	return []Value{c.Reshape(y, out)}
}

func (p *DotParam) dotGrad(c *Ctx, dout []Value) []Value {
	a, b := matrix(c, c.In(0), p.TransposeA), matrix(c, c.In(1), !p.TransposeB)
	rows, _ := split(c.In(0).Shape(), p.TransposeA)
	dy := c.Reshape(dout[0], Shape{rows.Size(), dout[0].Shape().Size() / max(rows.Size(), 1)})
	da, db := p.gradients(c, a, b, dy)
	return []Value{c.ReshapeLike(da, c.In(0)), c.ReshapeLike(db, c.In(1))}
}

// gradients of y = a·b, each in the form in which its operand is stored.
func (p *DotParam) gradients(c *Ctx, a, b, dy Value) (da, db Value) {
	if p.TransposeA {
		da = c.MatMul(b, dy, transA(p.TransposeB)|backend.TransB)
	} else {
		da = c.MatMul(dy, b, transB(!p.TransposeB))
	}
	if p.TransposeB {
		db = c.MatMul(dy, a, backend.TransA|transB(p.TransposeA))
	} else {
		db = c.MatMul(a, dy, transA(!p.TransposeA))
	}
	return da, db
}

func (p *DotParam) batchShape(s *Shapes) {
	a, b := s.In("lhs"), s.In("rhs")
	if a == nil || b == nil {
		return
	}
	n := len(a)
	if n < 3 || len(b) != n {
		s.Failf("lhs is %v and rhs %v, want as many axes in both, at least 3", a, b)
		return
	}
	want := append(a[:n-2].Clone(), 0, 0)
	s.Want("rhs", want, "lhs is %v", a)
	out := append(a[:n-2].Clone(), a[n-2], b[n-1])
	k, k2 := a[n-1], b[n-2]
	if p.TransposeA {
		out[n-2], k = a[n-1], a[n-2]
	}
	if p.TransposeB {
		out[n-1], k2 = b[n-2], b[n-1]
	}
	if k != 0 && k2 != 0 && k != k2 {
		s.Failf("rhs is %v, lhs %v: the sum runs over %d elements of one and %d of the other; transpose_a and transpose_b turn them", b, a, k, k2)
		return
	}
	s.Out(out)
}

// batch sees x as (everything before, rows, columns).
func batch(c *Ctx, x Value) Value {
	s := x.Shape()
	n := len(s)
	return c.Reshape(x, Shape{s[:n-2].Size(), s[n-2], s[n-1]})
}

func (p *DotParam) batchDot(c *Ctx, in []Value) []Value {
	y := c.MatMul(batch(c, in[0]), batch(c, in[1]), p.flags())
	s := in[0].Shape()
	return []Value{c.Reshape(y, append(s[:len(s)-2].Clone(), y.Shape()[1:]...))}
}

func (p *DotParam) batchGrad(c *Ctx, dout []Value) []Value {
	da, db := p.gradients(c, batch(c, c.In(0)), batch(c, c.In(1)), batch(c, dout[0]))
	return []Value{c.ReshapeLike(da, c.In(0)), c.ReshapeLike(db, c.In(1))}
}
