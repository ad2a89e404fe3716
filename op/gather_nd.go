package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// ScatterNDParam has MXNet's names.
type ScatterNDParam struct {
	Shape []int `gomx:"shape,pos,min=1" doc:"the shape of the result"`
}

// Of n rows of an axis the one numbered i, from the end when negative; rows of the axes before count n each.
var rowExpr = expr.MustParse("before i n -> t = trunc(i); before*n + min(max(t < 0 ? t + n : t, 0), n - 1)")

func init() {
	args := func() []string { return []string{"data", "indices"} }
	Register(Op[NoParam]{
		Name: "gather_nd", Doc: "elements or slices of data: out[k…] = data[indices[0, k…], indices[1, k…] …]",
		Args: func(*NoParam) []string { return args() },
		Shape: func(_ *NoParam, s *Shapes) {
			data, indices := s.In("data"), s.In("indices")
			if data == nil || indices == nil || len(indices) > 0 && indices[0] == 0 {
				return
			}
			if len(indices) < 2 || indices[0] > len(data) {
				s.Failf("indices is %v, want (M,…) with at least two axes, and M at most %d: data is %v", indices, len(data), data)
				return
			}
			s.Out(slices.Concat(indices[1:], data[indices[0]:]))
		},
		Type: func(_ *NoParam, t *Types) { sameAs(t, 0) },
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			rows, table := rowNumbers(c, in[1], s)
			return []Value{c.Reshape(c.Gather(c.Reshape(in[0], table), rows, 0, false), outOf(in[1], s))}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			return []Value{scatter(c, dout[0], c.In(1), c.In(0).Shape()), {}}
		},
		NoGrad: []string{"indices"},
	})
	Register(Op[ScatterNDParam]{
		Name: "scatter_nd", Doc: "zeros, but out[indices[0, k…], indices[1, k…] …] = data[k…]; data for one place add up",
		Args: func(*ScatterNDParam) []string { return args() },
		Shape: func(p *ScatterNDParam, s *Shapes) {
			s.Out(p.Shape)
			indices := s.In("indices")
			if indices == nil || len(indices) > 0 && indices[0] == 0 {
				return
			}
			if len(indices) < 2 || indices[0] > len(p.Shape) {
				s.Failf("indices is %v, want (M,…) with at least two axes, and M at most %d: shape is %v", indices, len(p.Shape), Shape(p.Shape))
				return
			}
			s.Want("data", slices.Concat(indices[1:], Shape(p.Shape[indices[0]:])), "indices is %v", indices)
		},
		Type: func(_ *ScatterNDParam, t *Types) { sameAs(t, 0) },
		Forward: func(p *ScatterNDParam, c *Ctx, in []Value) []Value {
			return []Value{scatter(c, in[0], in[1], p.Shape)}
		},
		Backward: func(p *ScatterNDParam, c *Ctx, dout []Value) []Value {
			rows, table := rowNumbers(c, c.In(1), p.Shape)
			return []Value{c.ReshapeLike(c.Gather(c.Reshape(dout[0], table), rows, 0, false), c.In(0)), {}}
		},
		NoGrad: []string{"indices"},
	})
}

// rowNumbers turns indices (M,K…) into numbers of rows, of the shape (K…), in table: s with its first M axes as one.
func rowNumbers(c *Ctx, indices Value, s Shape) (rows Value, table Shape) {
	m, k := indices.Shape()[0], indices.Shape()[1:]
	rows = c.Scalar(backend.Int64, 0)
	for axis, n := range s[:m] {
		i := c.Reshape(c.SliceAxis(indices, 0, axis, 1), k)
		rows = c.MapAs(backend.Int64, rowExpr, rows, i, c.Scalar(backend.Int64, float64(n)))
	}
	return rows, Shape{s[:m].Size(), s[m:].Size()}
}

// outOf is the shape of what indices take of s.
func outOf(indices Value, s Shape) Shape {
	i := indices.Shape()
	return slices.Concat(i[1:], s[i[0]:])
}

// scatter adds x into zeros of shape s.
func scatter(c *Ctx, x, indices Value, s Shape) Value {
	rows, table := rowNumbers(c, indices, s)
	taken := append(rows.Shape().Clone(), table[1])
	return c.Reshape(c.ScatterAdd(c.Reshape(x, taken), rows, table, 0, false), s)
}
