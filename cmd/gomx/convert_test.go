package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pooling07 = `{"nodes": [{"op": "null", "param": {}, "name": "data", "inputs": [], "backward_source_id": -1},
	{"op": "Pooling", "param": {"kernel": "(2,2)", "pool_type": "max"}, "name": "p", "inputs": [[0, 0]], "backward_source_id": -1}],
	"arg_nodes": [0], "heads": [[1, 0]]}`

// Symbol files of 0.7 become those of 1.9.1 or, when asked, such as compute there what they computed then.
func TestConvertOldSymbol(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "old.json"), filepath.Join(dir, "new.json")
	require.NoError(t, os.WriteFile(from, []byte(pooling07), 0o600))
	for _, more := range [][]string{nil, {"--as-0.7"}} {
		code, _ := captured(t, append([]string{"convert", from, to}, more...)...)
		require.Equal(t, 0, code)
		b, err := os.ReadFile(to)
		require.NoError(t, err)
		assert.Contains(t, string(b), `"mxnet_version": ["int", 10901]`)
		assert.Equal(t, more != nil, strings.Contains(string(b), `"pooling_convention": "full"`))
	}
	code, _ := captured(t, "convert", filepath.Join(dir, "a.params"), filepath.Join(dir, "a.npz"), "--as-0.7")
	assert.Equal(t, 1, code)
}
