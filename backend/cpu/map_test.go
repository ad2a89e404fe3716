//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/gomx-org/gomx/backend"
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

// Maps in blocked layouts, with operands in C order along every axis and missing lanes that must stay zero.
func TestMapInBlocks(t *testing.T) {
	e := expr.MustParse("x y c n s -> exp(x)*y + c + n*s + 1")
	for _, l := range []backend.Layout{backend.N16, backend.C16} {
		for _, s := range [][]int{{32, 16, 3, 5}, {17, 20, 3, 5}, {5, 7, 1, 1}, {16, 48, 9, 9}} {
			t.Run(fmt.Sprint(l, s), func(t *testing.T) {
				m := newNet()
				x, y := m.in(-1, 1, s...), m.in(-1, 1, s...)
				v := m.b.Map1(e, x, y, m.in(-1, 1, s[1], 1, 1), m.in(-1, 1, s[0], 1, 1, 1), m.in(-1, 1))
				m.out(v)
				m.out(m.b.Sum(v, 0, 2, 3)) // in N16 it adds the missing lanes too
				m.inLayout(t, backend.Map, l, true)
				if l == backend.N16 {
					m.inLayout(t, backend.Reduce, l, false)
				}
				m.check(t, 1e-5)
			})
		}
	}
}

// The memory plan lays results over inputs; instructions that still need these must come first.
func TestMapInPlace(t *testing.T) {
	m := newNet()
	s := m.b.Softmax(m.in(-1, 1, 40, 50), 1)
	z := m.b.Softmax(m.in(-1, 1, 40, 50), 1)
	for _, v := range m.b.Map(expr.MustParse("s z -> s + z, exp(s)*z, s, z - s*s"), s, z) {
		m.out(m.b.Sum(v, 0))
	}
	m.check(t, 1e-5)
}
