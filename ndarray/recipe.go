package ndarray

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/with"
)

// recipe is a function of this package that is no operator of MXNet's symbols, as the lowering of a call.
type recipe struct {
	out   outInfo
	build func(c *calc, in []backend.Value) backend.Value
}

func (r *recipe) infer([]*NDArray) ([]outInfo, error) { return []outInfo{r.out}, nil }

func (r *recipe) lower(c *calc, in []backend.Value) []backend.Value {
	return []backend.Value{r.build(c, in)}
}

// cook runs a recipe; detail is what its plan depends on beside name and inputs.
func cook(name, detail string, r recipe, numbers map[string]float64, in ...*NDArray) *NDArray {
	return in[0].place().cook(name, detail, r, numbers, in...)
}

func (h *home) cook(name, detail string, r recipe, numbers map[string]float64, in ...*NDArray) *NDArray {
	c := call{op: name, home: h, what: "nd." + name + detail, in: in, numbers: numbers}
	out, err := c.one(&r)
	if err != nil {
		panic(wrap(name, err))
	}
	return out
}

// Concatenate joins arrays along an axis; they have the same shape beside it.
func Concatenate(arrays []*NDArray, axis int) *NDArray { return Concat(arrays, with.Dim(axis)) }

var (
	chooseExpr = expr.MustParse("m i k -> i == k ? m : 0")
	fillExpr   = expr.MustParse("m v i k -> i == k ? v : m")
)

// columns is 0, 1 … n−1 as a row, and column x as (N,1).
func columns(c *calc, n int, x ...backend.Value) []backend.Value {
	out := make([]backend.Value, 0, len(x)+1)
	for _, v := range x {
		out = append(out, c.Reshape(v, Shape{v.Shape()[0], 1}))
	}
	return append(out, c.Reshape(c.Iota(backend.Int32, n), Shape{1, n}))
}

// wantRows checks that each of the arrays has one number per row of the matrix m.
func wantRows(op string, m *NDArray, arrays ...*NDArray) {
	if m.NDim() != 2 {
		fail(op, "the matrix is %v, want two axes", m.Shape())
	}
	for _, a := range arrays {
		if !a.Shape().Equal(m.Shape()[:1]) {
			fail(op, "%v numbers for the rows of %v, want %v", a.Shape(), m.Shape(), m.Shape()[:1])
		}
	}
}

// OnehotEncode overwrites row i of out with zeros and a 1 in column indices[i], and gives out back.
func OnehotEncode(indices, out *NDArray) *NDArray {
	wantRows("OnehotEncode", out, indices)
	hot := OneHot(indices, out.shape[1])
	defer hot.Close()
	out.Set(hot)
	return out
}

// ChooseElement0Index is the vector of m[i, indices[i]]; 0 where there is no such column.
func ChooseElement0Index(m, indices *NDArray) *NDArray {
	wantRows("ChooseElement0Index", m, indices)
	return cook("ChooseElement0Index", "", recipe{outInfo{m.shape[:1].Clone(), m.dtype}, func(c *calc, in []backend.Value) backend.Value {
		x := append(in[:1:1], columns(c, in[0].Shape()[1], in[1])...)
		return c.Sum(c.MapAs(in[0].DType(), chooseExpr, x...), 1)
	}}, nil, m, indices)
}

// FillElement0Index is a copy of m with m[i, indices[i]] = values[i].
func FillElement0Index(m, values, indices *NDArray) *NDArray {
	wantRows("FillElement0Index", m, values, indices)
	return cook("FillElement0Index", "", recipe{outInfo{m.shape.Clone(), m.dtype}, func(c *calc, in []backend.Value) backend.Value {
		x := append(in[:1:1], columns(c, in[0].Shape()[1], in[1], in[2])...)
		return c.MapAs(in[0].DType(), fillExpr, x...)
	}}, nil, m, values, indices)
}
