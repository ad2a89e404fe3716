package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/io/npy"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// saved writes a checkpoint of a small network, and data for it.
func saved(t *testing.T) (prefix, data string) {
	t.Helper()
	dir := t.TempDir()
	prefix, data = filepath.Join(dir, "net"), filepath.Join(dir, "in.npz")
	x := symbol.FullyConnected(symbol.Variable("data"), 2, with.Name("fc"))
	net := symbol.SoftmaxOutput(symbol.Activation(x, with.ActRelu, with.Name("act")), with.Name("softmax"))
	args := map[string]*ndarray.NDArray{"fc_weight": ndarray.Array([]float32{1, 0, 0, 0, 1, 0}, backend.Shape{2, 3}), "fc_bias": ndarray.Array([]float32{0, -5}, backend.Shape{2})}
	require.NoError(t, model.SaveCheckpoint(prefix, 3, net, model.Params{Args: args}))
	require.NoError(t, npy.SaveNPZ(data, map[string]*ndarray.NDArray{"data": ndarray.Array([]float64{1, 2, 3, 4, 5, 6}, backend.Shape{2, 3})}))
	return prefix, data
}

func TestRun(t *testing.T) {
	prefix, data := saved(t)
	out := filepath.Join(t.TempDir(), "out.npz")
	code, _ := captured(t, "run", prefix, "3", "--data", data, "--out", out, "--internals", "act_output,fc_weight")
	require.Equal(t, 0, code)
	got, err := npy.LoadNPZ(out)
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.Equal(t, []float32{1, 0, 4, 0}, got["act_output"].Float32())
	assert.InDeltaSlice(t, []float32{0.7310586, 0.2689414, 0.9820138, 0.0179862}, got["softmax_output"].Float32(), 1e-6)
	assert.Equal(t, backend.Shape{2, 3}, got["fc_weight"].Shape())

	for _, args := range [][]string{{"--internals", "act"}, {"--data", "nowhere.npz"}, {"--data", prefix + "-0003.params"}} {
		code, _ = captured(t, append([]string{"run", prefix, "3", "--data", data, "--out", out}, args...)...)
		assert.Equal(t, 1, code, args)
	}
	code, _ = captured(t, "run", prefix, "4", "--data", data, "--out", out)
	assert.Equal(t, 1, code)
}

func TestConvert(t *testing.T) {
	prefix, _ := saved(t)
	dir := t.TempDir()
	params := prefix + "-0003.params"
	at := params
	for _, name := range []string{"a.safetensors", "a.npz", "a.params"} {
		code, _ := captured(t, "convert", at, filepath.Join(dir, name))
		require.Equal(t, 0, code, name)
		at = filepath.Join(dir, name)
	}
	want, err := ndarray.LoadMap(params)
	require.NoError(t, err)
	got, err := ndarray.LoadMap(at)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for name := range want {
		assert.Equal(t, want[name].Float32(), got[name].Float32(), name)
	}
	code, _ := captured(t, "convert", prefix+"-symbol.json", filepath.Join(dir, "b.json"))
	require.Equal(t, 0, code)
	a, err := os.ReadFile(prefix + "-symbol.json")
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(dir, "b.json"))
	require.NoError(t, err)
	assert.Equal(t, string(a), string(b))
	for _, bad := range [][]string{{params, "x.txt"}, {"x.txt", params}, {prefix + "-symbol.json", "x.npz"}, {"nowhere.npz", "x.params"}} {
		code, _ = captured(t, "convert", bad[0], filepath.Join(dir, bad[1]))
		assert.Equal(t, 1, code, bad)
	}
}
