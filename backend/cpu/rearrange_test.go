//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/gomx-org/gomx/backend"
)

// Shapes round the transposing kernel's blocks (4, 8, 16, 64), with dimensions outside the matrix.
func TestTranspose(t *testing.T) {
	for _, c := range []struct{ shape, axes []int }{
		{[]int{3, 5}, []int{1, 0}},
		{[]int{17, 100}, []int{1, 0}},
		{[]int{130, 65}, []int{1, 0}},
		{[]int{3, 33, 20, 7}, []int{0, 2, 3, 1}},
		{[]int{3, 33, 20, 7}, []int{3, 1, 0, 2}},
		{[]int{2, 3, 4, 5, 6}, []int{4, 3, 2, 1, 0}},
		{[]int{70, 1, 9}, []int{2, 1, 0}},
	} {
		m := newNet()
		m.out(m.b.Transpose(m.in(-1, 1, c.shape...), c.axes...))
		m.check(t, 0)
	}
}

func TestRelayout(t *testing.T) {
	for _, l := range []backend.Layout{backend.N16, backend.C16, backend.F4} {
		for _, s := range [][]int{{1, 1, 1, 1}, {16, 16, 8, 8}, {17, 20, 3, 5}, {35, 3, 28, 28}, {5, 50, 1, 1}} {
			t.Run(fmt.Sprint(l, s), func(t *testing.T) {
				m := newNet()
				m.out(m.b.Sub(m.in(-1, 1, s...), m.in(-1, 1, s...)))
				m.inLayout(t, backend.Map, l, true)
				m.check(t, 0)
			})
		}
	}
}
