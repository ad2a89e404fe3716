package ref

import "github.com/gomx-org/gomx/backend"

// matMul computes out[b] = x[b]·w[b], each operand possibly stored transposed. A piece is one tile row of one product.
type matMul[T float] struct {
	batch, m, k, n int
	transA, transB bool
	x, w, out      []T
}

func newMatMul[T float](c *call) compute[T] {
	a := c.Attrs.(*backend.MatMulAttrs)
	s, x := c.out[0].Shape, c.in[0].Shape
	r := len(s)
	mm := &matMul[T]{batch: s[:r-2].Size(), m: s[r-2], n: s[r-1], transA: a.TransA, transB: a.TransB}
	mm.k = x[r-1]
	if a.TransA {
		mm.k = x[r-2]
	}
	return func(in, out [][]T) {
		mm.x, mm.w, mm.out = in[0], in[1], out[0]
		run(mm, mm.batch*mm.tiles())
	}
}

func (mm *matMul[T]) tiles() int { return (mm.m + tileM - 1) / tileM }

func (mm *matMul[T]) piece(i, _ int) {
	b, row := i/mm.tiles(), i%mm.tiles()*tileM
	rows := min(tileM, mm.m-row)
	x := dense(mm.m, mm.k, mm.transA, mm.x[b*mm.m*mm.k:(b+1)*mm.m*mm.k])
	w := dense(mm.k, mm.n, mm.transB, mm.w[b*mm.k*mm.n:(b+1)*mm.k*mm.n])
	out := mm.out[(b*mm.m+row)*mm.n : (b*mm.m+row+rows)*mm.n]
	clear(out)
	if mm.k > 0 && mm.n > 0 {
		gemm(dense(rows, mm.n, false, out), x.part(row, rows, 0, mm.k), w)
	}
}
