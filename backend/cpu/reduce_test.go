//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/gomx-org/gomx/backend"
)

var allReductions = []backend.ReduceOp{
	backend.ReduceSum, backend.ReduceProd, backend.ReduceMax, backend.ReduceMin, backend.ReduceSumSquares, backend.ReduceSumAbs,
	backend.ReduceSumNaN, backend.ReduceProdNaN,
}

// Shapes that are cut into several pieces, parts and runs, with every pattern of kept and reduced axes.
var reduceCases = []struct{ shape, axes []int }{
	{[]int{100003}, []int{0}},
	{[]int{70, 3000}, []int{1}},
	{[]int{3000, 70}, []int{0}},
	{[]int{3000, 7}, []int{0}},
	{[]int{33, 17, 49}, []int{0, 2}},
	{[]int{33, 170, 49}, []int{1}},
	{[]int{5, 6, 7, 8, 9}, []int{0, 2, 4}},
	{[]int{5, 6, 7, 8, 9}, []int{1, 3}},
	{[]int{2, 300, 700}, []int{0, 2}},
	{[]int{4, 5, 1, 6}, []int{2}},
}

func TestReduce(t *testing.T) {
	for _, c := range reduceCases {
		t.Run(fmt.Sprint(c.shape, c.axes), func(t *testing.T) {
			m := newNet()
			x := m.in(-1, 1, c.shape...)
			near := m.in(0.999, 1.001, c.shape...)
			for _, op := range allReductions {
				if op == backend.ReduceProd || op == backend.ReduceProdNaN {
					m.out(m.b.Reduce(op, near, false, c.axes...))
				} else {
					m.out(m.b.Reduce(op, x, true, c.axes...))
				}
			}
			mean, variance := m.b.Stats(m.in(100, 101, c.shape...), c.axes...)
			m.out(mean)
			m.out(variance)
			m.check(t, 1e-5)
		})
	}
}

func TestReduceInBlocks(t *testing.T) {
	sums := []backend.ReduceOp{backend.ReduceSum, backend.ReduceSumSquares, backend.ReduceSumAbs, backend.ReduceSumNaN}
	cases := []struct {
		shape, axes []int
		layout      backend.Layout
		ops         []backend.ReduceOp // nil: all, and Stats
	}{
		{[]int{32, 5, 6, 7}, []int{0, 2, 3}, backend.N16, nil},
		{[]int{37, 5, 6, 7}, []int{0, 2, 3}, backend.N16, sums},
		{[]int{37, 5, 6, 7}, []int{1, 2, 3}, backend.N16, nil},
		{[]int{6, 32, 5, 7}, []int{0, 2, 3}, backend.C16, nil},
		{[]int{6, 37, 5, 7}, []int{0, 2, 3}, backend.C16, nil},
		{[]int{6, 37, 5, 7}, []int{0, 1, 2, 3}, backend.C16, sums},
		{[]int{6, 32, 5, 7}, []int{2, 3}, backend.C16, nil},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.layout, c.shape, c.axes), func(t *testing.T) {
			m := newNet()
			x := m.in(0.9, 1.1, c.shape...)
			ops := c.ops
			if ops == nil {
				ops = allReductions
				mean, variance := m.b.Stats(x, c.axes...)
				m.out(mean)
				m.out(variance)
			}
			for _, op := range ops {
				m.out(m.b.Reduce(op, x, false, c.axes...))
			}
			m.inLayout(t, backend.Reduce, c.layout, false)
			m.inLayout(t, backend.Stats, c.layout, false)
			m.check(t, 1e-5)
		})
	}
}
