package ndarray

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

// The files in testdata were written by MXNet 1.9.1; what is loaded from them is saved as the same bytes.
func TestSaveIsByteExact(t *testing.T) {
	for _, name := range []string{"dict.params", "list.params", "single.params", "empty_list.params"} {
		want, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		f, err := Load(filepath.Join("testdata", name))
		require.NoError(t, err)
		out := filepath.Join(t.TempDir(), name)
		if f.IsMap {
			require.NoError(t, SaveNamed(out, f.Arrays))
		} else {
			require.NoError(t, Save(out, f.List()))
		}
		got, err := os.ReadFile(out)
		require.NoError(t, err)
		assert.Equal(t, want, got, name)
	}
}

func TestLoadOldVersionsAndSparse(t *testing.T) {
	want, err := LoadMap("testdata/dict.params")
	require.NoError(t, err)
	for name, n := range map[string]int{"legacy_v0.params": 5, "legacy_v1.params": 7} {
		got, err := LoadMap("testdata/" + name)
		require.NoError(t, err)
		require.Len(t, got, n)
		for key, a := range got {
			require.Contains(t, want, key)
			assert.Equal(t, want[key].DType(), a.DType())
			assert.Equal(t, want[key].Shape(), a.Shape())
			assert.Equal(t, want[key].Float64(), a.Float64(), key)
		}
	}
	sparse, err := LoadMap("testdata/sparse.params", On(device.CPU(1)))
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 1, 0, 2, 0, 3}, sparse["csr"].Float64())
	assert.Equal(t, []float64{0, 0, 1, 2, 0, 0}, sparse["rsp"].Float64())
	assert.Equal(t, device.CPU(1), sparse["csr"].Context())
}

func TestSaveForms(t *testing.T) {
	dir := t.TempDir()
	a, b := Array(count(3), nil), Array([]int{7}, Shape{}, Of(backend.Int64))
	path := filepath.Join(dir, "x.params")
	require.NoError(t, SaveNamed(path, []Named{{"z", a}, {"a", a.Slice(1, 3)}}))
	f, err := Load(path)
	require.NoError(t, err)
	assert.Equal(t, "z", f.Arrays[0].Name, "the caller's order")
	assert.Equal(t, []float32{1, 2}, f.Arrays[1].Array.Float32())
	require.NoError(t, Save(path, map[string]*NDArray{"z": a, "a": a}))
	f, err = Load(path)
	require.NoError(t, err)
	assert.Equal(t, "a", f.Arrays[0].Name, "maps are saved in the order of their names")
	require.NoError(t, Save(path, b))
	list, err := LoadList(path)
	require.NoError(t, err)
	assert.Equal(t, Shape{}, list[0].Shape())
	assert.Equal(t, []int64{7}, list[0].Int64())
	_, err = LoadMap(path)
	assert.ErrorContains(t, err, "a list of 1 arrays without names")
	assert.ErrorContains(t, err, path)
	var w bytes.Buffer
	require.NoError(t, Encode(&w, []*NDArray{a}))
	f, err = Decode(&w)
	require.NoError(t, err)
	assert.Equal(t, count(3), f.List()[0].Float32())
}

func TestFileErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.params")
	_, err := Load(missing)
	assert.ErrorContains(t, err, missing)
	assert.ErrorIs(t, err, os.ErrNotExist)
	bad := filepath.Join(dir, "bad.params")
	require.NoError(t, os.WriteFile(bad, []byte("not a container, whatever its name says"), 0o644))
	_, err = Load(bad)
	assert.ErrorContains(t, err, bad)
	for _, arrays := range []any{42, []*NDArray{nil}, map[string]*NDArray{"w": nil}} {
		assert.ErrorContains(t, Save(missing, arrays), missing)
	}
	closed := Zeros(Shape{2})
	closed.Close()
	assert.ErrorContains(t, Save(missing, closed), "closed")
	_, err = os.Stat(missing)
	assert.ErrorIs(t, err, os.ErrNotExist, "a failed save leaves nothing behind")
	assert.ErrorContains(t, Save(filepath.Join(dir, "no", "such", "folder"), Zeros(Shape{1})), "folder")
}
