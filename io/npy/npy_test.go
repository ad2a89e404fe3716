package npy

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// file makes a .npy file of a header and data.
func file(header string, data ...byte) []byte {
	b := append([]byte(magic), 1, 0, byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), data...)
}

func TestRoundTrip(t *testing.T) {
	for _, dt := range types {
		for _, s := range []backend.Shape{{}, {3}, {2, 3}, {2, 1, 4}, {0}, {2, 0, 3}} {
			a, err := ndarray.FromSlice(make([]uint8, s.Size()), s, ndarray.Of(dt))
			require.NoError(t, err)
			v := make([]float32, a.Size())
			for i := range v {
				v[i] = float32(i % 2)
			}
			require.NoError(t, a.SetFloat32(v))
			var b bytes.Buffer
			require.NoError(t, Write(&b, a))
			assert.Zero(t, (b.Len()-len(a.Bytes()))%64)
			got, err := Read(&b)
			require.NoError(t, err)
			assert.Equal(t, s, got.Shape())
			assert.Equal(t, dt, got.DType())
			assert.Equal(t, v, got.Float32())
		}
	}
	a, err := ndarray.New(backend.Shape{1}, ndarray.Of(backend.BFloat16))
	require.NoError(t, err)
	assert.ErrorContains(t, Write(&bytes.Buffer{}, a), "no type bfloat16")
}

func TestForeignOrders(t *testing.T) {
	a, err := Read(bytes.NewReader(file("{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3), }\n",
		0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 6)))
	require.NoError(t, err)
	assert.Equal(t, backend.Shape{2, 3}, a.Shape())
	assert.Equal(t, []float32{1, 2, 3, 4, 5, 6}, a.Float32())
}

func TestMistakes(t *testing.T) {
	good := "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
	for text, data := range map[string][]byte{
		"the file is too short":            []byte("\x93NUM"),
		"it looks like a zip archive":      []byte("PK\x03\x04 and more"),
		"it looks like JSON text":          []byte(`{"nodes": []}`),
		`it begins with "\xfe\xff\x00\x01`: []byte("\xfe\xff\x00\x01\x02\xff\xff\xff\xff\xff"),
		"version 9.0":                      append([]byte(magic), 9, 0, 1, 0, 'x'),
		"ends within its header":           file(good)[:30],
		"is not understood":                file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"),
		`type "<c8"`:                       file(strings.Replace(good, "<f4", "<c8", 1)),
		`type ""`:                          file(strings.Replace(good, "<f4", "", 1)),
		"ends within the 2 numbers":        file(good, 1, 2, 3),
		"is too large":                     file(strings.Replace(good, "2,", "4294967296, 4294967296", 1)),
		"ends within the 999999999999 nu":  file(strings.Replace(good, "2,", "999999999999", 1), 1, 2, 3),
	} {
		_, err := Read(bytes.NewReader(data))
		assert.ErrorContains(t, err, text)
	}
}

func TestNPZ(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	x := ndarray.Array([]float32{1, 2, 3}, backend.Shape{3})
	require.NoError(t, SaveNPZ(path, map[string]*ndarray.NDArray{"x": x, "arg:y": x}))
	got, err := LoadNPZ(path)
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, []float32{1, 2, 3}, got["arg:y"].Float32())

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	at := bytes.Index(text, []byte{0, 0, 0x80, 0x3f})
	text[at] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o644))
	_, err = LoadNPZ(path)
	assert.ErrorContains(t, err, "checksum")
	require.NoError(t, os.WriteFile(path, []byte("no zip"), 0o644))
	_, err = LoadNPZ(path)
	assert.ErrorContains(t, err, "not a valid zip file")
	_, err = Load(path)
	assert.ErrorContains(t, err, path)
}

// numpy reads what is written and the other way round, where there is numpy.
func TestNumpy(t *testing.T) {
	if err := exec.Command("python3", "-c", "import numpy").Run(); err != nil {
		t.Skip("there is no numpy")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.npz"), filepath.Join(dir, "out.npz")
	require.NoError(t, SaveNPZ(in, map[string]*ndarray.NDArray{"x": ndarray.Array([]float32{1, 2, 3, 4, 5, 6}, backend.Shape{2, 3})}))
	script := "import numpy as np, sys\nx = np.load(sys.argv[1])['x']\nassert x.dtype == np.float32\nnp.savez_compressed(sys.argv[2], y=np.asfortranarray(x * 2), z=np.int64(7))"
	text, err := exec.Command("python3", "-c", script, in, out).CombinedOutput()
	require.NoError(t, err, string(text))
	got, err := LoadNPZ(out)
	require.NoError(t, err)
	assert.Equal(t, []float32{2, 4, 6, 8, 10, 12}, got["y"].Float32())
	assert.Equal(t, backend.Shape{}, got["z"].Shape())
	assert.Equal(t, []float32{7}, got["z"].Float32())
}

// Headers of versions 2 and 3 have longer lengths; arrays without elements have either order.
func TestLaterVersions(t *testing.T) {
	for _, version := range []byte{2, 3} {
		for _, fortran := range []string{"False", "True"} {
			for shape, want := range map[string]backend.Shape{"(2,)": {2}, "(0,)": {0}, "(0, 3)": {0, 3}, "()": {}} {
				header := fmt.Sprintf("{'descr': '<i4', 'fortran_order': %s, 'shape': %s, }", fortran, shape)
				b := append([]byte(magic), version, 0, byte(len(header)), 0, 0, 0)
				b = append(append(b, header...), make([]byte, 4*want.Size())...)
				a, err := Read(bytes.NewReader(b))
				require.NoError(t, err, header)
				assert.Equal(t, want, a.Shape())
				assert.Equal(t, backend.Int32, a.DType())
			}
		}
	}
}

func FuzzLoadNPZ(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.npz")
	x := ndarray.Array([]float32{1, 2, 3}, backend.Shape{3})
	require.NoError(f, SaveNPZ(path, map[string]*ndarray.NDArray{"x": x, "arg:y": x}))
	b, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "b.npz")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		arrays, err := LoadNPZ(path)
		if err == nil {
			require.NoError(t, SaveNPZ(path, arrays))
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 1, 2, 3, 4, 5, 6, 7, 8))
	f.Add(file("{'descr': '>i8', 'fortran_order': True, 'shape': (1, 1), }\n", 1, 2, 3, 4, 5, 6, 7, 8))
	f.Add(append([]byte(magic), 2, 0, 1, 0, 0, 0, '{'))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Read(bytes.NewReader(b))
		if err == nil {
			var w bytes.Buffer
			require.NoError(t, Write(&w, a))
		}
	})
}
