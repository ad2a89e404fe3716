//go:build linux && cgo

package cudrv

// #cgo linux LDFLAGS: -ldl
// #include <stdlib.h>
// #include "cudrv.h"
import "C"

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"unsafe"
)

const library = "libcuda.so.1"

var loaded struct {
	mu     sync.Mutex
	driver *Driver
}

// Load opens the driver, once for the process; a failure is tried again the next time.
func Load() (*Driver, error) {
	loaded.mu.Lock()
	defer loaded.mu.Unlock()
	if loaded.driver != nil {
		return loaded.driver, nil
	}
	path := os.Getenv("GOMX_CUDA")
	switch path {
	case "off":
		return nil, fmt.Errorf("the NVIDIA driver is not used (GOMX_CUDA=off)")
	case "":
		path = library
	}
	text := C.CString(path)
	defer C.free(unsafe.Pointer(text))
	if msg := C.cudrv_load(text); msg != nil {
		return nil, fmt.Errorf("no NVIDIA driver found (%s): %s", path, strings.TrimPrefix(C.GoString(msg), path+": "))
	}
	if err := check("cuInit", C.cudrv_init()); err != nil {
		return nil, err
	}
	var version C.int
	if err := check("cuDriverGetVersion", C.cudrv_version(&version)); err != nil {
		return nil, err
	}
	loaded.driver = &Driver{version: int(version)}
	return loaded.driver, nil
}

// Count is the number of devices.
func (d *Driver) Count() (int, error) {
	var n C.int
	err := check("cuDeviceGetCount", C.cudrv_count(&n))
	return int(n), err
}

// Properties describes a device.
func (d *Driver) Properties(index int) (*Properties, error) {
	var name [256]C.char
	if err := check("cuDeviceGetName", C.cudrv_device_name(C.int(index), &name[0], C.int(len(name)))); err != nil {
		return nil, err
	}
	raw := C.GoBytes(unsafe.Pointer(&name[0]), C.int(len(name)))
	text, _, _ := bytes.Cut(raw, []byte{0})
	p := &Properties{Name: string(text)}
	var memory C.size_t
	if err := check("cuDeviceTotalMem", C.cudrv_device_memory(C.int(index), &memory)); err != nil {
		return nil, err
	}
	p.Memory = int64(memory)
	for attribute, to := range map[C.int]*int{C.CUDRV_CAPABILITY_MAJOR: &p.Major, C.CUDRV_CAPABILITY_MINOR: &p.Minor, C.CUDRV_PROCESSORS: &p.Processors} {
		var v C.int
		if err := check("cuDeviceGetAttribute", C.cudrv_device_attribute(C.int(index), attribute, &v)); err != nil {
			return nil, err
		}
		*to = int(v)
	}
	return p, nil
}

// Retain gives the primary context of a device; Release it.
func (d *Driver) Retain(index int) (*Context, error) {
	var c C.CUcontext
	if err := check("cuDevicePrimaryCtxRetain", C.cudrv_retain(C.int(index), &c)); err != nil {
		return nil, err
	}
	return &Context{h: unsafe.Pointer(c), index: index}, nil
}

// check makes an error of a result.
func check(call string, r C.CUresult) error {
	if r == C.CUDRV_SUCCESS {
		return nil
	}
	return resultError(call, int(r))
}

func resultError(call string, r int) *Error {
	e := &Error{Call: call, Result: r, Name: "unknown result", Text: "no description"}
	if s := C.cudrv_error_name(C.CUresult(r)); s != nil {
		e.Name = C.GoString(s)
	}
	if s := C.cudrv_error_text(C.CUresult(r)); s != nil {
		e.Text = C.GoString(s)
	}
	return e
}
