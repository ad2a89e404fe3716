package backendtest

import (
	"encoding/binary"
	"math"

	"github.com/gomx-org/gomx/backend"
)

// encode writes numbers as elements of type t: little endian, as every machine that this runs on has it.
func encode(dst []byte, t backend.DType, v []float64) {
	le := binary.LittleEndian
	for i, x := range v {
		at := dst[i*t.Size():]
		switch t {
		case backend.Float32:
			le.PutUint32(at, math.Float32bits(float32(x)))
		case backend.Float64:
			le.PutUint64(at, math.Float64bits(x))
		case backend.Float16:
			le.PutUint16(at, backend.Float32ToFloat16(float32(x)))
		case backend.BFloat16:
			le.PutUint16(at, backend.Float32ToBFloat16(float32(x)))
		case backend.Int64:
			le.PutUint64(at, uint64(backend.Integer(x)))
		case backend.Int32:
			le.PutUint32(at, uint32(backend.Integer(x)))
		case backend.Int8, backend.Uint8:
			at[0] = byte(backend.Integer(x))
		case backend.Bool:
			at[0] = 0
			if x != 0 {
				at[0] = 1
			}
		}
	}
}

// decode reads elements of type t.
func decode(src []byte, t backend.DType) []float64 {
	le := binary.LittleEndian
	v := make([]float64, len(src)/t.Size())
	for i := range v {
		at := src[i*t.Size():]
		switch t {
		case backend.Float32:
			v[i] = float64(math.Float32frombits(le.Uint32(at)))
		case backend.Float64:
			v[i] = math.Float64frombits(le.Uint64(at))
		case backend.Float16:
			v[i] = float64(backend.Float16ToFloat32(le.Uint16(at)))
		case backend.BFloat16:
			v[i] = float64(backend.BFloat16ToFloat32(le.Uint16(at)))
		case backend.Int64:
			v[i] = float64(int64(le.Uint64(at)))
		case backend.Int32:
			v[i] = float64(int32(le.Uint32(at)))
		case backend.Int8:
			v[i] = float64(int8(at[0]))
		case backend.Uint8, backend.Bool:
			v[i] = float64(at[0])
		}
	}
	return v
}

// roundTo rounds numbers to what type t can hold.
func roundTo(t backend.DType, v []float64) {
	b := make([]byte, len(v)*t.Size())
	encode(b, t, v)
	copy(v, decode(b, t))
}

// epsilon is the distance from 1 to the next number of type t; 0 for integers.
func epsilon(t backend.DType) float64 {
	switch t {
	case backend.Float32:
		return 0x1p-23
	case backend.Float64:
		return 0x1p-52
	case backend.Float16:
		return 0x1p-10
	case backend.BFloat16:
		return 0x1p-7
	}
	return 0
}

// tiny is the smallest normal number of type t: devices may flush to zero what is smaller.
func tiny(t backend.DType) float64 {
	switch t {
	case backend.Float64:
		return 0x1p-1022
	case backend.Float16:
		return 0x1p-14
	}
	return 0x1p-126
}

// largest is the largest finite number of type t.
func largest(t backend.DType) float64 {
	switch t {
	case backend.Float64:
		return math.MaxFloat64
	case backend.Float16:
		return 65504
	case backend.BFloat16:
		return 0x1.fep127
	}
	return math.MaxFloat32
}
