package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/model/zoo"
)

func TestSymbolListsNetworks(t *testing.T) {
	code, out := captured(t, "symbol", "--list")
	require.Equal(t, 0, code)
	assert.Len(t, strings.Split(strings.TrimSpace(out), "\n"), 1+len(zoo.Names()))
	assert.Regexp(t, `(?m)^vgg11 +3,224,224 +1000 +.*; also vgg, vgg-11$`, out)
	assert.Regexp(t, `(?m)^resnet +3,32,32 +10 +MXNet 0.7`, out)
}

func TestSymbol(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.json")
	code, _ := captured(t, "symbol", "vgg-16", "--classes", "3", "-o", path)
	require.Equal(t, 0, code)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	code, out := captured(t, "symbol", path)
	require.Equal(t, 0, code)
	assert.Equal(t, string(text)+"\n", out)
	for _, args := range [][]string{{"symbol"}, {"symbol", "vgg-17"}, {"symbol", "mlp", "--classes=-1"}, {"symbol", "none.json"}} {
		code, _ := captured(t, args...)
		assert.Equal(t, 1, code, args)
	}
}
