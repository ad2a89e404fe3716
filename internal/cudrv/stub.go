//go:build !linux || !cgo

package cudrv

import (
	"errors"
	"unsafe"
)

var errNone = errors.New("this program was built without support for GPUs (it needs Linux and cgo)")

// Load says that this build has no driver.
func Load() (*Driver, error) { return nil, errNone }

// Count is the number of devices.
func (d *Driver) Count() (int, error) { return 0, errNone }

// Properties describes a device.
func (d *Driver) Properties(index int) (*Properties, error) { return nil, errNone }

// Retain gives the primary context of a device.
func (d *Driver) Retain(index int) (*Context, error) { return nil, errNone }

// Release gives the context back.
func (c *Context) Release() error { return errNone }

// CanAccess reports whether the device can reach the memory of peer's.
func (c *Context) CanAccess(peer *Context) (bool, error) { return false, errNone }

// EnablePeer lets the device reach the memory of peer's.
func (c *Context) EnablePeer(peer *Context) error { return errNone }

// MemInfo is how much memory of the device is free, and how much there is.
func (c *Context) MemInfo() (free, total int64, err error) { return 0, 0, errNone }

// Alloc gives memory of the device.
func (c *Context) Alloc(bytes int) (Ptr, error) { return 0, errNone }

// Free gives it back.
func (c *Context) Free(p Ptr) error { return errNone }

// AllocHost gives pinned memory of the host.
func (c *Context) AllocHost(bytes int) ([]byte, error) { return nil, errNone }

// FreeHost gives it back.
func (c *Context) FreeHost(b []byte) error { return errNone }

// NewStream makes a stream.
func (c *Context) NewStream() (Stream, error) { return Stream{}, errNone }

// NewEvent makes an event.
func (c *Context) NewEvent(timing bool) (Event, error) { return Event{}, errNone }

// LoadModule compiles PTX.
func (c *Context) LoadModule(ptx string) (Module, error) { return Module{}, errNone }

// NewProgress makes a counter of operations.
func (c *Context) NewProgress(every int) (*Progress, error) { return nil, errNone }

// Destroy ends the stream.
func (s Stream) Destroy() error { return errNone }

// Synchronize waits until all work of the stream is done.
func (s Stream) Synchronize() error { return errNone }

// Wait makes work enqueued later begin after e.
func (s Stream) Wait(e Event) error { return errNone }

// Record makes e the point that the stream is at now.
func (s Stream) Record(e Event) error { return errNone }

// Upload copies from pinned memory.
func (s Stream) Upload(dst Ptr, src []byte) error { return errNone }

// Download copies into pinned memory.
func (s Stream) Download(dst []byte, src Ptr) error { return errNone }

// Copy copies within the device.
func (s Stream) Copy(dst, src Ptr, bytes int) error { return errNone }

// CopyPeer copies from the memory of another device.
func (s Stream) CopyPeer(dst Ptr, src Ptr, from *Context, bytes int) error { return errNone }

// Fill writes n words of 32 bits.
func (s Stream) Fill(dst Ptr, word uint32, n int) error { return errNone }

// Destroy ends the event.
func (e Event) Destroy() error { return errNone }

// Done reports whether the stream has passed the point.
func (e Event) Done() (bool, error) { return false, errNone }

// Synchronize waits until the stream has passed the point.
func (e Event) Synchronize() error { return errNone }

// Since is the time in seconds from begin to e.
func (e Event) Since(begin Event) (float64, error) { return 0, errNone }

// Unload frees the module.
func (m Module) Unload() error { return errNone }

// Function finds a kernel.
func (m Module) Function(name string) (Function, error) { return Function{}, errNone }

// List is a sequence of operations.
type List struct{}

// NewList makes an empty list.
func NewList(size ListSize) (*List, error) { return nil, errNone }

// Free gives the memory back.
func (l *List) Free() {}

// Len is the number of operations.
func (l *List) Len() int { return 0 }

// Launch adds a launch.
func (l *List) Launch(f Function, grid, block [3]uint32, shared int, sizes []int) [][]uint64 {
	return nil
}

// Copy adds a copy within the device.
func (l *List) Copy(bytes int) (dst, src *uint64) { return nil, nil }

// Fill adds a fill with 32-bit words.
func (l *List) Fill(word uint32, bytes int) (dst *uint64) { return nil }

// Call adds a call of a C function.
func (l *List) Call(f unsafe.Pointer, bytes int) []uint64 { return nil }

// Record adds the recording of an event.
func (l *List) Record(e Event) {}

// Run enqueues nothing.
func (l *List) Run(s Stream, from, to int, p *Progress, wait bool) (f Failure, ok bool) {
	return Failure{}, false
}

// ResultError is the driver's word on a result.
func ResultError(call string, result int) *Error {
	return &Error{Call: call, Result: result, Name: "unknown result", Text: "no description"}
}

// Progress counts operations.
type Progress struct{}

// Free ends it.
func (p *Progress) Free() {}

// Enqueued is the number of operations so far.
func (p *Progress) Enqueued() uint32 { return 0 }

// Done is a number of operations of which is known that they are done.
func (p *Progress) Done() uint32 { return 0 }

// Use calls nothing.
func (c *Context) Use(f func()) error { return errNone }
