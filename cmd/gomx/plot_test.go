package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlot(t *testing.T) {
	dir := t.TempDir()
	code, dot := captured(t, "plot", "lenet")
	require.Equal(t, 0, code)
	assert.Contains(t, dot, `digraph "lenet" {`)
	assert.Contains(t, dot, `"activation0" -> "convolution0" [label="  20x24x24  "]`)
	assert.NotContains(t, dot, "convolution0_weight")
	for name, begins := range map[string]string{"a.dot": `digraph "lenet" {`, "a.svg": "<?xml", "a.png": "\x89PNG"} {
		path := filepath.Join(dir, name)
		code, _ := captured(t, "plot", "lenet", "-o", path)
		require.Equal(t, 0, code, name)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, begins, string(b[:len(begins)]))
	}
}

func TestPlotOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.json")
	code, _ := captured(t, "symbol", "lenet", "-o", path)
	require.Equal(t, 0, code)
	code, dot := captured(t, "plot", path)
	require.Equal(t, 0, code)
	assert.NotContains(t, dot, "x24")
	for _, shape := range []string{"1,1,32,32", "data=1,1,32,32"} {
		code, dot = captured(t, "plot", path, "--shape", shape, "--weights")
		require.Equal(t, 0, code)
		assert.Contains(t, dot, `digraph "net" {`)
		assert.Contains(t, dot, `[label="  20x28x28  "]`)
		assert.Contains(t, dot, `"convolution0" -> "convolution0_weight" [label="  1x5x5  "]`)
	}
}

func TestPlotMistakes(t *testing.T) {
	for _, args := range [][]string{{"resnet-51"}, {"lenet", "-o", "a.pdf"}, {"lenet", "--shape", "1,x"}, {"lenet", "--shape", "daten=1,1"}, {"lenet", "--shape", "1,1,2,2"}} {
		code, _ := captured(t, append([]string{"plot"}, args...)...)
		assert.Equal(t, 1, code, args)
	}
}
