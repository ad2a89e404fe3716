package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

type shape = backend.Shape

// Rows is the whole table.
func Rows() []Row {
	return slices.Concat(opRows(), mapRows(), reduceRows(), sortRows(), softmaxRows(), matMulRows(), convRows(), poolRows(), moveRows(), indexRows(),
		randomRows(), layoutRows(), hostRows(), chainRows())
}

// edges are sizes round the blocks that kernels work in.
var edges = []int{1, 2, 15, 16, 17, 31, 33}

// mapRows are elementwise calls: how inputs broadcast, several outputs, storage types.
func mapRows() []Row {
	var rows []Row
	add := expr.MustParse("a b -> 2*a - b")
	for _, s := range [][2]shape{
		{{}, {}}, {{1}, {1}}, {{7}, {7}}, {{1000}, {1000}}, {{257}, {1}}, {{1}, {257}}, {{33, 17}, {17}}, {{33, 17}, {33, 1}},
		{{33, 1}, {1, 17}}, {{2, 5, 6, 7}, {5, 1, 1}}, {{2, 5, 6, 7}, {1, 5, 1, 1}}, {{2, 5, 6, 7}, {2, 1, 6, 1}}, {{2, 5, 6, 7}, {2, 5, 1, 1}},
		{{3, 1, 4, 1}, {1, 5, 1, 6}}, {{17, 10}, {17, 10}}, {{4, 300}, {300}}, {{4, 300}, {4, 1}}, {{0, 3}, {3}}, {{2, 3, 4, 5, 6}, {4, 1, 1}},
	} {
		rows = append(rows, Row{Name: fmt.Sprintf("Map broadcast %v %v", s[0], s[1]), Types: floatTypes, Length: 1, Build: func(c *Case) {
			c.Out("y", c.Map1(add, c.In("a", s[0], Normal), c.In("b", s[1], Normal)))
		}})
	}
	for _, n := range edges {
		rows = append(rows, Row{Name: fmt.Sprintf("Map two outputs %d", n), Types: floatTypes, Length: 1, Build: func(c *Case) {
			y := c.Map(expr.MustParse("w g m -> v = 0.5*m - 0.25*g; w + v, v"),
				c.In("w", shape{3, n}, Normal), c.In("g", shape{3, n}, Normal), c.In("m", shape{3, n}, Normal))
			c.Out("y0", y[0])
			c.Out("y1", y[1])
		}})
	}
	for _, n := range []int{2, 100} {
		rows = append(rows, updatesRow(n))
	}
	return append(rows,
		Row{Name: "Map no inputs", Types: floatTypes, Build: func(c *Case) { c.Out("y", c.Full(c.T, shape{3, 7}, 1.5)) }},
		Row{Name: "Map many inputs", Build: func(c *Case) {
			e := expr.NewBuilder(12)
			sum := e.Input(0)
			in := []backend.Value{c.In("x0", shape{5, 9}, Normal)}
			for i := 1; i < 12; i++ {
				sum = e.Apply(expr.Sub, e.Apply(expr.Mul, sum, e.Const(0.9)), e.Input(i))
				in = append(in, c.In(fmt.Sprint("x", i), shape{5, 9}, Normal))
			}
			c.Out("y", c.Map1(e.Build(sum), in...))
		}, Length: 12},
		castRow(backend.Uint8), castRow(backend.Int8), castRow(backend.Int32), castRow(backend.Int64), castRow(backend.Bool),
		Row{Name: "Map from uint8", Build: func(c *Case) {
			x := c.InOf("x", shape{5, 33}, backend.Uint8, Count)
			c.Out("y", c.MapAs(c.T, expr.MustParse("x -> (x - 128) * 0.0078125"), x))
		}},
		Row{Name: "Map in place", Build: func(c *Case) {
			w := c.InOut("w", shape{7, 13}, Normal)
			m := c.InOut("m", shape{7, 13}, Normal)
			lr := c.In("lr", shape{1}, Values(0.1))
			y := c.Map(expr.MustParse("w g m lr -> v = 0.9*m - lr*g; w + v, v"), w, c.In("g", shape{7, 13}, Normal), m, lr)
			c.Out("w", y[0])
			c.Out("m", y[1])
		}, Length: 1},
		Row{Name: "Map swap arguments", Exact: true, Build: func(c *Case) {
			a, b := c.InOut("a", shape{40}, Normal), c.InOut("b", shape{40}, Normal)
			y := c.Map(expr.MustParse("a b -> b, a"), a, b)
			c.Out("a", y[0])
			c.Out("b", y[1])
		}},
	)
}

