package ref

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
)

type float interface{ float32 | float64 }

type number interface{ float32 | float64 | int64 }

// view sees bytes as elements.
func view[T any](b []byte) []T {
	var zero T
	n := len(b) / int(unsafe.Sizeof(zero))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// enough says whether the machine has n bytes more than the program uses; where it cannot be asked, it says yes to what an
// address can reach. Go ends a program that asks for more than there is.
func enough(n int) error {
	const small = 1 << 28 // what needs no question
	if n < small {
		return nil
	}
	used := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for range 2 {
		metrics.Read(used)
		if total := physicalMemory(); int64(n) <= total-int64(used[0].Value.Uint64()) {
			return nil
		}
		runtime.GC()
	}
	return fmt.Errorf("ref: no memory for %d bytes", n)
}

// alignedBytes is memory that begins at a multiple of 64.
func alignedBytes(n int) []byte {
	b := make([]byte, n+63)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) & 63)
	return b[skip : skip+n : skip+n]
}

// holds reports whether memory of type t is a []T as it is.
func holds[T number](t backend.DType) bool {
	var zero T
	switch any(zero).(type) {
	case float32:
		return t == backend.Float32
	case float64:
		return t == backend.Float64
	}
	return t == backend.Int64
}

// load converts len(dst) elements of type t.
func load[T number](dst []T, src []byte, t backend.DType) {
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

func convert[T, S number | int32 | int8 | uint8](dst []T, src []S) {
	for i, x := range src[:len(dst)] {
		dst[i] = T(x)
	}
}

// storeFloat rounds src into memory of type t.
func storeFloat[T float](dst []byte, t backend.DType, src []T) {
	switch t {
	case backend.Float32:
		convert(view[float32](dst)[:len(src)], src)
	case backend.Float64:
		convert(view[float64](dst)[:len(src)], src)
	case backend.Int64:
		truncate(view[int64](dst), src)
	case backend.Int32:
		truncate(view[int32](dst), src)
	case backend.Int8:
		truncate(view[int8](dst), src)
	case backend.Uint8:
		truncate(dst, src)
	case backend.Bool:
		for i, x := range src {
			dst[i] = truth[uint8](x != 0)
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

func truncate[S int64 | int32 | int8 | uint8, T float](dst []S, src []T) {
	for i, x := range src {
		dst[i] = S(backend.Integer(float64(x)))
	}
}

// storeInt stores exact integers into memory of an integer type, wrapping around.
func storeInt(dst []byte, t backend.DType, src []int64) {
	switch t {
	case backend.Int64:
		copy(view[int64](dst), src)
	case backend.Int32:
		convert(view[int32](dst)[:len(src)], src)
	case backend.Int8:
		convert(view[int8](dst)[:len(src)], src)
	case backend.Uint8:
		convert(dst[:len(src)], src)
	case backend.Bool:
		for i, x := range src {
			dst[i] = truth[uint8](x != 0)
		}
	}
}

func truth[T number | uint8](b bool) T {
	if b {
		return 1
	}
	return 0
}
