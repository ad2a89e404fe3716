//go:build linux && cgo

package cudrv

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLoadSaysWhy(t *testing.T) {
	for path, want := range map[string]string{
		"off":                   "the NVIDIA driver is not used (GOMX_CUDA=off)",
		"/nowhere/libcuda.so.1": "no NVIDIA driver found (/nowhere/libcuda.so.1): cannot open shared object file: No such file or directory",
		"libc.so.6":             "no NVIDIA driver found (libc.so.6): libc.so.6 has no cuInit: the driver is too old",
	} {
		t.Setenv("GOMX_CUDA", path)
		_, err := Load()
		assert.EqualError(t, err, want)
	}
}

func TestErrors(t *testing.T) {
	e := &Error{Call: "cuMemAlloc", Result: 2, Name: "CUDA_ERROR_OUT_OF_MEMORY", Text: "out of memory"}
	assert.EqualError(t, e, "cuMemAlloc: out of memory (CUDA_ERROR_OUT_OF_MEMORY, 2)")
	assert.False(t, e.Sticky())
	e.Log = "line 3: syntax error"
	assert.EqualError(t, e, "cuMemAlloc: out of memory (CUDA_ERROR_OUT_OF_MEMORY, 2): line 3: syntax error")
	e.Result = 700
	assert.True(t, e.Sticky() && e.Fault())
	e.Result = 46
	assert.True(t, e.Sticky() && !e.Fault())
}