// updatesRow updates n parameters of many shapes in place, each with numbers of its own: a device may do them together.
func updatesRow(n int) Row {
	return Row{Name: fmt.Sprintf("Map updates of %d parameters", n), Types: floatTypes, Length: 1, Build: func(c *Case) {
		e := expr.MustParse("w g m lr wd -> v = 0.5*m - lr*(g + wd*w); w + v, v")
		wd := c.In("wd", shape{}, Between(0, 1))
		for i := range n {
			s := []shape{{7}, {2}, {4, 64}, {257}, {3, 5, 7}, {1030}, {1}}[i%7]
			name := func(what string) string { return fmt.Sprint(what, i) }
			y := c.Map(e, c.InOut(name("w"), s, Normal), c.In(name("g"), s, Normal), c.InOut(name("m"), s, Normal), c.In(name("lr"), shape{}, Between(0, 1)), wd)
			c.Out(name("w"), y[0])
			c.Out(name("m"), y[1])
		}
	}}
}

func castRow(to backend.DType) Row {
	return Row{Name: "Map cast to " + to.String(), Types: floatTypes, Build: func(c *Case) {
		c.Out("y", c.Cast(c.In("x", shape{40}, Values(0, 1, -1, 0.5, -0.5, 1.9, -1.9, 100, -100, 127, 128, -129, 255, 256, 300)), to))
	}}
}

// axisSets are shapes with the axes that a reduction takes.
var axisSets = []struct {
	s    shape
	axes []int
}{
	{shape{1}, []int{0}}, {shape{1000}, []int{0}}, {shape{33, 17}, []int{0}}, {shape{33, 17}, []int{1}}, {shape{33, 17}, []int{0, 1}},
	{shape{5, 7, 6, 3}, []int{0, 2, 3}}, {shape{5, 7, 6, 3}, []int{1}}, {shape{5, 7, 6, 3}, []int{2, 3}}, {shape{5, 7, 6, 3}, []int{0, 2}},
	{shape{5, 7, 6, 3}, []int{1, 3}}, {shape{16, 16, 1, 1}, []int{0, 2, 3}}, {shape{17, 3, 9, 9}, []int{0, 2, 3}}, {shape{2, 1, 3}, []int{1}},
	{shape{4, 5}, []int{}}, {shape{64, 10}, []int{0}}, {shape{31, 1, 15}, []int{0, 1}},
	// Enough to be shared out, and more alternating axes than loops like.
	{shape{3, 5003}, []int{1}}, {shape{5003, 3}, []int{0}}, {shape{40, 2, 300}, []int{0, 2}}, {shape{700, 9}, []int{1}}, {shape{2, 3, 2, 5, 3, 4}, []int{1, 3, 5}},
	{shape{2, 3, 2, 5, 3, 4}, []int{0, 2, 4}}, {shape{0, 3}, []int{1}},
}

