package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const ptx = `.version 6.0
.target sm_52
.visible .entry first(
	.param .u64 a
)
.maxntid 256, 1, 1
{
	ret;
}
.visible .entry second()
{
	ret;
}
`

// fake makes an assembler that says what ptxas says, for sm_50, sm_52 and sm_120; body decides on sm_120.
func fake(t *testing.T, body string) *assembler {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	path := filepath.Join(t.TempDir(), "ptxas")
	script := `#!/bin/sh
if [ "$1" = --help ]; then
	cat <<-END
	--gpu-name <gpu name>                               (-arch)
	        Allowed values for this option:  'compute_120','lto_52','sm_50','sm_52',
	        'sm_120','sm_120a','sm_120f'.
	        Default value:  'sm_52'.
	--help                                              (-h)
	        For 'sm_999' this is something else.
	END
	exit
fi
kernel() {
	cat >&2 <<-END
	ptxas info    : Compiling entry function '$1' for 'sm_52'
	ptxas info    : Function properties for $1
	    0 bytes stack frame, $3 bytes spill stores, $3 bytes spill loads
	ptxas info    : Used $2 registers, used 1 barriers, $4364 bytes cmem[0]
	END
}
if [ "$2" = -arch=sm_120 ]; then
` + body + `
fi
kernel second 10 0
kernel first 20 0 '512 bytes smem, '
`
	require.NoError(t, os.WriteFile(path, []byte(script), 0o755))
	a, err := newAssembler(path, "12.9")
	require.NoError(t, err)
	return a
}

func printed(t *testing.T, a *assembler) (string, bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "some.ptx")
	require.NoError(t, os.WriteFile(path, []byte(ptx), 0o644))
	m, err := readModule(path)
	require.NoError(t, err)
	var w bytes.Buffer
	ok := assembleAll([]*module{m}, []*assembler{a}).print(&w)
	return w.String(), ok
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestReport(t *testing.T) {
	a := fake(t, `kernel second 12 0; kernel first 16 0 "1024 bytes smem, "; exit 0`)
	assert.Equal(t, []int{50, 52, 120}, a.architectures)
	out, ok := printed(t, a)
	assert.True(t, ok)
	assert.Equal(t, `ptxas 12.9: sm_50 sm_52 sm_120

file      kernel  registers  most on  shared  stack  spills
some.ptx  second  10–12      sm_120   0       0      0
some.ptx  first   16–20      sm_52    1024    0      0

2 kernels, 2 targets, 0 failures, 0 spills
`, out, "sm_50 is older than the target")
}

func TestSpillFails(t *testing.T) {
	out, ok := printed(t, fake(t, `kernel second 255 40; kernel first 20 0; exit 0`))
	assert.False(t, ok)
	assert.Contains(t, out, "SPILL some.ptx: second: 80 bytes on sm_120 (ptxas 12.9), and something on 1 of 2 targets")
	assert.Equal(t, "2 kernels, 2 targets, 0 failures, 1 spills", lastLine(out))
}

func TestErrorFailsAndNamesTheKernel(t *testing.T) {
	out, ok := printed(t, fake(t, `echo "ptxas $6, line 8; error   : Rounding modifier required" >&2; exit 255`))
	assert.False(t, ok)
	assert.Contains(t, out, "FAIL some.ptx on sm_120 (ptxas 12.9): first: ptxas ")
	assert.Contains(t, out, "line 8; error   : Rounding modifier required")
	assert.Equal(t, "2 kernels, 2 targets, 1 failures, 0 spills", lastLine(out))
}

// Functions without a kernel are assembled, but what they take there says nothing.
func TestFunctions(t *testing.T) {
	a := fake(t, "")
	m, err := parseModule("f.ptx", ".target sm_52\n.func inner()\n{\n}\n")
	require.NoError(t, err)
	script := `#!/bin/sh
case "$*" in *--compile-only*) ;; *) exit 1 ;; esac
cat <<-END
ptxas info    : Function properties for inner
    8 bytes stack frame, 8 bytes spill stores, 8 bytes spill loads
END
`
	require.NoError(t, os.WriteFile(a.path, []byte(script), 0o755))
	usages, err := a.assemble(m, 52)
	require.NoError(t, err)
	assert.Empty(t, usages)
}

func TestMissingKernelFails(t *testing.T) {
	out, ok := printed(t, fake(t, `kernel second 10 0; exit 0`))
	assert.False(t, ok)
	assert.Contains(t, out, "FAIL some.ptx on sm_120 (ptxas 12.9): ptxas tells of 1 kernels, the file has 2")
}

func TestParseModule(t *testing.T) {
	m, err := parseModule("x/some.ptx", ptx)
	require.NoError(t, err)
	assert.Equal(t, &module{path: "x/some.ptx", name: "some.ptx", target: 52, kernels: []entry{{"first", 3}, {"second", 10}}}, m)
	assert.Equal(t, "first", m.kernelAt(9))
	assert.Equal(t, "second", m.kernelAt(10))
	m, err = parseModule("math.ptx", ".target sm_52\n\n.visible .func  (.param .b32 func_retval0) exp_f32(\n\t.param .b32 x\n)\n{\n}\n")
	require.NoError(t, err)
	assert.Equal(t, []entry{{"exp_f32", 3}}, m.functions)
	assert.Equal(t, "exp_f32", m.kernelAt(6))
	for text, want := range map[string]string{
		".version 6.0\n":       "a.ptx has no .target",
		".target sm_52\n":      "a.ptx has neither kernel nor function",
		"\t.target\tsm_90a \n": "a.ptx is for sm_90a, which no other GPU runs; want a plain sm_90",
	} {
		_, err := parseModule("a.ptx", text)
		assert.EqualError(t, err, want)
	}
}

// The kernels are found by what is embedded, so that none escapes.
func TestEmbedded(t *testing.T) {
	files, err := embedded()
	require.NoError(t, err)
	committed, err := filepath.Glob("../../cuda/ptx/*.ptx")
	require.NoError(t, err)
	assert.Len(t, files, len(committed), fmt.Sprint(files))
}

func TestNoArchitectures(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	path := filepath.Join(t.TempDir(), "ptxas")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho usage\n"), 0o755))
	_, err := newAssembler(path, "14.0")
	assert.EqualError(t, err, "ptxas 14.0 does not say which architectures it knows")
}
