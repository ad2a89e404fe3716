package safetensors

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

func file(header string, data ...byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func TestRoundTrip(t *testing.T) {
	arrays := map[string]*ndarray.NDArray{}
	for name, dt := range types {
		a, err := ndarray.New(backend.Shape{1, 3}, ndarray.Of(dt))
		require.NoError(t, err)
		require.NoError(t, a.SetFloat32([]float32{0, 1, 1}))
		arrays["a."+name] = a
	}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	require.NoError(t, Save(path, arrays))
	got, err := Load(path)
	require.NoError(t, err)
	require.Len(t, got, len(types))
	for name, a := range arrays {
		assert.Equal(t, a.DType(), got[name].DType(), name)
		assert.Equal(t, a.Shape(), got[name].Shape(), name)
		assert.Equal(t, a.Float32(), got[name].Float32(), name)
	}
}

func TestForeign(t *testing.T) {
	got, err := Decode(bytes.NewReader(file(`{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  `, 0, 0, 128, 63, 0, 0, 0, 64)))
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2}, got["w"].Float32())
}

// Tensors without elements stand at the place of their neighbours, in any order of names; numbers need not be aligned.
func TestEmptyAndUnaligned(t *testing.T) {
	got, err := Decode(bytes.NewReader(file(`{"z":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},
		"y":{"dtype":"F32","shape":[2,0],"data_offsets":[1,1]},"a":{"dtype":"F32","shape":[],"data_offsets":[1,5]}}`, 1, 0, 0, 128, 63)))
	require.NoError(t, err)
	assert.Equal(t, []float32{1}, got["a"].Float32())
	assert.Equal(t, backend.Shape{}, got["a"].Shape())
	assert.Equal(t, backend.Shape{0, 3}, got["z"].Shape())
	assert.Equal(t, backend.Shape{2, 0}, got["y"].Shape())
	var w bytes.Buffer
	require.NoError(t, Encode(&w, got))
	again, err := Decode(&w)
	require.NoError(t, err)
	assert.Len(t, again, 4)
	for _, name := range []string{"__metadata__", "\xff"} {
		assert.ErrorContains(t, Encode(&w, map[string]*ndarray.NDArray{name: got["a"]}), "cannot be called")
	}
}

func TestMistakes(t *testing.T) {
	good := `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	data := make([]byte, 8)
	two := func(x, y string) []byte {
		return file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":`+x+`},"b":{"dtype":"U8","shape":[4],"data_offsets":`+y+`}}`, data...)
	}
	for want, b := range map[string][]byte{
		"the file is too short":            {1, 2},
		"it looks like a zip archive":      []byte("PK\x03\x04 some zip file"),
		"it looks like an HTML page":       []byte("<!DOCTYPE html><html>"),
		"not a safetensors file":           []byte("\xff\xfe\xfd\xfc\xff\xff\xff\xff"),
		"no JSON object":                   file(`[1, 2]`),
		`two tensors are called "w"`:       file(strings.Replace(good, "}}", `},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 1), data...),
		`"b" begins at 2, want 4: it over`: two("[0,4]", "[2,6]"),
		`"b" begins at 5, want 4: it leav`: two("[0,4]", "[5,9]"),
		"33 dimensions":                    file(strings.Replace(good, "[2]", "["+strings.Repeat("1,", 32)+"2]", 1), data...),
		`numbers of type "F8_E4M3"`:        file(strings.Replace(good, "F32", "F8_E4M3", 1), data...),
		"has it at [8 0]":                  file(strings.Replace(good, "[0,8]", "[8,0]", 1), data...),
		"has it at [-8 0]":                 file(strings.Replace(good, "[0,8]", "[-8,0]", 1), data...),
		"__metadata__: ":                   file(`{"__metadata__":{"a":1}}`),
		"ends within its header":           file(good)[:20],
		"header: ":                         file(strings.Replace(good, "}}", "}", 1), data...),
		`numbers of type "F8", w`:          file(strings.Replace(good, "F32", "F8", 1), data...),
		"the file has it at [0 8]":         file(strings.Replace(good, "[2]", "[3]", 1), data...),
		"makes no sense":                   file(strings.Replace(good, "[2]", "[4611686018427387904,4]", 1), data...),
		"tensors must follow each other":   file(strings.Replace(good, "[0,8]", "[8,16]", 1), data...),
		"ends within its 8 bytes":          file(good, 1, 2, 3),
		"there is more behind the last":    file(good, append(data, 1)...),
		`tensor "w": json: cannot unmarsh`: file(`{"w":7}`, data...),
	} {
		_, err := Decode(bytes.NewReader(b))
		assert.ErrorContains(t, err, want)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 1, 2, 3, 4, 5, 6, 7, 8))
	f.Add(file(`{"w":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},"__metadata__":{}}`, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		arrays, err := Decode(bytes.NewReader(b))
		if err == nil {
			require.NoError(t, Encode(&bytes.Buffer{}, arrays))
		}
	})
}
