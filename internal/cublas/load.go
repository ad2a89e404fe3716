//go:build linux && cgo

package cublas

// #cgo linux LDFLAGS: -ldl
// #include <stdlib.h>
// #include "cublas.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"

	"github.com/gomx-org/gomx/internal/cudrv"
)

// CallBytes is the memory of a product in a list.
const CallBytes = C.sizeof_gomx_gemm

// Load opens the library, once; the error says why there is none.
var Load = sync.OnceValue(func() error {
	switch path := os.Getenv("GOMX_CUBLAS"); path {
	case "off":
		return errors.New("GOMX_CUBLAS=off")
	case "":
		for _, path := range candidates() {
			if load(path) == nil {
				return nil
			}
		}
		return errors.New("no libcublas found")
	default:
		if err := load(path); err != nil {
			return fmt.Errorf("GOMX_CUBLAS: %w", err)
		}
		return nil
	}
})

func load(path string) error {
	var lt *C.char
	if name := ltOf(path); name != "" {
		lt = C.CString(name)
		defer C.free(unsafe.Pointer(lt))
	}
	lib := C.CString(path)
	defer C.free(unsafe.Pointer(lib))
	if msg := C.gomx_cublas_load(lt, lib); msg != nil {
		return errors.New(C.GoString(msg))
	}
	return nil
}

// New makes a handle for a stream of a context, with memory of the device to work in. Arithmetic is float32 all the way.
func New(c *cudrv.Context, s cudrv.Stream, workspace cudrv.Ptr, bytes int) (*Handle, error) {
	var h C.cublasHandle_t
	var status C.cublasStatus_t
	err := c.Use(func() {
		status = C.gomx_cublas_create(&h, C.cudaStream_t(s.Handle()), C.uint64_t(workspace), C.size_t(bytes))
	})
	if err != nil {
		return nil, err
	}
	if status != C.GOMX_CUBLAS_SUCCESS {
		return nil, &Error{"cublasCreate", int(status)}
	}
	return &Handle{unsafe.Pointer(h)}, nil
}

// Close ends the handle.
func (h *Handle) Close(c *cudrv.Context) error {
	var status C.cublasStatus_t
	if err := c.Use(func() { status = C.gomx_cublas_destroy(C.cublasHandle_t(h.h)) }); err != nil {
		return err
	}
	if status != C.GOMX_CUBLAS_SUCCESS {
		return &Error{"cublasDestroy", int(status)}
	}
	return nil
}

// Version is the library's: 12.4.5.
func (h *Handle) Version() string {
	var v C.int
	if C.gomx_cublas_version(C.cublasHandle_t(h.h), &v) != C.GOMX_CUBLAS_SUCCESS {
		return "of unknown version"
	}
	return versionText(int(v))
}

// Add adds a product to a list that will run on the handle's stream; it gives the memory of its addresses. In Fortran's
// order every matrix is its transpose, so it says Cᵀ = op(B)ᵀ·op(A)ᵀ.
func (h *Handle) Add(l *cudrv.List, g *Gemm) (a, b, c *uint64) {
	args := l.Call(C.gomx_cublas_gemm, CallBytes)
	f := (*C.gomx_gemm)(unsafe.Pointer(unsafe.SliceData(args)))
	f.handle = C.cublasHandle_t(h.h)
	f.trans_a, f.trans_b = operation(g.TransB), operation(g.TransA)
	f.m, f.n, f.k = C.int(g.N), C.int(g.M), C.int(g.K)
	f.lda, f.ldb, f.ldc = C.int(g.LDB), C.int(g.LDA), C.int(g.LDC)
	f.stride_a, f.stride_b, f.stride_c = C.longlong(g.StrideB), C.longlong(g.StrideA), C.longlong(g.StrideC)
	f.batch, f.alpha = C.int(g.Batch), 1
	if g.Accumulate {
		f.beta = 1
	}
	return (*uint64)(unsafe.Pointer(&f.b)), (*uint64)(unsafe.Pointer(&f.a)), (*uint64)(unsafe.Pointer(&f.c))
}

func operation(transposed bool) C.int {
	if transposed {
		return C.GOMX_CUBLAS_T
	}
	return C.GOMX_CUBLAS_N
}
