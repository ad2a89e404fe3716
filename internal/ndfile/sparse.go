package ndfile

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// What bounds the memory of Dense, since a sparse array of a few bytes can claim any shape: a size of its own, and beyond
// a modest one so many bytes for each that is there.
const (
	maxDense = 1 << 32
	modest   = 1 << 26
	perByte  = 4096
)

// Dense gives the array with every element stored, as MXNet's cast_storage; a dense array is returned as it is. Indices
// outside the shape, lengths that do not fit together, and a dense form of more than 4 GiB, or out of all proportion to what
// is stored, are errors.
func (a Array) Dense() (Array, error) {
	if a.Storage == Dense {
		return a, nil
	}
	out := Array{Name: a.Name, Shape: a.Shape.Clone(), DType: a.DType}
	err := a.check()
	if err == nil {
		out.Data, err = a.densify()
	}
	if err != nil {
		return Array{}, fmt.Errorf("ndfile: %v array %q: %w", a.Storage, a.Name, err)
	}
	return out, nil
}

func (a *Array) densify() ([]byte, error) {
	n, ok := byteSize(a.Shape, a.DType)
	if !ok || n > maxDense {
		return nil, fmt.Errorf("%v %v is more than 4 GiB as a dense array", a.DType, a.Shape)
	}
	if n > modest && n/perByte > int64(len(a.Data)) {
		return nil, fmt.Errorf("%v %v would be %d bytes as a dense array, for %d that are there", a.DType, a.Shape, n, len(a.Data))
	}
	index := make([][]int64, len(a.Aux))
	for i, x := range a.Aux {
		var err error
		if index[i], err = x.int64s(); err != nil {
			return nil, err
		}
	}
	if a.Storage == CSR {
		return a.fromCSR(make([]byte, n), index[0], index[1])
	}
	return a.fromRows(make([]byte, n), index[0])
}

// fromRows puts the stored rows where they belong.
func (a *Array) fromRows(dst []byte, rows []int64) ([]byte, error) {
	want := append(backend.Shape{len(rows)}, a.Shape[1:]...)
	if !slices.Equal(a.StorageShape, want) {
		return nil, fmt.Errorf("it stores %v, want %v: it has %d row numbers and shape %v", a.StorageShape, want, len(rows), a.Shape)
	}
	if len(rows) == 0 {
		return dst, nil
	}
	row := len(a.Data) / len(rows)
	for i, r := range rows {
		if r < 0 || r >= int64(a.Shape[0]) {
			return nil, fmt.Errorf("row number %d of %d is %d, outside its shape %v", i, len(rows), r, a.Shape)
		}
		copy(dst[int(r)*row:(int(r)+1)*row], a.Data[i*row:])
	}
	return dst, nil
}

// fromCSR puts elements start[r] to start[r+1] into the columns they name in row r.
func (a *Array) fromCSR(dst []byte, start, column []int64) ([]byte, error) {
	if len(a.Shape) != 2 || len(a.StorageShape) != 1 {
		return nil, fmt.Errorf("it has shape %v and stores %v, want two dimensions and one", a.Shape, a.StorageShape)
	}
	stored, rows, columns, size := a.StorageShape[0], a.Shape[0], a.Shape[1], a.DType.Size()
	if stored == 0 && len(start) == 0 {
		return dst, nil // an all-zero array that MXNet never filled
	}
	if len(start) != rows+1 || len(column) != stored {
		return nil, fmt.Errorf("it has %d row starts and %d columns, want %d and %d: its shape is %v and it stores %d elements",
			len(start), len(column), rows+1, stored, a.Shape, stored)
	}
	if start[0] != 0 || start[rows] != int64(stored) || !slices.IsSorted(start) {
		return nil, fmt.Errorf("its row starts do not rise from 0 to %d", stored)
	}
	for r := range rows {
		for i := start[r]; i < start[r+1]; i++ {
			c := column[i]
			if c < 0 || c >= int64(columns) {
				return nil, fmt.Errorf("element %d lies in column %d, outside its shape %v", i, c, a.Shape)
			}
			at := (r*columns + int(c)) * size
			copy(dst[at:at+size], a.Data[int(i)*size:])
		}
	}
	return dst, nil
}

// int64s are the values of an index array, which MXNet keeps as int64 and lets others keep as int32.
func (x Aux) int64s() ([]int64, error) {
	if len(x.Shape) != 1 {
		return nil, fmt.Errorf("an index array has shape %v, want one dimension", x.Shape)
	}
	out := make([]int64, x.Shape[0])
	switch x.DType {
	case backend.Int64:
		for i := range out {
			out[i] = int64(le.Uint64(x.Data[8*i:]))
		}
	case backend.Int32:
		for i := range out {
			out[i] = int64(int32(le.Uint32(x.Data[4*i:])))
		}
	default:
		return nil, fmt.Errorf("an index array is %v, want int64 or int32", x.DType)
	}
	return out, nil
}
