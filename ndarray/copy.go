package ndarray

import (
	"fmt"
	"runtime"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

// CopyFrom overwrites the elements with those of src, an array of the same shape on any device and of any type; types are
// converted. Copying an array onto itself does nothing.
func (a *NDArray) CopyFrom(src *NDArray) error {
	if !a.shape.Equal(src.shape) {
		return errorf("CopyFrom", "source is %v, want %v", src.shape, a.shape)
	}
	return wrap("CopyFrom", a.copyFrom(src))
}

// CopyRowsFrom overwrites the elements with as many rows of src, along the first axis, from row lo on: a.CopyFrom of a
// slice that need not be made.
func (a *NDArray) CopyRowsFrom(src *NDArray, lo int) error {
	if len(a.shape) == 0 || len(src.shape) == 0 || !a.shape[1:].Equal(src.shape[1:]) || lo < 0 || lo > src.shape[0]-a.shape[0] {
		return errorf("CopyRowsFrom", "source is %v, want %v from row %d on", src.shape, a.shape, lo)
	}
	row := src.rowBytes()
	rows := NDArray{home: src.home, st: src.memory(), offset: src.offset + lo*row, length: a.shape[0] * row, shape: a.shape, dtype: src.dtype}
	err := wrap("CopyRowsFrom", a.copyFrom(&rows))
	runtime.KeepAlive(src)
	return err
}

// CopyTo is dst.CopyFrom(a).
func (a *NDArray) CopyTo(dst *NDArray) error { return dst.CopyFrom(a) }

// copyFrom copies between arrays of one size.
func (a *NDArray) copyFrom(src *NDArray) error {
	defer keepAlive([]*NDArray{a, src})
	if a.length == 0 || a.memory() == src.memory() && a.offset == src.offset && a.dtype == src.dtype {
		return nil
	}
	switch {
	case a.dtype != src.dtype:
		if a.memory() == src.memory() { // seen twice under different types
			return fmt.Errorf("an array cannot be converted onto itself")
		}
		var err error
		writeErr := a.write(func(to []byte) {
			err = src.read(func(from []byte) { convertBytes(to, a.dtype, from, src.dtype) })
		})
		if writeErr != nil {
			return writeErr
		}
		return err
	case a.home == src.home:
		return a.home.dev.Copy(a.region(), src.region())
	}
	return a.across(src)
}

// Set overwrites the elements with those of src, which may be of any type and device and whose shape broadcasts to the
// array's: MXNet's a[:] = src.
func (a *NDArray) Set(src *NDArray) {
	if !src.shape.Equal(a.shape) {
		src = src.BroadcastTo(a.shape...)
		defer src.Close()
	}
	if err := a.copyFrom(src); err != nil {
		panic(wrap("Set", err))
	}
}

// SetFloat32 overwrites the elements with as many numbers in C order, converted to the array's type.
func (a *NDArray) SetFloat32(data []float32) error { return CopyFromSlice(a, data) }

// SetFloat64 overwrites the elements with as many numbers in C order, converted to the array's type.
func (a *NDArray) SetFloat64(data []float64) error { return CopyFromSlice(a, data) }

// Copy is a new array with the same elements on the same device.
func (a *NDArray) Copy() *NDArray { return a.to("Copy", a.home, a.dtype) }

// AsType is a new array with the elements converted to type t: towards zero for integers, wrapping around.
func (a *NDArray) AsType(t DType) *NDArray { return a.to("AsType", a.home, t) }

// AsInContext is the array itself when it is on ctx, else a copy there.
func (a *NDArray) AsInContext(ctx device.Context) *NDArray {
	if a.home.ctx == ctx {
		return a
	}
	h, err := homeOf(ctx)
	if err != nil {
		panic(wrap("AsInContext", err))
	}
	return a.to("AsInContext", h, a.dtype)
}

func (a *NDArray) to(op string, h *home, t DType) *NDArray {
	if !t.Known() {
		fail(op, "there is no type %v", t)
	}
	b := must(h.alloc(op, a.shape, t))
	if err := b.copyFrom(a); err != nil {
		b.Close()
		panic(wrap(op, err))
	}
	return b
}

// Float32 is a copy of the elements in C order, converted to float32; it waits for the device.
func (a *NDArray) Float32() []float32 { return toSlice[float32](a) }

// Float64 is a copy of the elements in C order, converted to float64; it waits for the device.
func (a *NDArray) Float64() []float64 { return toSlice[float64](a) }

// Int64 is a copy of the elements in C order, converted to int64 (towards zero); it waits for the device.
func (a *NDArray) Int64() []int64 {
	out := make([]int64, a.Size())
	if err := a.read(func(b []byte) { convertBytes(bytesOf(out), backend.Int64, b, a.dtype) }); err != nil {
		panic(wrap("read", err))
	}
	return out
}

func toSlice[T Number](a *NDArray) []T {
	out := make([]T, a.Size())
	if err := a.read(func(b []byte) { load(out, a.dtype, b) }); err != nil {
		panic(wrap("read", err))
	}
	return out
}

// Scalar is the number in an array of size 1; any other size panics.
func (a *NDArray) Scalar() float64 {
	if a.Size() != 1 {
		fail("Scalar", "the array of shape %v is not a single number", a.shape)
	}
	return a.Float64()[0]
}

// Wait returns when everything begun on the array's device is done, with the first error since the last time. CPUs are
// done when a call returns.
func (a *NDArray) Wait() error { return a.home.dev.Sync() }
