//go:build linux && cgo

package cudrv

// #include "cudrv.h"
import "C"

import (
	"runtime"
	"unsafe"
)

func context(h unsafe.Pointer) C.CUcontext { return C.CUcontext(h) }

func (s Stream) stream() C.CUstream { return C.CUstream(s.h) }

func (e Event) event() C.CUevent { return C.CUevent(e.h) }

// Release gives the context back; it lives on while others hold it.
func (c *Context) Release() error {
	return check("cuDevicePrimaryCtxRelease", C.cudrv_release(C.int(c.index)))
}

// CanAccess reports whether the device can reach the memory of peer's.
func (c *Context) CanAccess(peer *Context) (bool, error) {
	var can C.int
	err := check("cuDeviceCanAccessPeer", C.cudrv_device_can_access(C.int(c.index), C.int(peer.index), &can))
	return can != 0, err
}

// EnablePeer lets the device reach the memory of peer's.
func (c *Context) EnablePeer(peer *Context) error {
	return check("cuCtxEnablePeerAccess", C.cudrv_enable_peer(context(c.h), context(peer.h)))
}

// MemInfo is how much memory of the device is free, and how much there is.
func (c *Context) MemInfo() (free, total int64, err error) {
	var f, t C.size_t
	err = check("cuMemGetInfo", C.cudrv_memory_info(context(c.h), &f, &t))
	return int64(f), int64(t), err
}

// Alloc gives memory of the device, aligned to at least 256 bytes.
func (c *Context) Alloc(bytes int) (Ptr, error) {
	var p C.CUdeviceptr
	err := check("cuMemAlloc", C.cudrv_alloc(context(c.h), &p, C.size_t(bytes)))
	return Ptr(p), err
}

// Free gives it back.
func (c *Context) Free(p Ptr) error {
	return check("cuMemFree", C.cudrv_free(context(c.h), C.CUdeviceptr(p)))
}

// AllocHost gives pinned memory of the host.
func (c *Context) AllocHost(bytes int) ([]byte, error) {
	var p unsafe.Pointer
	if err := check("cuMemHostAlloc", C.cudrv_alloc_host(context(c.h), &p, C.size_t(bytes))); err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(p), bytes), nil
}

// FreeHost gives it back.
func (c *Context) FreeHost(b []byte) error {
	return check("cuMemFreeHost", C.cudrv_free_host(context(c.h), unsafe.Pointer(unsafe.SliceData(b))))
}

// NewStream makes a stream that waits for no other.
func (c *Context) NewStream() (Stream, error) {
	var s C.CUstream
	err := check("cuStreamCreate", C.cudrv_stream_create(context(c.h), &s))
	return Stream{c.h, unsafe.Pointer(s)}, err
}

// NewEvent makes an event; timing events can measure.
func (c *Context) NewEvent(timing bool) (Event, error) {
	var e C.CUevent
	var t C.int
	if timing {
		t = 1
	}
	err := check("cuEventCreate", C.cudrv_event_create(context(c.h), &e, t))
	return Event{c.h, unsafe.Pointer(e)}, err
}

// Destroy ends the stream once its work is done.
func (s Stream) Destroy() error {
	return check("cuStreamDestroy", C.cudrv_stream_destroy(context(s.ctx), s.stream()))
}

// Synchronize waits until all work of the stream is done.
func (s Stream) Synchronize() error {
	return check("cuStreamSynchronize", C.cudrv_stream_synchronize(context(s.ctx), s.stream()))
}

// Wait makes work enqueued later begin after e; e may be of another device.
func (s Stream) Wait(e Event) error {
	return check("cuStreamWaitEvent", C.cudrv_stream_wait(context(s.ctx), s.stream(), e.event()))
}

// Record makes e the point that the stream is at now.
func (s Stream) Record(e Event) error {
	return check("cuEventRecord", C.cudrv_event_record(context(s.ctx), e.event(), s.stream()))
}

// Upload copies from src, which must be pinned and stay as it is until done.
func (s Stream) Upload(dst Ptr, src []byte) error {
	return check("cuMemcpyHtoDAsync", C.cudrv_upload(context(s.ctx), C.CUdeviceptr(dst), unsafe.Pointer(unsafe.SliceData(src)), C.size_t(len(src)), s.stream()))
}

// Download copies into dst, which must be pinned.
func (s Stream) Download(dst []byte, src Ptr) error {
	return check("cuMemcpyDtoHAsync", C.cudrv_download(context(s.ctx), unsafe.Pointer(unsafe.SliceData(dst)), C.CUdeviceptr(src), C.size_t(len(dst)), s.stream()))
}

// Copy copies within the device.
func (s Stream) Copy(dst, src Ptr, bytes int) error {
	return check("cuMemcpyDtoDAsync", C.cudrv_copy(context(s.ctx), C.CUdeviceptr(dst), C.CUdeviceptr(src), C.size_t(bytes), s.stream()))
}

// CopyPeer copies from the memory of another device into that of this one.
func (s Stream) CopyPeer(dst Ptr, src Ptr, from *Context, bytes int) error {
	return check("cuMemcpyPeerAsync", C.cudrv_copy_peer(context(s.ctx), C.CUdeviceptr(dst), context(s.ctx), C.CUdeviceptr(src), context(from.h), C.size_t(bytes), s.stream()))
}

// Fill writes n words of 32 bits.
func (s Stream) Fill(dst Ptr, word uint32, n int) error {
	return check("cuMemsetD32Async", C.cudrv_fill(context(s.ctx), C.CUdeviceptr(dst), C.uint32_t(word), C.size_t(n), s.stream()))
}

// Destroy ends the event.
func (e Event) Destroy() error {
	return check("cuEventDestroy", C.cudrv_event_destroy(context(e.ctx), e.event()))
}

// Done reports whether the stream has passed the point. An event never recorded is done.
func (e Event) Done() (bool, error) {
	r := C.cudrv_event_query(context(e.ctx), e.event())
	if r == C.CUDRV_NOT_READY {
		return false, nil
	}
	return r == C.CUDRV_SUCCESS, check("cuEventQuery", r)
}

// Synchronize waits until the stream has passed the point.
func (e Event) Synchronize() error {
	return check("cuEventSynchronize", C.cudrv_event_synchronize(context(e.ctx), e.event()))
}

// Since is the time in seconds from begin to e, both timing events that are done.
func (e Event) Since(begin Event) (float64, error) {
	var ms C.float
	err := check("cuEventElapsedTime", C.cudrv_event_elapsed(context(e.ctx), &ms, begin.event(), e.event()))
	return float64(ms) / 1000, err
}

// Use calls f on a thread on which the context is current, for libraries.
func (c *Context) Use(f func()) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := check("cuCtxSetCurrent", C.cudrv_use(context(c.h))); err != nil {
		return err
	}
	f()
	return nil
}
