package backendtest

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

var (
	relu     = expr.MustParse("x -> max(x, 0)")
	tanh     = expr.MustParse("x -> tanh(x)")
	tanhGrad = expr.MustParse("dy y -> dy * (1 - y*y)")
)

// chainRows are the sequences that fusion and layouts work on.
func chainRows() []Row {
	rows := []Row{
		{Name: "chain softmax gradient", Length: 4, Build: func(c *Case) {
			x := c.MatMul(c.In("x", shape{17, 33}, Between(-1, 1)), c.In("w", shape{10, 33}, Between(-1, 1)), backend.TransB)
			label := c.InOf("label", shape{17}, backend.Float32, Values(3, 1, 9, 0, 2))
			y := c.Softmax(c.Add(x, c.In("b", shape{10}, Normal)), 1)
			c.Out("y", y)
			hot := c.MapAs(c.T, expr.MustParse("l i -> l == i"), c.Reshape(label, shape{17, 1}), c.Reshape(c.Iota(backend.Float32, 10), shape{1, 10}))
			c.Out("dx", c.Sub(y, hot))
		}},
		{Name: "chain batch normalisation", Length: 16, Slack: 4, Build: func(c *Case) {
			x := c.In("x", shape{17, 5, 6, 7}, Between(1, 3))
			per := func(v backend.Value) backend.Value { return c.Reshape(v, shape{1, 5, 1, 1}) }
			mean, variance := c.Stats(x, 0, 2, 3)
			moving := c.InOut("moving", shape{5}, Normal)
			y := c.Map1(expr.MustParse("x m v g b -> (x - m) * rsqrt(v + 0.001) * g + b"), x, per(mean), per(variance),
				per(c.In("gamma", shape{5}, Normal)), per(c.In("beta", shape{5}, Normal)))
			c.Out("y", c.Map1(relu, y))
			c.Out("moving", c.Map1(expr.MustParse("m b -> 0.9*m + 0.1*b"), moving, mean))
		}},
		{Name: "chain residual", Length: 200, Build: func(c *Case) {
			a := convCase{k: pair(3, 3), a: backend.ConvAttrs{Pad: pair(1, 1)}}.attrs()
			x := c.In("x", shape{3, 16, 9, 9}, Normal)
			y := c.Conv(c.Map1(relu, c.Conv(x, c.In("w0", shape{16, 16, 3, 3}, Between(-.1, .1)), a)), c.In("w1", shape{16, 16, 3, 3}, Between(-.1, .1)), a)
			c.Out("y", c.Map1(relu, c.Add(y, x)))
		}},
		{Name: "chain gradient added", Length: 20, Build: func(c *Case) {
			dw := c.InOut("dw", shape{10, 33}, Normal)
			d := c.MatMul(c.In("dy", shape{17, 10}, Normal), c.In("x", shape{17, 33}, Normal), backend.TransA)
			c.Out("dw", c.Add(dw, d))
		}},
	}
	for _, n := range []int{1, 15, 16, 17, 33} {
		rows = append(rows, lenetRow(n))
	}
	for _, act := range []*expr.Expr{relu, tanh, expr.MustParse("x -> 1/(1+exp(-x))")} {
		rows = append(rows, Row{Name: fmt.Sprintf("chain Conv bias %v", act), Length: 27, Build: func(c *Case) {
			a := convCase{k: pair(3, 3), a: backend.ConvAttrs{Pad: pair(1, 1)}}.attrs()
			y := c.Conv(c.In("x", shape{17, 3, 8, 9}, Normal), c.In("w", shape{7, 3, 3, 3}, Between(-1, 1)), a)
			c.Out("y", c.Map1(act, c.Add(y, c.Reshape(c.In("b", shape{7}, Normal), shape{1, 7, 1, 1}))))
		}}, Row{Name: fmt.Sprintf("chain MatMul bias %v", act), Length: 33, Build: func(c *Case) {
			y := c.MatMul(c.In("x", shape{17, 33}, Normal), c.In("w", shape{21, 33}, Between(-1, 1)), backend.TransB)
			c.Out("y", c.Map1(act, c.Add(y, c.In("b", shape{21}, Normal))))
		}})
	}
	return rows
}

// lenetRow is LeNet's two convolutions, forward and backward, small enough for a test: every size at which 16 images do
// not fill a vector.
func lenetRow(n int) Row {
	return Row{Name: fmt.Sprintf("chain LeNet of %d images", n), Length: 500, Build: func(c *Case) {
		conv := convCase{k: pair(5, 5)}.attrs()
		pool := backend.PoolAttrs{Type: backend.PoolMax, Kernel: pair(2, 2), Stride: pair(2, 2), Pad: pair(0, 0)}
		x := c.In("x", shape{n, 1, 16, 16}, Between(0, 1))
		w1, w2 := c.In("w1", shape{6, 1, 5, 5}, Between(-.2, .2)), c.In("w2", shape{10, 6, 5, 5}, Between(-.1, .1))
		b1 := c.Reshape(c.In("b1", shape{6}, Between(-.1, .1)), shape{1, 6, 1, 1})
		y1 := c.Map1(tanh, c.Add(c.Conv(x, w1, conv), b1))
		p1 := c.Pool(y1, pair(6, 6), pool)
		y2 := c.Map1(tanh, c.Conv(p1, w2, conv))
		p2 := c.Pool(y2, pair(1, 1), pool)
		out := c.Softmax(c.Flatten2D(p2), 1)
		c.Out("out", out)
		d := c.Reshape(c.Sub(out, c.In("label", shape{n, 10}, Between(0, 0.2))), p2.Shape())
		d = c.Map1(tanhGrad, c.PoolGrad(d, y2, p2, pool), y2)
		c.Out("dw2", c.ConvGradFilter(d, p1, w2.Shape(), conv))
		d = c.ConvGradData(d, w2, p1.Shape(), conv)
		d = c.Map1(tanhGrad, c.PoolGrad(d, y1, p1, pool), y1)
		c.Out("dw1", c.ConvGradFilter(d, x, w1.Shape(), conv))
		c.Out("db1", c.Sum(d, 0, 2, 3))
	}}
}
