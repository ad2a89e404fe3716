//go:build linux

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A disk that fills up while saving ends the program with status 1 and the file's name; older checkpoints stay as they are
// and no half-written file remains.
func TestDiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting a 1 MB file system needs root")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("cannot mount a 1 MB file system here: %s", out)
	}
	defer func() { require.NoError(t, exec.Command("umount", dir).Run()) }()
	data, prefix := digits(t), filepath.Join(dir, "net")
	older := map[string][]byte{}
	for name, bytes := range map[string]int{"net-0001.params": 1000, "net-0001.states": 1000, "net-symbol.json": 500} {
		older[name] = make([]byte, bytes)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), older[name], 0o644))
	}

	r := run(t, binary, "--data-dir", data, "--network", "lenet", "--num-epochs", "1", "--model-prefix", prefix)
	assert.Equal(t, 1, r.code)
	assert.Contains(t, lastLine(r.stderr), "net-0001.params")
	assert.Contains(t, lastLine(r.stderr), "no space left")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, len(older), "no temporary file remains")
	for name, want := range older {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, got, name)
	}
}
