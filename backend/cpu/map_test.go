//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/gomx-org/gomx/backend/expr"
)

// Sizes round the interpreter's edges: the unit of 16, strips of 64 to 1024, pieces.
var mapLengths = []int{1, 3, 15, 16, 17, 31, 64, 100, 1023, 1024, 1025, 5000, 40000}

func TestMapLengths(t *testing.T) {
	e := expr.MustParse("a b -> t = a*b + a; max(t, 0), t > b ? exp(a) : t, a - b*b")
	for _, n := range mapLengths {
		m := newNet()
		for _, v := range m.b.Map(e, m.in(-1, 1, n), m.in(-1, 1, n)) {
			m.out(v)
		}
		m.check(t, 1e-6)
	}
}

func TestMapBroadcast(t *testing.T) {
	e := expr.MustParse("x a b c -> tanh((x - a)*rsqrt(b*b + 0.5)*c)")
	cases := [][][]int{
		{{64, 10}, {10}, {1, 10}, {}},
		{{64, 500}, {500}, {64, 1}, {1}},
		{{5, 7, 9, 11}, {7, 1, 1}, {1, 7, 1, 1}, {7, 1, 1}},
		{{5, 7, 32, 33}, {7, 1, 1}, {5, 1, 32, 33}, {5, 7, 1, 33}},
		{{3, 4, 50, 16}, {16}, {4, 1, 16}, {3, 1, 50, 1}},
		{{3, 4, 50, 16}, {16}, {4, 1, 16}, {4, 1, 1}},
		{{2, 3, 1, 40}, {3, 1, 1}, {2, 1, 1, 1}, {}},
		{{3, 1, 4, 1, 5}, {3, 2, 4, 6, 1}, {2, 1, 6, 1}, {}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			m := newNet()
			m.out(m.b.Map1(e, m.in(-1, 1, c[0]...), m.in(-1, 1, c[1]...), m.in(-1, 1, c[2]...), m.in(-1, 1, c[3]...)))
			m.check(t, 1e-6)
		})
	}
}
