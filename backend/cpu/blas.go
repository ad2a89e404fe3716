//go:build cgo

package cpu

// #cgo linux LDFLAGS: -ldl
// #include <stdlib.h>
// #include "blas.h"
import "C"

import (
	"os"
	"strings"
	"sync"
	"unsafe"
)

// blas is the library that GOMX_BLAS chooses: the path of one, "none", or by default OpenBLAS where it is installed.
var blas = sync.OnceValue(func() (b struct {
	name string // empty without a library
	err  string // why there is none
}) {
	wanted := os.Getenv("GOMX_BLAS")
	if wanted == "none" {
		return b
	}
	var path *C.char
	if wanted != "" {
		path = C.CString(wanted)
		defer C.free(unsafe.Pointer(path))
	}
	if msg := C.gomx_blas_open(path); msg != nil {
		b.err = C.GoString(msg)
		return b
	}
	b.name = blasTitle(C.GoString(C.gomx_blas_name()))
	return b
})

// preferBLAS reports whether the user wants the library wherever it can do the work.
var preferBLAS = os.Getenv("GOMX_BLAS") != ""

// useBLAS reports whether the library multiplies: one that GOMX_BLAS names or the build links, and else where this package
// has no vectors as wide as the machine's. At avx512 and avx2 the own product is as fast (docs/performance.md has the
// measurement) and takes the epilogue along.
func useBLAS(l level) bool { return blas().name != "" && (preferBLAS || l == levelScalar) }

// blasTitle is the beginning of what OpenBLAS says of itself: its name and version.
func blasTitle(config string) string {
	words := strings.Fields(config)
	if len(words) >= 2 && words[0] == "OpenBLAS" {
		title := words[0] + " " + words[1]
		if words[len(words)-1] == "(linked)" {
			title += " (linked)"
		}
		return title
	}
	return config
}

// blasName is what Info shows: the library where it does the work, else "own".
func blasName(l level) string {
	b := blas()
	switch {
	case useBLAS(l):
		return b.name
	case b.name != "":
		return "own (" + b.name + " by GOMX_BLAS)"
	case preferBLAS && b.err != "":
		return "own (GOMX_BLAS: " + b.err + ")"
	}
	return "own"
}
