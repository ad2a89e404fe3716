package backendtest

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// sortRows order what has ties, along rows round the blocks of 2048 elements that GPUs sort at once and merge.
func sortRows() []Row {
	var rows []Row
	sort := func(name string, types []backend.DType, s shape, axis int, f Fill) {
		for _, descend := range []bool{false, true} {
			rows = append(rows, Row{Name: fmt.Sprintf("Sort %s descend %v", name, descend), Exact: true, Types: types, Build: func(c *Case) {
				values, order := c.Sort(c.In("x", s, f), axis, descend)
				c.Out("values", values)
				c.Out("order", order)
			}})
		}
	}
	for _, n := range edges {
		sort(fmt.Sprintf("%d of small numbers", n), allTypes, shape{5, n}, 1, Small)
	}
	for _, k := range []struct {
		s    shape
		axis int
	}{
		{shape{1}, 0}, {shape{33, 17}, 0}, {shape{3, 40, 5}, 1}, {shape{300, 3, 2}, 0}, {shape{2100, 2}, 0}, {shape{0, 3}, 1}, {shape{3, 0}, 1},
		{shape{2, 2047}, 1}, {shape{2048}, 0}, {shape{2, 2049}, 1}, {shape{2, 4096}, 1}, {shape{2, 1, 5003}, 2}, {shape{9001}, 0}, {shape{700, 9}, 1},
	} {
		sort(fmt.Sprintf("%v %d", k.s, k.axis), []backend.DType{backend.Float32, backend.Float64, backend.Int32}, k.s, k.axis, Between(-1000, 1000))
		sort(fmt.Sprintf("%v %d of small numbers", k.s, k.axis), nil, k.s, k.axis, Small)
	}
	sort("NaN and infinite", floatTypes, shape{3, 16}, 1, Values(1, nan, inf(1), -1, math.Copysign(0, -1), 0, inf(-1), nan, 2.5, 1e-40, -1e-40, 0, -1e-40, 1))
	sort("NaN in a long row", nil, shape{4099}, 0, Values(3, nan, -2, inf(-1), 0, inf(1), 7))
	// Halves of 64 bits that decide apart.
	sort("64 bits", []backend.DType{backend.Float64, backend.Int64}, shape{2, 2050}, 1,
		Values(1<<40+1, 1<<40, -1<<40, -1<<40+1, 5, 1<<41, 1<<32, -1, 1<<40+1, 1<<31, -1<<31, 0, 1<<32-1))
	// The gradient of a sort: each element takes what stands where it went.
	return append(rows, Row{Name: "Sort and back", Exact: true, Build: func(c *Case) {
		_, order := c.Sort(c.In("x", shape{5, 33}, Small), 1, true)
		_, rank := c.Sort(order, 1, false)
		at := c.MapAs(backend.Int64, expr.MustParse("a b n -> a*n + b"), c.Reshape(c.Iota(backend.Int64, 5), shape{5, 1}), rank, c.Scalar(backend.Int64, 33))
		c.Out("dx", c.Gather(c.Reshape(c.In("dy", shape{5, 33}, Normal), shape{165}), at, 0, false))
		c.Out("among", c.MapAs(c.T, expr.MustParse("r -> r < 5"), rank))
	}})
}
