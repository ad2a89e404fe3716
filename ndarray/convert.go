package ndarray

import (
	"unsafe"

	"github.com/gomx-org/gomx/backend"
)

// Number is what Go slices may hold to become arrays.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// view sees bytes as elements.
func view[T any](b []byte) []T {
	var zero T
	n := len(b) / int(unsafe.Sizeof(zero))
	if n == 0 {
		return []T{}
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// bytesOf sees elements as bytes.
func bytesOf[T any](s []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(zero)))
}

// load converts the elements of type t in src; len(dst) of them are there.
func load[T Number](dst []T, t DType, src []byte) {
	switch t {
	case backend.Float32:
		convert(dst, view[float32](src))
	case backend.Float64:
		convert(dst, view[float64](src))
	case backend.Int64:
		convert(dst, view[int64](src))
	case backend.Int32:
		convert(dst, view[int32](src))
	case backend.Int8:
		convert(dst, view[int8](src))
	case backend.Uint8, backend.Bool:
		convert(dst, src)
	case backend.Float16:
		for i, h := range view[uint16](src)[:len(dst)] {
			dst[i] = T(backend.Float16ToFloat32(h))
		}
	case backend.BFloat16:
		for i, h := range view[uint16](src)[:len(dst)] {
			dst[i] = T(backend.BFloat16ToFloat32(h))
		}
	}
}

// store converts src into elements of type t, as backends do: towards zero for integers, wrapping around.
func store[T Number](dst []byte, t DType, src []T) {
	switch t {
	case backend.Float32:
		convert(view[float32](dst), src)
	case backend.Float64:
		convert(view[float64](dst), src)
	case backend.Int64:
		whole(view[int64](dst), src)
	case backend.Int32:
		whole(view[int32](dst), src)
	case backend.Int8:
		whole(view[int8](dst), src)
	case backend.Uint8:
		whole(dst, src)
	case backend.Bool:
		for i, x := range src {
			dst[i] = 0
			if x != 0 {
				dst[i] = 1
			}
		}
	case backend.Float16:
		d := view[uint16](dst)
		for i, x := range src {
			d[i] = backend.Float32ToFloat16(float32(x))
		}
	case backend.BFloat16:
		d := view[uint16](dst)
		for i, x := range src {
			d[i] = backend.Float32ToBFloat16(float32(x))
		}
	}
}

// convert copies numbers between types that hold each other's values, and rounds between floating-point types.
func convert[D, S Number](dst []D, src []S) {
	if d, ok := any(dst).([]S); ok {
		copy(d, src)
		return
	}
	for i := range min(len(dst), len(src)) {
		dst[i] = D(src[i])
	}
}

// whole stores into integers.
func whole[D int64 | int32 | int8 | uint8, S Number](dst []D, src []S) {
	if S(1)/2 == 0 { // S is an integer type
		convert(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = D(backend.Integer(float64(x)))
	}
}

// convertBytes converts n elements between two types, through int64 when both are integers and float64 otherwise.
func convertBytes(dst []byte, to DType, src []byte, from DType) {
	switch {
	case to == from:
		copy(dst, src)
	case !to.IsFloat() && !from.IsFloat():
		through[int64](dst, to, src, from)
	default:
		through[float64](dst, to, src, from)
	}
}

// through converts by way of T, a stretch at a time.
func through[T Number](dst []byte, to DType, src []byte, from DType) {
	var buf [512]T
	for len(src) > 0 {
		n := min(len(buf), len(src)/from.Size())
		load(buf[:n], from, src)
		store(dst, to, buf[:n])
		src, dst = src[n*from.Size():], dst[n*to.Size():]
	}
}
