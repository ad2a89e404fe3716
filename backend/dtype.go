package backend

import "fmt"

// DType is the element type of an array. The numbers are MXNet's type flags, as written in .params files and in the
// attribute __dtype__.
type DType uint8

// The element types. Float32 is the default everywhere, as in MXNet.
const (
	Float32  DType = 0
	Float64  DType = 1
	Float16  DType = 2 // IEEE binary16: storage only, arithmetic is done in float32
	Uint8    DType = 3
	Int32    DType = 4
	Int8     DType = 5
	Int64    DType = 6
	Bool     DType = 7  // one byte, 0 or 1
	BFloat16 DType = 12 // storage only, arithmetic is done in float32
)

type dtypeRow struct {
	name string
	size int
}

// dtypes is an array, not a map: eager calls ask for sizes many times each.
var dtypes = [BFloat16 + 1]dtypeRow{
	Float32: {"float32", 4}, Float64: {"float64", 8}, Float16: {"float16", 2}, Uint8: {"uint8", 1}, Int32: {"int32", 4},
	Int8: {"int8", 1}, Int64: {"int64", 8}, Bool: {"bool", 1}, BFloat16: {"bfloat16", 2},
}

// String is MXNet's name of the type, such as float32.
func (t DType) String() string {
	if t.Known() {
		return dtypes[t].name
	}
	return fmt.Sprintf("dtype(%d)", uint8(t))
}

// Size is the number of bytes of one element; 0 for an unknown type.
func (t DType) Size() int {
	if int(t) < len(dtypes) {
		return dtypes[t].size
	}
	return 0
}

// Known reports whether t is one of the types above.
func (t DType) Known() bool { return t.Size() > 0 }

// IsFloat reports whether t is a floating-point type.
func (t DType) IsFloat() bool {
	return t == Float32 || t == Float64 || t == Float16 || t == BFloat16
}

// ParseDType reads a type by MXNet's name.
func ParseDType(name string) (DType, error) {
	for t, r := range dtypes {
		if r.name == name && name != "" {
			return DType(t), nil
		}
	}
	return 0, fmt.Errorf("backend: unknown type %q, want float32, float64, float16, bfloat16, uint8, int8, int32, int64 or bool", name)
}
