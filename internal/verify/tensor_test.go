package verify

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func TestTensor(t *testing.T) {
	var x tensor
	require.NoError(t, json.Unmarshal([]byte(`{"shape": [2,2], "dtype": "float32", "data": ["NaN", "Inf", "-Inf", -1.5]}`), &x))
	assert.Equal(t, backend.Shape{2, 2}, x.shape)
	assert.True(t, math.IsNaN(x.data[0]))
	assert.Equal(t, 1.5, x.largest())
	for text, want := range map[string]string{
		`{"shape": [3], "dtype": "float32", "data": [1, 2]}`:                  "shape (3,) and 2 numbers",
		`{"shape": [-1], "dtype": "float32", "data": []}`:                     "0 numbers",
		`{"shape": [4611686018427387904, 4], "dtype": "float32", "data": []}`: "0 numbers",
		`{"shape": [1], "dtype": "float99", "data": [1]}`:                     "float99",
		`{"shape": [1], "dtype": "float32", "data": ["one"]}`:                 "not a number",
		`{"shape": [1], "dtype": "float32", "data": [[1]]}`:                   "not a number",
	} {
		assert.ErrorContains(t, json.Unmarshal([]byte(text), &x), want, text)
	}
}

func TestCompare(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		got, want []float64
		tol       tolerance
		ok        bool
	}{
		{[]float64{1, 2}, []float64{1, 2}, exact, true},
		{[]float64{1, 2.00001}, []float64{1, 2}, exact, false},
		{[]float64{1, 2.00001}, []float64{1, 2}, relative(1e-5), true},
		{[]float64{1.00003, 2}, []float64{1, 2}, relative(1e-5), false},
		{[]float64{1e-8, 0}, []float64{0, 0}, tolerance{1e-4, 1e-3}, true},
		{[]float64{2e-7, 0}, []float64{0, 0}, tolerance{1e-4, 1e-3}, false},
		{[]float64{1e-40, 1}, []float64{0, 1}, exact, true},
		{[]float64{1e-30, 1}, []float64{0, 1}, exact, false},
		{[]float64{nan, 2}, []float64{nan, 2}, exact, true},
		{[]float64{nan, 2}, []float64{1, 2}, relative(1), false},
		{[]float64{1, 2}, []float64{nan, 2}, relative(1), false},
		{[]float64{inf, 2}, []float64{inf, 2}, relative(1e-5), true},
		{[]float64{-inf, 2}, []float64{inf, 2}, relative(1e-5), false},
		{[]float64{1e30, 2}, []float64{inf, 2}, relative(1e-5), false},
		{[]float64{1}, []float64{1, 2}, relative(1), false},
	} {
		k := &check{}
		k.tensor("x", vector(c.got...), vector(c.want...), c.tol)
		assert.Equal(t, c.ok, len(k.wrong) == 0, "%v %v %v: %v", c.got, c.want, c.tol, k.wrong)
	}
	k := &check{}
	k.array("grad:w", nil, vector(1), exact)
	require.Len(t, k.wrong, 1)
	assert.Equal(t, "grad:w is missing", k.report(nil))
	k = &check{}
	k.tensor("out:0", tensor{shape: backend.Shape{2, 2}, data: []float64{1, 2, 3, 5}}, tensor{shape: backend.Shape{2, 2}, data: []float64{1, 2, 3, 4}}, relative(1e-2))
	k.tensor("out:1", vector(1, 9), vector(1, 2), exact)
	assert.Equal(t, "out:1 at [1] is 9, want 2: error 7, allowed 0; also wrong: out:0", k.report(nil))
}

// FuzzTensor: no text makes an array whose shape and numbers disagree.
func FuzzTensor(f *testing.F) {
	for _, name := range []string{"ndarray/ops.json", "params/values.json"} {
		var m map[string]json.RawMessage
		require.NoError(f, readJSON(filepath.Join("testdata/more", name), &m))
		for _, raw := range m {
			f.Add([]byte(raw))
		}
	}
	f.Add([]byte(`{"shape": [2,0], "dtype": "int8", "data": []}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var x tensor
		if json.Unmarshal(b, &x) == nil && !x.shape.Known() && len(x.data) > 0 {
			t.Errorf("%v with %d numbers", x.shape, len(x.data))
		} else if x.shape != nil && x.shape.Size() != len(x.data) {
			t.Errorf("%v with %d numbers", x.shape, len(x.data))
		}
	})
}

// TestWhole: counts and indices are whole numbers; huge numbers are not taken for them.
func TestWhole(t *testing.T) {
	assert.True(t, vector(-3, 0, 1<<24).isWhole())
	for _, v := range []float64{0.5, 1 << 25, math.Inf(-1), math.NaN()} {
		assert.False(t, vector(1, v).isWhole(), v)
	}
}

func TestReadJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	for text, want := range map[string]string{`{"a": 1} {}`: "something follows", `{"a": `: "unexpected EOF", ``: "EOF", `[1]`: "cannot unmarshal"} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		var m map[string]int
		err := readJSON(path, &m)
		assert.ErrorContains(t, err, want, text)
		assert.ErrorContains(t, err, "x.json")
	}
}