func reduceRows() []Row {
	var rows []Row
	ops := []backend.ReduceOp{backend.ReduceSum, backend.ReduceProd, backend.ReduceMax, backend.ReduceMin, backend.ReduceSumSquares, backend.ReduceSumAbs,
		backend.ReduceSumNaN, backend.ReduceProdNaN}
	for _, a := range axisSets {
		length := 1
		for _, x := range a.axes {
			length *= a.s[x]
		}
		for _, op := range ops {
			keep := op%2 == 1
			fill := Normal
			switch op {
			case backend.ReduceProd, backend.ReduceProdNaN:
				fill = Between(0.95, 1.05)
			case backend.ReduceSumSquares:
				fill = Between(-1, 1)
			}
			types := []backend.DType(nil)
			if op == backend.ReduceSum || op == backend.ReduceMax {
				types = append(floatTypes, backend.Int32, backend.Int64)
				if op == backend.ReduceSum {
					fill = Between(-2, 2)
				}
			}
			rows = append(rows, Row{Name: fmt.Sprintf("Reduce %v %v %v", op, a.s, a.axes), Types: types, Length: length, Build: func(c *Case) {
				if len(a.axes) == 0 {
					c.Out("y", reduceNothing(c, op, c.In("x", a.s, fill)))
					return
				}
				c.Out("y", c.Reduce(op, c.In("x", a.s, fill), keep, a.axes...))
			}})
		}
		if len(a.axes) > 0 {
			rows = append(rows, Row{Name: fmt.Sprintf("Stats %v %v", a.s, a.axes), Length: 2, Slack: 4, Build: func(c *Case) {
				mean, variance := c.Stats(c.In("x", a.s, Between(2, 4)), a.axes...)
				c.Out("mean", mean)
				c.Out("var", variance)
			}})
		}
	}
	nan := Values(1, 2, nan, -3, 5, 0.5)
	for _, op := range ops {
		rows = append(rows, Row{Name: fmt.Sprintf("Reduce %v with NaN", op), Length: 12, Build: func(c *Case) {
			c.Out("y", c.Reduce(op, c.In("x", shape{5, 12}, nan), false, 1))
			c.Out("z", c.Reduce(op, c.In("v", shape{12, 5}, nan), false, 0))
		}})
	}
	for _, a := range []struct {
		s    shape
		axis int
	}{{shape{1}, 0}, {shape{33, 17}, 0}, {shape{33, 17}, 1}, {shape{3, 40, 5}, 1}, {shape{64, 10}, 1}, {shape{2, 3001}, 1}, {shape{0, 3}, 1}} {
		rows = append(rows, Row{Name: fmt.Sprintf("ArgReduce %v %d", a.s, a.axis), Exact: true, Types: append(floatTypes, backend.Int32), Build: func(c *Case) {
			x := c.In("x", a.s, Small)
			c.Out("max", c.ArgMax(x, a.axis, false))
			c.Out("min", c.ArgMin(x, a.axis, true))
		}})
	}
	return append(rows,
		Row{Name: "ArgReduce with NaN", Exact: true, Build: func(c *Case) {
			x := c.In("x", shape{5, 12}, nan)
			c.Out("max", c.ArgMax(x, 1, false))
			c.Out("min", c.ArgMin(x, 0, false))
		}},
		Row{Name: "ArgReduce with NaN in a long row", Exact: true, Build: func(c *Case) {
			late := func(r *rand.Rand, n int) []float64 {
				return each(n, func(i int) float64 { return math.Sqrt(float64(2002 - i)) })
			}
			x := c.In("x", shape{3001}, late)
			c.Out("max", c.ArgMax(x, 0, true))
			c.Out("min", c.ArgMin(x, 0, true))
		}},
		Row{Name: "Reduce nothing", Build: func(c *Case) {
			c.Out("y", c.Reduce(backend.ReduceSum, c.In("x", shape{3, 0}, Normal), false, 1))
		}},
		Row{Name: "Stats of many", Build: func(c *Case) {
			mean, variance := c.Stats(c.In("x", shape{8, 3, 100, 100}, Between(99, 101)), 0, 2, 3)
			c.Out("mean", mean)
			c.Out("var", variance)
		}},
		Row{Name: "Stats large mean", Slack: 64, Length: 1, Build: func(c *Case) {
			mean, variance := c.Stats(c.In("x", shape{8, 3, 17}, Between(1000, 1001)), 0, 2)
			c.Out("mean", mean)
			c.Out("var", variance)
		}})
}

// reduceNothing reduces along no axis at all, which the Builder's shorthand takes for all.
func reduceNothing(c *Case, op backend.ReduceOp, x backend.Value) backend.Value {
	y := c.Reduce(op, c.Reshape(x, append(x.Shape().Clone(), 1)), false, len(x.Shape()))
	return y
}

func softmaxRows() []Row {
	var rows []Row
	for _, a := range []struct {
		s    shape
		axis int
	}{{shape{1}, 0}, {shape{64, 10}, 1}, {shape{33, 17}, 1}, {shape{33, 17}, 0}, {shape{5, 7, 6, 3}, 1}, {shape{2, 3, 1000}, 2}, {shape{17, 1}, 1}, {shape{2, 3001}, 1},
		{shape{300, 3, 2}, 1}, {shape{0, 3}, 1}} {
		rows = append(rows, Row{Name: fmt.Sprintf("Softmax %v %d", a.s, a.axis), Length: 1, Slack: 2, Types: floatTypes, Build: func(c *Case) {
			x := c.In("x", a.s, Between(-10, 10))
			c.Out("y", c.Softmax(x, a.axis))
			c.Out("log", c.LogSoftmax(x, a.axis))
		}})
	}
	return append(rows, Row{Name: "Softmax extremes", Slack: 4, Build: func(c *Case) {
		x := c.In("x", shape{4, 5}, Values(1e4, -1e4, 0, 3, 1e4, -200, -200, -200, -200, -200, 0, inf(-1), 0, 0, 1, 88, 90, 120, 300, 2))
		c.Out("y", c.Softmax(x, 1))
		c.Out("log", c.LogSoftmax(x, 1))
	}})
}
