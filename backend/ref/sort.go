package ref

import (
	"math"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// sortPiece is how many elements one piece of a Sort orders, at least.
const sortPiece = 4096

// sortItem is an element to be ordered: by its key, and of equal keys by where it was.
type sortItem struct {
	key uint64
	at  int32
}

func (a sortItem) compare(b sortItem) int {
	switch {
	case a.key < b.key:
		return -1
	case a.key > b.key:
		return 1
	}
	return int(a.at) - int(b.at)
}

// sortKernel orders rows of n elements that lie in matrices of n by inner. Elements are float64 or int64 once, since the
// order of these is that of every type.
type sortKernel struct {
	dtype          backend.DType
	rows, n, inner int
	rowsPerPiece   int
	descend        bool
	floats         []float64 // of a floating-point type
	ints           []int64   // of others
	items          [][]sortItem
	x, values      []byte // of a run
	order          []int32
}

func newSort(c *call) Kernel {
	a, x := c.Attrs.(*backend.SortAttrs), c.in[0]
	n, inner := x.Shape[a.Axis], x.Shape[a.Axis+1:].Size()
	k := &sortKernel{dtype: x.DType, rows: x.Shape[:a.Axis].Size() * inner, n: n, inner: inner, descend: a.Descend}
	k.rowsPerPiece = max(sortPiece/max(n, 1), 1)
	if x.DType.IsFloat() {
		k.floats = make([]float64, x.Shape.Size())
	} else {
		k.ints = make([]int64, x.Shape.Size())
	}
	k.items = make([][]sortItem, workers())
	for i := range k.items {
		k.items[i] = make([]sortItem, n)
	}
	return k
}

func (k *sortKernel) Run(in, out [][]byte) error {
	if k.rows*k.n == 0 {
		return nil
	}
	k.x, k.values, k.order = in[0], out[0], view[int32](out[1])
	if k.dtype.IsFloat() {
		load(k.floats, k.x, k.dtype)
	} else {
		load(k.ints, k.x, k.dtype)
	}
	run(k, (k.rows+k.rowsPerPiece-1)/k.rowsPerPiece)
	return nil
}

func (k *sortKernel) piece(i, worker int) {
	items := k.items[worker]
	for r := i * k.rowsPerPiece; r < min((i+1)*k.rowsPerPiece, k.rows); r++ {
		base := r/k.inner*k.n*k.inner + r%k.inner
		for j := range items {
			items[j] = sortItem{k.key(base + j*k.inner), int32(j)}
		}
		slices.SortFunc(items, sortItem.compare)
		for j, it := range items {
			k.order[base+j*k.inner] = it.at
		}
		k.place(items, base)
	}
}

// key is a number whose order is that of the elements.
func (k *sortKernel) key(at int) uint64 {
	const sign = 1 << 63
	var key uint64
	if k.floats == nil {
		key = uint64(k.ints[at]) ^ sign
	} else {
		v := k.floats[at]
		if v != v {
			return math.MaxUint64 // last; −Inf in descending order comes before
		}
		key = math.Float64bits(v + 0) // makes −0 a 0
		if key&sign != 0 {
			key = ^key
		} else {
			key |= sign
		}
	}
	if k.descend {
		return ^key
	}
	return key
}

// place copies a row in its new order.
func (k *sortKernel) place(items []sortItem, base int) {
	switch k.dtype.Size() {
	case 1:
		permute(k.values, k.x, items, base, k.inner)
	case 2:
		permute(view[uint16](k.values), view[uint16](k.x), items, base, k.inner)
	case 4:
		permute(view[uint32](k.values), view[uint32](k.x), items, base, k.inner)
	case 8:
		permute(view[uint64](k.values), view[uint64](k.x), items, base, k.inner)
	}
}

func permute[T any](dst, src []T, items []sortItem, base, stride int) {
	for j, it := range items {
		dst[base+j*stride] = src[base+int(it.at)*stride]
	}
}
