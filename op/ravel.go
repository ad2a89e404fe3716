package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// RavelParam has MXNet's names.
type RavelParam struct {
	Shape []int `gomx:"shape,pos" doc:"the shape of the array that the indices are of; its first dimension is not needed and may be -1"`
}

var (
	ravelExpr   = expr.MustParse("sum i n -> sum*n + i")
	unravelExpr = expr.MustParse("i after n -> mod(floor(i/after), n)")
	leadingExpr = expr.MustParse("i after -> floor(i/after)")
)

func init() {
	Register(Op[RavelParam]{
		Name: "_ravel_multi_index", Aliases: []string{"ravel_multi_index"},
		Doc: "numbers of elements in C order, from their indices: data (axes, n…) holds those along an axis in each row",
		Shape: func(p *RavelParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) == 0 || data[0] != 0 && data[0] != len(p.Shape) {
				s.Failf("data is %v, want %d first: shape is %v", data, len(p.Shape), Shape(p.Shape))
				return
			}
			s.Out(atLeast1(data[1:]))
		},
		Forward: func(p *RavelParam, c *Ctx, in []Value) []Value {
			t := in[0].DType()
			x := c.Cast(in[0], exactIndex(t))
			sum := c.SliceAxis(x, 0, 0, 1)
			for i, n := range p.Shape[1:] {
				sum = c.Map1(ravelExpr, sum, c.SliceAxis(x, 0, i+1, 1), c.Scalar(x.DType(), float64(n)))
			}
			return []Value{c.Cast(c.Reshape(sum, atLeast1(in[0].Shape()[1:])), t)}
		},
		NoGrad: []string{"data"},
	})
	Register(Op[RavelParam]{
		Name: "_unravel_index", Aliases: []string{"unravel_index"},
		Doc: "indices (axes, n…) of elements, from their numbers in C order",
		Shape: func(p *RavelParam, s *Shapes) {
			if data := s.In("data"); data != nil {
				s.Out(slices.Concat(Shape{len(p.Shape)}, data))
			}
		},
		Forward: func(p *RavelParam, c *Ctx, in []Value) []Value {
			t := in[0].DType()
			x := c.Cast(in[0], exactIndex(t))
			x = c.Reshape(x, slices.Concat(Shape{1}, x.Shape()))
			rows, after := make([]Value, len(p.Shape)), 1
			for i := len(p.Shape) - 1; i >= 0; i-- {
				args := []Value{x, c.Scalar(x.DType(), float64(after))}
				if i > 0 {
					rows[i] = c.Map1(unravelExpr, append(args, c.Scalar(x.DType(), float64(p.Shape[i])))...)
					after *= p.Shape[i]
				} else {
					rows[0] = c.Map1(leadingExpr, args...)
				}
			}
			return []Value{c.Cast(c.Concat(0, rows...), t)}
		},
		NoGrad: []string{"data"},
	})
}

// exactIndex is a type that holds the indices that are of type t, and their sums.
func exactIndex(t DType) DType {
	if t.IsFloat() {
		return backend.Float64
	}
	return backend.Int64
}
