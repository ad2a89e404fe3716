//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// poolMu is held while the pool runs a segment or changes: concurrent Runs take turns, segment by segment.
var poolMu sync.Mutex

var startPool sync.Once

// ensurePool starts the pool with the default number of threads unless SetThreads came first.
func ensurePool() {
	startPool.Do(func() {
		poolMu.Lock()
		defer poolMu.Unlock()
		C.gomx_pool_set_threads(C.int(defaultThreads()))
	})
}

// defaultThreads is OMP_NUM_THREADS (the first number of a list), else the number of processors this process may use.
func defaultThreads() int {
	first, _, _ := strings.Cut(os.Getenv("OMP_NUM_THREADS"), ",")
	if n, err := strconv.Atoi(strings.TrimSpace(first)); err == nil && n > 0 {
		return n
	}
	return runtime.NumCPU()
}

// SetThreads sets how many threads all cpu(i) share, the calling one included; 0 means the default. Results do not depend
// on it. It waits for a running segment.
func SetThreads(n int) error {
	startPool.Do(func() {})
	if n <= 0 {
		n = defaultThreads()
	}
	poolMu.Lock()
	defer poolMu.Unlock()
	if e := C.gomx_pool_set_threads(C.int(n)); e != 0 {
		return fmt.Errorf("cpu: cannot start %d threads, only %d: %w", n, int(C.gomx_pool_threads()), syscall.Errno(e))
	}
	return nil
}

// Threads is the number of threads in use.
func Threads() int {
	ensurePool()
	poolMu.Lock()
	defer poolMu.Unlock()
	return int(C.gomx_pool_threads())
}

// reserveScratch makes sure that each thread has so much scratch.
func reserveScratch(bytes int) error {
	ensurePool()
	poolMu.Lock()
	defer poolMu.Unlock()
	if C.gomx_pool_reserve(C.int64_t(bytes)) != 0 {
		return fmt.Errorf("cpu: no memory for %d bytes of scratch on each of %d threads", bytes, int(C.gomx_pool_threads()))
	}
	return nil
}
