package cuda

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mathBounds are the errors, in units of the last place, of functions that err by more than 4.
var mathBounds = map[string]float64{"gamma_f64": 8, "lgamma_f64": 12, "digamma_f64": 8}

// The functions of kernels/special.h, compiled for this machine, agree with long double to some units of the last place. What
// clang makes of the same source runs in the conformance tests.
func TestMathAccuracy(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("needs a long double that is longer than a double")
	}
	if _, err := exec.LookPath("g++"); err != nil {
		t.Skip("needs g++")
	}
	headers, err := filepath.Glob("kernels/*.h")
	require.NoError(t, err)
	for _, file := range append(headers, "testdata/math_accuracy.cc") {
		_, err := os.ReadFile(file) // so that go test runs this again when one changes
		require.NoError(t, err)
	}
	program := filepath.Join(t.TempDir(), "math")
	out, err := exec.Command("g++", "-std=c++17", "-O2", "-ffp-contract=off", "-fno-builtin", "-DSAMPLES=20000", "-Wno-attributes", "-o", program, "testdata/math_accuracy.cc", "-lm").CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.Command(program).Output()
	require.NoError(t, err)
	lines := 0
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); lines++ {
		var name string
		var worst, at float64
		_, err := fmt.Sscan(s.Text(), &name, &worst, &at)
		require.NoError(t, err, s.Text())
		assert.LessOrEqual(t, worst, max(mathBounds[name], 4), "%s at %v", name, at)
	}
	assert.Greater(t, lines, 60)
}
