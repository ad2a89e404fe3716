package backend

import (
	"fmt"
	"unsafe"
)

// HostTensor is a value handed to a Host function: its bytes in C order, valid during the call only. Data is nil for a
// tensor that the call was not given.
type HostTensor struct {
	Shape Shape
	DType DType
	Data  []byte
}

// HostAttrs of a Host call. Fn reads in and fills out; an error ends the run and names the node.
type HostAttrs struct {
	Name string
	Fn   func(in, out []HostTensor) error
}

func (a *HostAttrs) String() string { return a.Name }

// Float32 is the elements of a Float32 tensor, in C order and not a copy; it panics for another type.
func (t HostTensor) Float32() []float32 { return elements[float32](t, Float32) }

// Float64 is the elements of a Float64 tensor, in C order and not a copy; it panics for another type.
func (t HostTensor) Float64() []float64 { return elements[float64](t, Float64) }

// Int32 is the elements of an Int32 tensor, in C order and not a copy; it panics for another type.
func (t HostTensor) Int32() []int32 { return elements[int32](t, Int32) }

// Int64 is the elements of an Int64 tensor, in C order and not a copy; it panics for another type.
func (t HostTensor) Int64() []int64 { return elements[int64](t, Int64) }

func elements[T any](t HostTensor, want DType) []T {
	if t.DType != want {
		panic(fmt.Sprintf("the tensor of shape %v holds %v, not %v", t.Shape, t.DType, want))
	}
	if len(t.Data) == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.Data))), len(t.Data)/want.Size())
}
