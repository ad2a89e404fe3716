//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// Sizes round the edges of tiles (6 or 14 rows, 8 to 32 columns), of packing (256 steps) and of pieces.
var gemmSizes = [][3]int{
	{1, 1, 1}, {1, 10, 300}, {5, 7, 3}, {6, 8, 16}, {7, 17, 255}, {13, 31, 256}, {14, 32, 257}, {15, 33, 513}, {29, 65, 40},
	{64, 10, 500}, {64, 500, 800}, {200, 300, 70}, {337, 520, 30},
}

func gemmFlags(i int) (flags []backend.MatMulFlag) {
	for _, f := range []backend.MatMulFlag{backend.TransA, backend.TransB} {
		if i&int(f) != 0 {
			flags = append(flags, f)
		}
	}
	return flags
}

func gemmShapes(s [3]int, flags int, batch ...int) (a, b []int) {
	a, b = append(batch[:len(batch):len(batch)], s[0], s[2]), append(batch[:len(batch):len(batch)], s[2], s[1])
	n := len(batch)
	if flags&int(backend.TransA) != 0 {
		a[n], a[n+1] = a[n+1], a[n]
	}
	if flags&int(backend.TransB) != 0 {
		b[n], b[n+1] = b[n+1], b[n]
	}
	return a, b
}

func TestMatMul(t *testing.T) {
	for _, s := range gemmSizes {
		for flags := range 4 {
			t.Run(fmt.Sprint(s, flags), func(t *testing.T) {
				m := newNet()
				a, b := gemmShapes(s, flags)
				m.out(m.b.MatMul(m.in(-1, 1, a...), m.in(-1, 1, b...), gemmFlags(flags)...))
				a, b = gemmShapes([3]int{s[0]%20 + 1, s[1]%40 + 1, s[2]}, flags, 3)
				m.out(m.b.MatMul(m.in(-1, 1, a...), m.in(-1, 1, b...), gemmFlags(flags)...))
				m.check(t, 5e-5) // sums of up to 800 terms, in float32 on both sides
			})
		}
	}
}

func TestMatMulEpilogue(t *testing.T) {
	e := expr.MustParse("x b s r -> tanh(x + b)*s + r")
	for _, s := range gemmSizes {
		m := newNet()
		p := m.b.MatMul(m.in(-1, 1, s[0], s[2]), m.in(-1, 1, s[1], s[2]), backend.TransB)
		m.out(m.b.Map1(e, p, m.in(-1, 1, s[1]), m.in(-1, 1), m.in(-1, 1, s[0], 1)))
		m.check(t, 5e-5) // sums of up to 800 terms, in float32 on both sides
	}
}

// Infer packs parameters that it multiplies with once, in Prepare.
func TestMatMulPacked(t *testing.T) {
	for _, s := range gemmSizes {
		for flags := range 4 {
			m := newNet()
			a, b := gemmShapes(s, flags)
			x, w := m.in(-1, 1, a...), m.in(-1, 1, b...)
			m.p.Args[1].Param = true
			y := m.b.MatMul(x, w, gemmFlags(flags)...)
			m.out(m.b.Map1(expr.MustParse("x b -> max(x + b, 0)"), y, m.in(-1, 1, s[1])))
			m.check(t, 5e-5)
			d := levels()[len(levels())-1]
			e, err := d.Compile(m.finish(t), backend.Options{})
			require.NoError(t, err)
			prepared := e.Program().Entry(backend.Prepare) != nil
			require.Equal(t, s[0] > gemmFewRows && !useBLAS(d.level), prepared, "%v %d", s, flags)
			require.NoError(t, e.Close())
		}
	}
}
