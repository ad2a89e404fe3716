package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const recorded = "../../internal/verify/testdata/ops/fc0"

// captured runs a command line and gives its exit code and what it wrote to stdout.
func captured(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	old := os.Stdout
	r, w, err := os.Pipe()
	require.NoError(t, err)
	os.Stdout = w
	defer func() { os.Stdout = old }()
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		text <- string(b)
	}()
	code = run(args)
	require.NoError(t, w.Close())
	return code, <-text
}

func TestVerifyExitCodes(t *testing.T) {
	code, out := captured(t, "verify", recorded)
	assert.Equal(t, 0, code)
	assert.Equal(t, "PASS fc0\n1 cases: 1 passed, 0 failed, 0 skipped\n", out)

	bad := filepath.Join(t.TempDir(), "fc0")
	require.NoError(t, os.CopyFS(bad, os.DirFS(recorded)))
	require.NoError(t, os.Remove(filepath.Join(bad, "out.params")))
	code, out = captured(t, "verify", bad)
	assert.Equal(t, 1, code, "a case fails")
	assert.Contains(t, out, "FAIL fc0: ")
	assert.Contains(t, out, "out.params")

	code, out = captured(t, "verify", t.TempDir())
	assert.Equal(t, 1, code, "there is no case")
	assert.Empty(t, out)
	code, _ = captured(t, "verify", "nowhere")
	assert.Equal(t, 1, code)
	code, out = captured(t, "verify", "--gpu", "1000", recorded)
	assert.Equal(t, 1, code, "there is no such GPU")
	assert.Empty(t, out)
	code, _ = captured(t, "verify")
	assert.Equal(t, 2, code)
	code, _ = captured(t, "verify", "--colour", recorded)
	assert.Equal(t, 2, code)
}
