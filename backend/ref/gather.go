package ref

import (
	"math"

	"github.com/gomx-org/gomx/backend"
)

// rows reads the indices of Gather and ScatterAdd: which rows of n, clipped or wrapped around.
type rows struct {
	dtype backend.DType
	n     int
	wrap  bool
	list  []float64
	ints  []int64
	index []int
}

func newRows(idx *backend.ValueInfo, n int, wrap bool) *rows {
	r := &rows{dtype: idx.DType, n: n, wrap: wrap, index: make([]int, idx.Shape.Size())}
	if idx.DType == backend.Int64 {
		r.ints = make([]int64, len(r.index))
	} else {
		r.list = make([]float64, len(r.index))
	}
	return r
}

func (r *rows) read(mem []byte) []int {
	if r.ints != nil {
		load(r.ints, mem, r.dtype)
		for i, v := range r.ints {
			r.index[i] = r.row(v)
		}
		return r.index
	}
	load(r.list, mem, r.dtype)
	for i, v := range r.list {
		switch {
		case v != v:
			r.index[i] = 0
		default:
			r.index[i] = r.row(int64(max(min(v, math.MaxInt32*1024), -math.MaxInt32*1024)))
		}
	}
	return r.index
}

func (r *rows) row(v int64) int {
	if r.n == 0 {
		return 0
	}
	if r.wrap {
		return int(modInt(v, int64(r.n)))
	}
	return int(min(max(v, 0), int64(r.n-1)))
}

// gatherKernel copies rows of the bytes below the axis.
type gatherKernel struct {
	rows       *rows
	outer, row int // row in bytes
}

func newGather(c *call) Kernel {
	a := c.Attrs.(*backend.GatherAttrs)
	s := c.in[0].Shape
	return &gatherKernel{newRows(c.in[1], s[a.Axis], a.Wrap), s[:a.Axis].Size(), s[a.Axis+1:].Size() * c.in[0].DType.Size()}
}

func (k *gatherKernel) Run(in, out [][]byte) error {
	index := k.rows.read(in[1])
	dst := out[0]
	if k.rows.n == 0 {
		clear(dst)
		return nil
	}
	for o := range k.outer {
		block := in[0][o*k.rows.n*k.row:]
		for _, i := range index {
			copy(dst[:k.row], block[i*k.row:])
			dst = dst[k.row:]
		}
	}
	return nil
}

// newScatterAdd adds the rows of dy, in order, into zeros.
func newScatterAdd(c *call) Kernel {
	a := c.Attrs.(*backend.GatherAttrs)
	s := c.out[0].Shape
	r := newRows(c.in[1], s[a.Axis], a.Wrap)
	data := *c
	data.in = c.in[:1]
	k := &scatterKernel{rows: r}
	outer, row := s[:a.Axis].Size(), s[a.Axis+1:].Size()
	k.add = numeric(
		func(*call) compute[float32] { return scatterAdd[float32](r, outer, row) },
		func(*call) compute[float64] { return scatterAdd[float64](r, outer, row) },
	)(&data)
	return k
}

type scatterKernel struct {
	rows *rows
	add  Kernel
}

func (k *scatterKernel) Run(in, out [][]byte) error {
	k.rows.read(in[1])
	return k.add.Run(in[:1], out)
}

func scatterAdd[T float](r *rows, outer, row int) compute[T] {
	return func(in, out [][]T) {
		dy, dx := in[0], out[0]
		clear(dx)
		for o := range outer {
			for _, i := range r.index {
				if r.n == 0 {
					continue
				}
				dst := dx[(o*r.n+i)*row : (o*r.n+i+1)*row]
				for j, v := range dy[:row] {
					dst[j] += v
				}
				dy = dy[row:]
			}
		}
	}
}
