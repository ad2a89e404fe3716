package ndarray

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

// Shape lists the dimensions of an array, outermost first; Shape{} is a single number.
type Shape = backend.Shape

// DType is the type of the elements; Float32 is the default everywhere.
type DType = backend.DType

// NDArray is an array of numbers on a device, in C order. Slices and reshaped arrays share its memory, so what is written
// into one shows in the others. Different arrays may be used by different goroutines at the same time; for one memory
// Go's rule holds: many readers, or one writer.
type NDArray struct {
	home   *home
	st     *storage // nil when closed
	offset int      // bytes
	length int      // bytes
	shape  Shape
	dtype  DType
}

// Shape lists the dimensions; do not change it.
func (a *NDArray) Shape() Shape { return a.shape }

// DType is the type of the elements.
func (a *NDArray) DType() DType { return a.dtype }

// Context is the device the array is on.
func (a *NDArray) Context() device.Context { return a.home.ctx }

// Size is the number of elements.
func (a *NDArray) Size() int { return a.shape.Size() }

// NDim is the number of dimensions.
func (a *NDArray) NDim() int { return len(a.shape) }

// Len is the first dimension, what a Go programmer calls the length; it panics on a single number without dimensions.
func (a *NDArray) Len() int {
	if len(a.shape) == 0 {
		fail("Len", "an array of shape () has no length")
	}
	return a.shape[0]
}

// Close gives the memory back once no slice or reshaped form of it is open; using the array afterwards panics. Who never
// calls it loses nothing but time: the garbage collector finds the memory later.
func (a *NDArray) Close() {
	if a.st != nil {
		a.st.drop()
		a.st = nil
	}
}

// memory is the storage of an open array.
func (a *NDArray) memory() *storage {
	if a == nil {
		fail("use", "the array is nil")
	}
	if a.st == nil {
		fail("use", "the array %v %v was closed", a.dtype, a.shape)
	}
	return a.st
}

// Region is the array's memory for binding to a Program. It stays valid until whoever bound it lets go, even after Close.
func (a *NDArray) Region() backend.Region {
	a.memory().cell.lent.Store(true)
	return a.region()
}

// region is Region for uses that end before the call returns.
func (a *NDArray) region() backend.Region {
	return backend.Region{Buffer: a.memory().cell.buf, Offset: a.offset, Length: a.length}
}

// Bytes is the memory itself, in C order and the machine's byte order, where the host can address it, and nil elsewhere.
// Whoever writes through it calls Touch afterwards. It is valid while the array is: keep the array (runtime.KeepAlive)
// until the last use.
func (a *NDArray) Bytes() []byte { return a.region().Bytes() }

// Data32 is the memory itself as float32, under the rules of Bytes; nil when the array has another type or the host
// cannot address it.
func (a *NDArray) Data32() []float32 {
	if b := a.Bytes(); b != nil && a.dtype == backend.Float32 {
		return view[float32](b)
	}
	return nil
}

// Touch says that the elements were changed through Bytes, Data32 or a Region.
func (a *NDArray) Touch() { a.memory().cell.buf.Touch() }

// share is another array in the same memory.
func (a *NDArray) share(s Shape, offset, length int) *NDArray {
	st := a.memory()
	st.refs.Add(1)
	return &NDArray{home: a.home, st: st, offset: a.offset + offset, length: length, shape: s, dtype: a.dtype}
}
