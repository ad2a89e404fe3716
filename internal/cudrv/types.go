package cudrv

import "unsafe"

// Ptr is an address in a device's memory.
type Ptr uint64

// Driver is the library, loaded.
type Driver struct {
	version int
}

// Version is the newest CUDA version that the driver knows: 12, 4.
func (d *Driver) Version() (major, minor int) { return d.version / 1000, d.version % 1000 / 10 }

// Properties of a device.
type Properties struct {
	Name         string
	Memory       int64
	Major, Minor int // compute capability
	Processors   int
}

// Context is the primary context of a device.
type Context struct {
	h     unsafe.Pointer
	index int
}

// Stream is a queue of work: what is enqueued on one runs in order.
type Stream struct{ ctx, h unsafe.Pointer }

// Event marks a point in a stream.
type Event struct{ ctx, h unsafe.Pointer }

// Module is PTX that the driver has compiled.
type Module struct{ ctx, h unsafe.Pointer }

// Function is a kernel of a Module.
type Function struct{ h unsafe.Pointer }

// Handle is the driver's own, for libraries that work on a stream.
func (s Stream) Handle() unsafe.Pointer { return s.h }

// Handle is the driver's own, for libraries.
func (c *Context) Handle() unsafe.Pointer { return c.h }

// ListSize is how much a List will hold: operations, parameters of launches, and bytes, each parameter and each call's
// data rounded up to 8.
type ListSize struct{ Ops, Params, Bytes int }

// Failure tells which operation of a Run failed.
type Failure struct {
	Op     int  // its index
	Result int  // the driver's number, or that of the library that a Call called
	Ran    bool // it began and then failed; otherwise it was refused
}
