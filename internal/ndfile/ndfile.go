// Package ndfile reads and writes MXNet's NDArray container files: .params, .nd and mean images. It knows bytes, shapes
// and types only; package ndarray makes arrays of them.
//
// A container is a header, a number of array records and, optionally, as many names. Records exist in four encodings:
// V0 (MXNet up to 0.10), V1 (0.11), V2 (0.12 to 1.9.1) and V3 (under numpy shape semantics). All are read, also mixed in
// one file; written is V2, byte for byte as MXNet 1.9.1 does.
package ndfile

import (
	"encoding/binary"
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// File is the contents of one container.
type File struct {
	// Named tells a map, as mx.nd.save writes for a dict, from a list. Without it the names of the arrays are not written.
	// An empty map and an empty list are the same bytes and are read as a list.
	Named bool
	// Arrays in the order of the file. Names need not be unique; in MXNet the last one of a name wins.
	Arrays []Array
}

// Array is one array of a container. The memory of Data, and of each Aux, is its own and aligned for its elements.
type Array struct {
	Name  string
	Shape backend.Shape // nil for an array without contents (MXNet: none), whose other fields mean nothing
	DType backend.DType
	Data  []byte // elements, little-endian, in C order; of a sparse array only the stored ones

	Storage Storage
	// StorageShape is the shape of Data in a sparse array: (stored rows, Shape[1:]...) for RowSparse, (stored elements,)
	// for CSR.
	StorageShape backend.Shape
	// Aux are the index arrays of a sparse array: row numbers for RowSparse; row starts (indptr) and column numbers for CSR.
	Aux []Aux
}

// Aux is an index array of a sparse array.
type Aux struct {
	DType backend.DType // int64 in files written by MXNet
	Shape backend.Shape
	Data  []byte
}

// Storage is how the elements of an array are kept; the numbers are MXNet's storage types.
type Storage int32

// The storage types.
const (
	Dense     Storage = 0 // every element
	RowSparse Storage = 1 // some rows, the others are zero
	CSR       Storage = 2 // compressed sparse rows of a matrix
)

// String is MXNet's name of the storage type.
func (s Storage) String() string {
	switch s {
	case Dense:
		return "default"
	case RowSparse:
		return "row_sparse"
	case CSR:
		return "csr"
	}
	return fmt.Sprintf("storage type %d", int32(s))
}

// auxCount is the number of index arrays that belong to a storage type.
func (s Storage) auxCount() int { return int(s) }

func (s Storage) known() bool { return s >= Dense && s <= CSR }

// The constants of the encoding.
const (
	headerMagic = 0x112
	magicV1     = 0xF993fac8
	magicV2     = 0xF993fac9
	magicV3     = 0xF993faca

	maxDims = 32 // numpy's limit; more is not an array of anybody
	cpu     = 1  // the device type that is written; the one read is a leftover of training and ignored
)

var le = binary.LittleEndian

// flagNames are the type flags that MXNet 1.9.1 numbers but cannot make arrays of in Python.
var flagNames = map[int32]string{8: "int16", 9: "uint16", 10: "uint32", 11: "uint64"}

// byteSize is the size of the elements of a shape in bytes; ok is false when that is no length of memory.
func byteSize(s backend.Shape, t backend.DType) (n int64, ok bool) {
	n = int64(t.Size())
	zero := false
	for _, d := range s {
		if d < 0 {
			return 0, false
		}
		if d == 0 {
			zero = true
		} else if n > maxInt/int64(d) {
			return 0, false
		} else {
			n *= int64(d)
		}
	}
	if zero {
		return 0, true
	}
	return n, true
}

const maxInt = int64(^uint(0) >> 1)
