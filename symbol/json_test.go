package symbol_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/symbol"
)

func read(t testing.TB, name string) string {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(b)
}

// Loading and saving gives MXNet 1.9.1's bytes: the same for its own files, the upgraded graph for older dialects.
func TestSavingAgainGivesTheRecordedBytes(t *testing.T) {
	for from, to := range map[string]string{
		"mlp.json": "mlp.json", "lenet.json": "lenet.json", "attr-1200.json": "attr-1200.resaved.json", "param-0.8.json": "param-0.8.resaved.json",
	} {
		t.Run(from, func(t *testing.T) {
			s, err := symbol.LoadJSON([]byte(read(t, from)))
			require.NoError(t, err)
			text, err := s.ToJSON()
			require.NoError(t, err)
			assert.Equal(t, read(t, to), text)
		})
	}
}

func TestBadFilesAreOneClearLine(t *testing.T) {
	good := read(t, "lenet.json")
	for want, text := range map[string]string{
		"the file is empty":                             "",
		"looks like an HTML page":                       "<html>404</html>",
		"it looks like text that begins with \"hello\"": "hello",
		"it looks like gzip data":                       "\x1f\x8b\x08\x00",
		"it looks like a safetensors file":              "\x50\x00\x00\x00\x00\x00\x00\x00{\"w\":{",
		"it looks like an MXNet .params file":           "\x12\x01\x00\x00\x00\x00\x00\x00",
		"it is not JSON":                                "\xfe\xff",
		"truncated":                                     good[:len(good)/2],
		"no operator \"Convolutoin\"; the nearest":      strings.Replace(good, `"op": "Convolution"`, `"op": "Convolutoin"`, 1),
		"want a tuple":                                  strings.Replace(good, `"kernel": "(5, 5)"`, `"kernel": "(5, x)"`, 3),
		"not an earlier node":                           strings.Replace(good, `"inputs": [[0, 0, 0]`, `"inputs": [[9, 0, 0]`, 1),
		"has 1 outputs":                                 strings.Replace(good, `"heads": [[20, 0, 0]]`, `"heads": [[20, 5, 0]]`, 1),
		"no nodes":                                      `{"nodes": [], "arg_nodes": [], "heads": []}`,
		"two variables are called":                      strings.Replace(good, `"name": "convolution1_bias"`, `"name": "convolution0_bias"`, 1),
		"no parameter \"mood\"":                         strings.Replace(good, `"act_type": "tanh"`, `"act_type": "tanh", "mood": "angry"`, 1),
		"act_type=\"tonh\"":                             strings.Replace(good, `"act_type": "tanh"`, `"act_type": "tonh"`, 1),
	} {
		_, err := symbol.LoadJSON([]byte(text))
		if assert.ErrorContains(t, err, want) {
			assert.NotContains(t, err.Error(), "\n")
		}
	}
	_, err := symbol.Load(filepath.Join(t.TempDir(), "none.json"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net-symbol.json")
	s, err := symbol.LoadJSON([]byte(read(t, "mlp.json")))
	require.NoError(t, err)
	require.NoError(t, s.Save(path))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, read(t, "mlp.json"), string(b))
	_, err = symbol.Load(path)
	assert.NoError(t, err)
}

func FuzzLoadJSON(f *testing.F) {
	for _, name := range []string{"mlp.json", "lenet.json", "attr-1200.json", "param-0.8.json"} {
		f.Add([]byte(read(f, name)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := symbol.LoadJSON(text)
		if err != nil {
			return
		}
		again, err := s.ToJSON()
		require.NoError(t, err)
		s2, err := symbol.LoadJSON([]byte(again))
		if err != nil { // the dialect written has no place for what older ones could leave out
			return
		}
		twice, err := s2.ToJSON()
		require.NoError(t, err)
		require.Equal(t, again, twice)
		_, _ = s.InferShapePartial(nil)
	})
}
