package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// header stands for NVIDIA's.
const header = `
#ifndef real_h
#define real_h
typedef enum { REAL_OK = 0, REAL_BUSY = 600 } realResult;
typedef unsigned long long realPtr;
typedef struct real_st *realStream;
#define realAlloc realAlloc_v2
realResult realAlloc(realPtr *address, unsigned long bytes);
realResult realWait(realStream stream, unsigned flags);
#endif
`

// declarations are right, in the form of the files api.h.
const declarations = `
#ifndef real_h
typedef int realResult;
typedef unsigned long long realPtr;
typedef struct real_st *realStream;
#endif
// X(name, parameters)
#define MINE_REQUIRED(X) \
	X(realAlloc_v2, (realPtr *address, unsigned long bytes)) \
	X(realWait, (realStream stream, \
	             unsigned flags))
#define MINE_OPTIONAL(X)
#define MINE_CONSTANTS(X) \
	X(MINE_OK, REAL_OK, 0) \
	X(MINE_BUSY, REAL_BUSY, 600)
`

// check runs the checks of the command on altered declarations.
func check(t *testing.T, old, new string) []string {
	t.Helper()
	if cc, err := exec.Command("go", "env", "CC").Output(); err != nil || exec.Command(strings.Fields(string(cc))[0], "--version").Run() != nil {
		t.Skip("needs a C compiler")
	}
	require.Contains(t, declarations, old)
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "include"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "include", "real.h"), []byte(header), 0o644))
	a := &api{library: library{name: "mine", header: "real.h", result: "realResult"}, path: filepath.Join(dir, "api.h")}
	text := strings.Replace(declarations, old, new, 1)
	require.NoError(t, os.WriteFile(a.path, []byte(text), 0o644))
	require.NoError(t, a.parse(text))
	kit := &toolkit{name: "kit", dir: dir}
	wrong, err := kit.checkHeader(a)
	require.NoError(t, err)
	return wrong
}

func TestParse(t *testing.T) {
	a := &api{}
	require.NoError(t, a.parse(declarations))
	assert.Equal(t, []string{"realAlloc_v2", "realWait"}, a.functions)
	assert.Equal(t, []string{"MINE_OK", "MINE_BUSY"}, a.constants)
	assert.Equal(t, []typedef{{"realResult", "int @"}, {"realPtr", "unsigned long long @"}, {"realStream", "struct real_st *@"}}, a.types)
	assert.ErrorContains(t, (&api{}).parse("int x;"), "; want macros …_REQUIRED(X)")
}

func TestRightDeclarations(t *testing.T) {
	assert.Empty(t, check(t, "", ""))
}

func TestWrongDeclarationsAreNamed(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"unsigned long bytes))", "unsigned bytes))", "realAlloc_v2 has other parameters or another result in real.h"},
		{"X(realAlloc_v2", "X(realAlloc", "realAlloc is another function by the name of realAlloc_v2"},
		{"X(realWait", "X(realSleep", "realSleep"},
		{"REAL_BUSY, 600", "REAL_BUSY, 601", "MINE_BUSY is not REAL_BUSY of real.h"},
		{"typedef unsigned long long realPtr", "typedef unsigned realPtr", "realPtr is of another size or kind in real.h"},
		{"typedef struct real_st *realStream", "typedef long realStream", "realStream is of another size or kind in real.h"},
	} {
		assert.Contains(t, strings.Join(check(t, c.old, c.new), "\n"), c.want, c.new)
	}
}

func TestMissingSymbolsAreNamed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"libneeds.so.1": "int needed;", "libmine.so.1": "int realWait(void) { return 0; }"} {
		file := filepath.Join(t.TempDir(), "lib.c")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		if out, err := compiler("-shared", "-fPIC", file, "-o", filepath.Join(dir, name)); err != nil {
			t.Skipf("no shared libraries: %v %s", err, out)
		}
	}
	kit := &toolkit{name: "kit", dir: dir}
	missing, err := kit.checkLibrary(&api{library: library{soname: "libmine.so", needs: "libneeds.so"}, functions: []string{"realWait", "realAlloc_v2"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"realAlloc_v2 is not in libmine.so.1"}, missing)
}

// The files of the project are of the form that is read.
func TestProjectsDeclarations(t *testing.T) {
	apis, err := readAPIs("..")
	require.NoError(t, err)
	for _, a := range apis {
		assert.Greater(t, len(a.functions), 5, a.name)
	}
}
