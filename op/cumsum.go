package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// CumsumParam has MXNet's names and defaults.
type CumsumParam struct {
	Axis  *int   `gomx:"axis" doc:"the axis to sum along; None: of all elements in C order"`
	DType *DType `gomx:"dtype" doc:"element type of the sums; that of a when not given"`
}

func init() {
	Register(Op[CumsumParam]{
		Name: "_np_cumsum", Aliases: []string{"cumsum"}, Doc: "sums of a along an axis, from the first element to each",
		Args: func(*CumsumParam) []string { return []string{"a"} },
		Shape: func(p *CumsumParam, s *Shapes) {
			a := s.In("a")
			switch {
			case a == nil:
			case p.Axis == nil && a.Known():
				s.Out(Shape{a.Size()})
			case p.Axis != nil:
				if _, ok := a.Axis(*p.Axis); !ok {
					s.Failf("a is %v, it has no axis %d", a, *p.Axis)
					return
				}
				s.Out(a)
			}
		},
		Type: func(p *CumsumParam, t *Types) {
			if p.DType == nil {
				sameAs(t, 0)
				return
			}
			t.WantOut(0, *p.DType)
		},
		Forward: func(p *CumsumParam, c *Ctx, in []Value) []Value {
			x, t := in[0], in[0].DType()
			if p.DType != nil {
				t = *p.DType
			}
			axis := 0
			if p.Axis == nil {
				x = c.Reshape(x, Shape{x.Shape().Size()})
			} else {
				axis, _ = x.Shape().Axis(*p.Axis)
			}
			return []Value{c.Cast(sumsAlong(c, c.Cast(x, wide(t)), axis, false), t)}
		},
		Backward: func(p *CumsumParam, c *Ctx, dout []Value) []Value {
			d, axis := dout[0], 0
			if p.Axis != nil {
				axis, _ = d.Shape().Axis(*p.Axis)
			}
			d = sumsAlong(c, c.Cast(d, wide(d.DType())), axis, true)
			return []Value{c.Reshape(c.Cast(d, c.In(0).DType()), c.In(0).Shape())}
		},
	})
}

// sumsAlong gives to each element the sum of those up to it, or with fromEnd of those from it on: log₂ n times it adds what
// stands twice as far away as the time before (Hillis and Steele 1986).
func sumsAlong(c *Ctx, x Value, axis int, fromEnd bool) Value {
	n, none := x.Shape()[axis], make([]int, len(x.Shape()))
	for away := 1; away < n; away *= 2 {
		border := slices.Clone(none)
		border[axis] = away
		if fromEnd {
			x = c.Add(x, c.Pad(c.SliceAxis(x, axis, away, n-away), backend.PadConstant, none, border, 0))
		} else {
			x = c.Add(x, c.Pad(c.SliceAxis(x, axis, 0, n-away), backend.PadConstant, border, none, 0))
		}
	}
	return x
}
