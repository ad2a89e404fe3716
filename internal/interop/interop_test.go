package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
)

func TestDifference(t *testing.T) {
	array := func(v ...float64) *ndarray.NDArray { return ndarray.Array(v, backend.Shape{len(v)}) }
	x, err := difference(array(1, -4.5), array(1, -5))
	require.NoError(t, err)
	assert.InDelta(t, 0.1, x, 1e-6)
	for want, pair := range map[string][2]*ndarray.NDArray{
		"is missing":                 {nil, array(1)},
		"is (2,), want (1,)":         {array(1, 2), array(1)},
		"has NaN at 1, want 2":       {array(1, math.NaN()), array(1, 2)},
		"do not suit the network":    {array(0, 0), array(0, 0)},
		"has 1e+09 as its largest v": {array(1e9), array(1e9)},
	} {
		_, err := difference(pair[0], pair[1])
		assert.ErrorContains(t, err, want)
	}
}

// Every network that is exchanged has a last layer and three inner ones before it.
func TestLayersToCompare(t *testing.T) {
	for _, name := range families {
		s, err := zoo.Open(name, 0)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "net.json")
		require.NoError(t, s.Save(path))
		layers, err := layersToCompare(path)
		require.NoError(t, err, name)
		assert.Len(t, layers, 4, name)
		assert.Subset(t, s.GetInternals().ListOutputs(), layers, name)
	}
	layers := filepath.Join(t.TempDir(), "none.json")
	require.NoError(t, os.WriteFile(layers, []byte(`{"nodes": []}`), 0o600))
	_, err := layersToCompare(layers)
	assert.ErrorContains(t, err, "has neither FullyConnected nor Convolution")
}

// python is a program that answers the first request with a line and ends with the second.
func python(t *testing.T, answer string) string {
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	path := filepath.Join(t.TempDir(), "python")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nread line\n"+answer+"\nread line\necho done for >&2\nexit 3\n"), 0o755))
	return path
}

func TestFindMXNet(t *testing.T) {
	t.Setenv("MXNET_PY", python(t, `echo '{"mxnet": "1.9.1"}'`))
	found, err := findMXNet(t.Context(), "")
	require.NoError(t, err)
	assert.Equal(t, os.Getenv("MXNET_PY"), found)
	for answer, want := range map[string]string{
		`echo '{"mxnet": "2.0.0"}'`:                   "has MXNet 2.0.0, want 1.9.1; set MXNET_PY to a Python, 3.8 to 3.11",
		"echo No module named mxnet >&2; exit 1":      "has no MXNet that works: MXNet's side, hello: exit status 1: No module named mxnet; set MXNET_PY",
		`echo '{"error": "AttributeError: np.bool"}'`: "MXNet's side, hello: AttributeError: np.bool; set MXNET_PY",
		"echo nonsense":                               `answers "nonsense\n" to hello`,
	} {
		t.Setenv("MXNET_PY", python(t, answer))
		_, err := findMXNet(t.Context(), "")
		assert.ErrorContains(t, err, want)
		assert.Equal(t, 1, strings.Count(err.Error(), "set MXNET_PY"))
	}

	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "bench"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "bench", "setup.sh"), []byte("#!/bin/sh\nexit 1\n"), 0o755))
	t.Setenv("MXNET_PY", "")
	t.Setenv("XDG_CACHE_HOME", root)
	t.Setenv("HOME", root)
	_, err = findMXNet(t.Context(), root)
	assert.EqualError(t, err, "bench/setup.sh cannot install MXNet 1.9.1 (exit status 1); "+help)
}

func TestWorkerDies(t *testing.T) {
	w, err := start(t.Context(), python(t, `echo '{"mxnet": "1.9.1"}'`))
	require.NoError(t, err)
	err = w.ask("run", request{"prefix": "net"}, nil)
	assert.EqualError(t, err, "MXNet's side, run: exit status 3: done for")
}
