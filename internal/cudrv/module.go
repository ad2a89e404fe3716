//go:build linux && cgo

package cudrv

// #include <stdlib.h>
// #include "cudrv.h"
import "C"

import (
	"bytes"
	"strings"
	"unsafe"
)

// LoadModule compiles PTX; the error has what the compiler said.
func (c *Context) LoadModule(ptx string) (Module, error) {
	text := C.CString(ptx)
	defer C.free(unsafe.Pointer(text))
	const size = 4096
	log := (*C.char)(C.calloc(size, 1))
	defer C.free(unsafe.Pointer(log))
	var m C.CUmodule
	if r := C.cudrv_module_load(context(c.h), &m, text, log, size); r != C.CUDRV_SUCCESS {
		e := resultError("cuModuleLoadData", int(r))
		said, _, _ := bytes.Cut(C.GoBytes(unsafe.Pointer(log), size), []byte{0})
		e.Log = strings.Join(strings.Fields(string(said)), " ")
		return Module{}, e
	}
	return Module{c.h, unsafe.Pointer(m)}, nil
}

// Unload frees the module.
func (m Module) Unload() error {
	return check("cuModuleUnload", C.cudrv_module_unload(context(m.ctx), C.CUmodule(m.h)))
}

// Function finds a kernel.
func (m Module) Function(name string) (Function, error) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	var f C.CUfunction
	err := check("cuModuleGetFunction "+name, C.cudrv_module_function(context(m.ctx), &f, C.CUmodule(m.h), text))
	return Function{unsafe.Pointer(f)}, err
}
