package cudrv

import "fmt"

// Error is what a call of the driver gave.
type Error struct {
	Call   string // cuMemAlloc
	Result int    // the driver's number
	Name   string // CUDA_ERROR_OUT_OF_MEMORY
	Text   string // out of memory
	Log    string // what the PTX compiler said
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s (%s, %d)", e.Call, e.Text, e.Name, e.Result)
	if e.Log != "" {
		s += ": " + e.Log
	}
	return s
}

// OutOfMemory is the Result of an allocation that found no room.
const OutOfMemory = 2

// Fault reports whether a kernel did what it must not. The context is lost with it.
func (e *Error) Fault() bool {
	switch e.Result {
	case 700, 702, 710, 714, 715, 716, 717, 718, 719:
		// Illegal address, timeout, assert, hardware stack, illegal instruction, misaligned address, invalid address space,
		// invalid program counter, launch failed.
		return true
	}
	return false
}

// Sticky reports whether every call on the context fails after this error: a fault, or the device is lost.
func (e *Error) Sticky() bool {
	switch e.Result {
	case 4, 46, 201, 214, 220, 226, 709, 999:
		// Deinitialized, device unavailable, invalid context, ECC, NVLink, exception, context destroyed, unknown.
		return true
	}
	return e.Fault()
}

// PeerRefused reports whether the error says that two devices cannot reach each other's memory.
func (e *Error) PeerRefused() bool { return e.Result == 217 || e.Result == 705 || e.Result == 801 }
