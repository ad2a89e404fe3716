package ptx

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Tests that compile what Translate gives and run it: the executor in a process of its own, as native/launch.h says.

// mode is how kernels are compiled and run.
type mode struct {
	name     string
	check    bool
	sanitize string // address or thread
}

var (
	plain   = mode{name: "plain"}
	checked = mode{name: "check", check: true}
	asan    = mode{name: "asan", sanitize: "address"}
	tsan    = mode{name: "tsan", sanitize: "thread"}
)

const native = "../native"

var executor = []string{"exec.cc", "warp.cc", "check.cc", "words.cc", "shared.cc", "fiber.cc", "round.cc", "escape.cc"}

var builds struct {
	sync.Mutex
	dir     string
	objects []string
	runners map[string]string
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "ptx")
	if err != nil {
		panic(err)
	}
	builds.dir, builds.runners = dir, map[string]string{}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func compiler(t testing.TB, args ...string) {
	t.Helper()
	out, err := exec.Command("g++", append([]string{"-std=c++17", "-fPIC", "-ffp-contract=off", "-I" + native}, args...)...).CombinedOutput()
	require.NoError(t, err, "g++ %v\n%s", args, out)
}

// runner gives the program that runs launches in a mode.
func runner(t testing.TB, md mode) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("kernels run on linux/amd64 only")
	}
	if _, err := exec.LookPath("g++"); err != nil {
		t.Skip("no g++: translated kernels are not run")
	}
	if _, err := exec.LookPath("setarch"); err != nil && md == tsan {
		t.Skip("no setarch: ThreadSanitizer needs it")
	}
	builds.Lock()
	defer builds.Unlock()
	if r := builds.runners[md.sanitize]; r != "" {
		return r
	}
	if builds.objects == nil {
		var wait sync.WaitGroup
		for _, file := range append(executor, "runner.cc") {
			object := filepath.Join(builds.dir, file+".o")
			builds.objects = append(builds.objects, object)
			wait.Add(1)
			go func() {
				defer wait.Done()
				compiler(t, "-O1", "-g1", "-Wall", "-Wextra", "-Werror", "-c", filepath.Join(native, file), "-o", object)
			}()
		}
		wait.Wait()
	}
	r := filepath.Join(builds.dir, "runner"+md.sanitize)
	args := append([]string{"-rdynamic", "-o", r}, builds.objects...)
	if md.sanitize != "" {
		args = append(args, "-fsanitize="+md.sanitize)
	}
	compiler(t, append(args, "-ldl")...)
	builds.runners[md.sanitize] = r
	return r
}

// library is a compiled module.
type library struct {
	t      testing.TB
	mode   mode
	object string
}

// compile translates and compiles PTX.
func compile(t testing.TB, name, source string, md mode) *library {
	t.Helper()
	runner(t, md)
	code, err := Translate(name, source, Options{Check: md.check})
	require.NoError(t, err)
	dir := t.TempDir()
	l := &library{t, md, filepath.Join(dir, "module.so")}
	file := filepath.Join(dir, "module.cc")
	require.NoError(t, os.WriteFile(file, []byte(code), 0o666))
	args := []string{"-O1", "-g1", "-w", "-shared", file, "-o", l.object}
	if vectorUnits() {
		args = append(args, "-mavx2", "-mfma")
	}
	if md.sanitize != "" {
		args = append(args, "-fsanitize="+md.sanitize)
	}
	compiler(t, args...)
	return l
}

// launch is one run of a kernel. Buffers follow each other from base on, 256 bytes apart; their addresses are the first
// parameters, words the rest.
type launch struct {
	kernel      string
	grid, block [3]uint32
	shared      uint32
	seed        uint64
	buffers     [][]byte
	words       []any // values of fixed size
	env         []string
}

const base = 0x7ea000000000

type result struct {
	status  uint32
	message string
	stderr  string
	buffers [][]byte
}

func (l *library) run(c launch) result {
	l.t.Helper()
	var params, regions bytes.Buffer
	put := func(b *bytes.Buffer, v any) { require.NoError(l.t, binary.Write(b, binary.LittleEndian, v)) }
	address := uint64(base)
	for _, b := range c.buffers {
		put(&params, address)
		put(&regions, [2]uint64{address, uint64(len(b))})
		regions.Write(b)
		address += uint64(len(b)+511) / 256 * 256
	}
	for _, w := range c.words {
		align := reflect.TypeOf(w).Align()
		for params.Len()%align != 0 {
			params.WriteByte(0)
		}
		put(&params, w)
	}
	for i := range c.block {
		c.block[i] = max(c.block[i], 1)
		c.grid[i] = max(c.grid[i], 1)
	}
	var in bytes.Buffer
	in.WriteString("SLAUNCH1")
	put(&in, c.seed)
	put(&in, []uint32{c.grid[0], c.grid[1], c.grid[2], c.block[0], c.block[1], c.block[2], c.shared, uint32(len(c.kernel)), uint32(params.Len()), uint32(len(c.buffers))})
	in.WriteString(c.kernel)
	in.Write(params.Bytes())
	in.Write(regions.Bytes())

	dir := l.t.TempDir()
	from, to := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	require.NoError(l.t, os.WriteFile(from, in.Bytes(), 0o666))
	command := []string{runner(l.t, l.mode), l.object, from, to}
	if l.mode.sanitize == "thread" {
		command = append([]string{"setarch", "-R"}, command...)
	}
	run := exec.Command(command[0], command[1:]...)
	run.Env = append(append(os.Environ(), "TSAN_OPTIONS=exitcode=0", "ASAN_OPTIONS=detect_leaks=0"), c.env...)
	var stderr strings.Builder
	run.Stderr = &stderr
	err := run.Run()
	r := result{stderr: stderr.String()}
	out, missing := os.ReadFile(to)
	if missing != nil { // AddressSanitizer ended it
		require.Error(l.t, err)
		r.status = 700
		return r
	}
	require.NoError(l.t, err, r.stderr)
	r.status = binary.LittleEndian.Uint32(out)
	n := binary.LittleEndian.Uint32(out[4:])
	r.message = string(out[8 : 8+n])
	out = out[8+n:]
	for _, b := range c.buffers {
		r.buffers = append(r.buffers, out[:len(b)])
		out = out[len(b):]
	}
	return r
}

// vectorUnits reports whether the machine has what the driver compiles for where it can.
func vectorUnits() bool {
	info, _ := os.ReadFile("/proc/cpuinfo")
	return bytes.Contains(info, []byte(" fma ")) && bytes.Contains(info, []byte(" avx2 "))
}

// bytesOf gives the memory of values.
func bytesOf(values any) []byte {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func asUint32(b []byte) []uint32 {
	out := make([]uint32, len(b)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[i*4:])
	}
	return out
}
