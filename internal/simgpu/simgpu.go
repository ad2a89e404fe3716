// Package simgpu lets tests run the CUDA backend, unchanged, on simulated GPUs: a libcuda.so.1 that translates the very
// PTX that ships to C++ and runs it on the CPU, and a libcublas beside it. Nothing outside tests imports the package.
//
// A test package that needs GPUs says so once,
//
//	func TestMain(m *testing.M) { os.Exit(simgpu.Main(m, simgpu.Devices(2))) }
//
// and each test that needs them begins with simgpu.Need(t). Env gives the same environment to other programs.
//
// The simulated driver is no friend. It runs nothing until somebody waits, then in an order drawn from a seed that only
// streams and events restrain; fills memory with NaN; puts canaries behind allocations; keeps to the limits of the oldest
// GPUs; and lets errors stick, as real drivers do. GOMX_SIM_SEED=n repeats an order, 0 is the order of the program.
// GOMX_SIM_SANITIZE=address, thread or check looks closer: see Sanitize.
package simgpu

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
)

// Available says why there can be no simulated GPUs here, or nil. It builds the libraries if they are not built yet.
func Available() error {
	_, err := build()
	return err
}

// Env gives the environment in which a program finds the simulated driver instead of a real one.
func Env(options ...Option) ([]string, error) {
	c, err := newConfig(options)
	if err != nil {
		return nil, err
	}
	if c.seed == drawn() && os.Getenv(simulated) == "" {
		tell()
	}
	return environment(c)
}

func environment(c *config) ([]string, error) {
	dir, err := build()
	if err != nil {
		return nil, err
	}
	modules := filepath.Join(filepath.Dir(dir), "modules")
	if err := os.MkdirAll(modules, 0o700); err != nil {
		return nil, fmt.Errorf("simgpu: %w", err)
	}
	path := filepath.Join(dir, "lib")
	blas := "off" // not even a real one
	if c.blas {
		path += string(os.PathListSeparator) + filepath.Join(dir, "blas")
		blas = ""
	}
	env := append(os.Environ(),
		"LD_LIBRARY_PATH="+path,
		"GOMX_CUDA=", // no other driver
		"GOMX_CUBLAS="+blas,
		simulated+"="+strconv.FormatUint(c.seed, 10),
		"SIMGPU_DEVICES="+strconv.Itoa(c.devices),
		"SIMGPU_MEMORY="+strconv.FormatUint(c.memory, 10),
		"SIMGPU_CAPABILITY="+c.capability,
		"SIMGPU_FAIL="+c.faults,
		"SIMGPU_CACHE="+modules,
		"SIMGPU_NATIVE="+filepath.Join(dir, "native"),
		"SIMGPU_PTX2CPP="+filepath.Join(dir, "ptx2cpp"),
		"SIMGPU_RUNNER="+filepath.Join(dir, "runner"),
	)
	more, err := sanitizer(c.sanitize)
	return append(env, more...), err
}

// sanitizer gives the environment for a mode.
func sanitizer(m Mode) ([]string, error) {
	switch m {
	case Address:
		lib, err := libasan()
		return []string{"SIMGPU_ASAN=1", "LD_PRELOAD=" + lib, "ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0"}, err
	case Thread:
		return []string{"SIMGPU_TSAN=1"}, nil
	case Check:
		return []string{"SIMGPU_CHECK=1"}, nil
	}
	return nil, nil
}

// missing says why this process has no simulated GPUs.
var missing error

// Main runs the tests of a package in a child process that has the simulated driver on its library path, and gives the
// code to exit with. Where that cannot be, it says why in a line and runs the tests here; Need skips then.
func Main(m *testing.M, options ...Option) int {
	if os.Getenv(simulated) != "" {
		code := m.Run()
		if n := finish(); n > 0 && code == 0 {
			fmt.Fprintf(os.Stderr, "simgpu: memory was damaged %d times\n", n)
			code = 1
		}
		return code
	}
	c, err := newConfig(options)
	var env []string
	if err == nil {
		env, err = environment(c)
	}
	if err != nil {
		missing = err
		fmt.Fprintf(os.Stderr, "%v; tests that need GPUs are skipped\n", err)
		return m.Run()
	}
	code := rerun(env)
	if code != 0 {
		fmt.Fprintf(os.Stderr, "simgpu: %s=%d repeats this; GOMX_SIM_SANITIZE=check names what touches memory that it must not\n", userSeed, c.seed)
	}
	return code
}

// Need skips a test where there are no simulated GPUs.
func Need(t testing.TB) {
	t.Helper()
	if os.Getenv(simulated) == "" {
		t.Skipf("no simulated GPU: %v", missing)
	}
}

// rerun starts this program again as a child, hands it the signals that end programs, and gives its exit code.
func rerun(env []string) int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintf(os.Stderr, "simgpu: %v\n", err)
		return 1
	}
	runtime.LockOSThread() // the child ends with the thread that started it
	child := exec.Command(self, os.Args[1:]...)
	child.Env, child.Stdin, child.Stdout, child.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	dieWithParent(child)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	if err := child.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "simgpu: %v\n", err)
		return 1
	}
	go func() {
		for s := range signals {
			_ = child.Process.Signal(s) // it may have ended meanwhile
		}
	}()
	err = child.Wait()
	if code := child.ProcessState.ExitCode(); code >= 0 {
		return code
	}
	fmt.Fprintf(os.Stderr, "simgpu: %v\n", err)
	return 2
}
