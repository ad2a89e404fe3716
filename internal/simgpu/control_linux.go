//go:build linux && cgo

package simgpu

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>

static void *driver(const char *name) {
	void *lib = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
	return lib ? dlsym(lib, name) : NULL;
}

static int simgpu_finish(void) {
	int (*f)(void) = (int (*)(void))driver("simgpuFinish");
	return f ? f() : 0;
}

static int simgpu_fail(const char *faults) {
	int (*f)(const char *) = (int (*)(const char *))driver("simgpuFail");
	return f ? f(faults) : -1;
}

static void simgpu_message(char *message, size_t size) {
	void (*f)(char *, size_t) = (void (*)(char *, size_t))driver("simgpuMessage");
	message[0] = 0;
	if (f) f(message, size);
}
*/
import "C"

import (
	"fmt"
	"os/exec"
	"syscall"
	"unsafe"
)

const cgo = true

// Fail orders faults that happen once, counted from now:
//
//	alloc=3          the third allocation fails: out of memory
//	launch=5:701     the fifth launch is refused; with another result it fails when it runs
//	op=17:46@1       device 1 is lost in the 17th operation that it runs
//
// Several are separated by commas; without :RESULT and @DEVICE it is the usual result, on any device. An empty text takes
// back what has not happened yet. The driver must have been loaded before.
func Fail(faults string) error {
	text := C.CString(faults)
	defer C.free(unsafe.Pointer(text))
	switch C.simgpu_fail(text) {
	case 0:
		return nil
	case -1:
		return fmt.Errorf("simgpu: no simulated driver in this process, or it was not loaded yet")
	}
	return fmt.Errorf("simgpu: faults %q are not understood", faults)
}

// Message gives the driver's last words on what was wrong: more than its results can say.
func Message() string {
	var buffer [1024]C.char
	C.simgpu_message(&buffer[0], C.size_t(len(buffer)))
	return C.GoString(&buffer[0])
}

// finish counts what is wrong with memory that no result told of.
func finish() int { return int(C.simgpu_finish()) }

func dieWithParent(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
