package untrusted

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadN(t *testing.T) {
	data := make([]byte, 5*step+7)
	for i := range data {
		data[i] = byte(i * 31)
	}
	for _, n := range []int{0, 1, step - 1, step, step + 1, 2 * step, 3*step + 5, len(data)} {
		for _, sure := range []int64{0, int64(n) - 1, int64(n), int64(len(data))} {
			got, err := ReadN(bytes.NewReader(data), int64(n), sure)
			require.NoError(t, err)
			require.True(t, bytes.Equal(data[:n], got), "n=%d sure=%d", n, sure)
		}
	}
}

func TestReadNAtTheEnd(t *testing.T) {
	for _, have := range []int{0, 5, step, 2*step + 3} {
		got, err := ReadN(bytes.NewReader(make([]byte, have)), int64(have)+1, 0)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Len(t, got, have)
	}
	broken := errors.New("cable pulled")
	_, err := ReadN(iotest.ErrReader(broken), 10, 0)
	require.ErrorIs(t, err, broken)
}

// A length of 2^50 on ten bytes must cost about one step, not the length.
func TestReadNBelievesNoLength(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadN(strings.NewReader("ten bytes!"), 1<<50, 10)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4*step))
}

func TestRemaining(t *testing.T) {
	require.EqualValues(t, 3, Remaining(strings.NewReader("abc")))
	require.EqualValues(t, 0, Remaining(iotest.OneByteReader(strings.NewReader("abc"))))
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("0123456789"), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, f, 4)
	require.NoError(t, err)
	require.EqualValues(t, 6, Remaining(f))
	require.NoError(t, f.Close())
	require.EqualValues(t, 0, Remaining(f), "a closed file tells nothing")
	dir, err := os.Open(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	require.EqualValues(t, 0, Remaining(dir))
}

func TestLooksLike(t *testing.T) {
	tar := append(make([]byte, 257), "ustar\x0000"...)
	for head, want := range map[string]string{
		"":                     "an empty file",
		"\x1f\x8b\x08\x00":     "gzip data",
		"PK\x03\x04\x14":       "a zip archive",
		"\x93NUMPY\x01\x00":    "a numpy .npy array",
		"\x80\x04\x95\x10\x00": "a Python pickle",
		"\x80\x02}q\x00":       "a Python pickle",
		"\x40\x00\x00\x00\x00\x00\x00\x00{\"w\":":         "a safetensors file",
		"version https://git-lfs.github.com/spec/v1\noid": "a git-lfs pointer",
		"\n <!DOCTYPE html><html>":                        "an HTML page",
		"<html><body>":                                    "an HTML page",
		"<?xml version=\"1.0\"?><Error>":                  "an XML document",
		"{\n  \"nodes\": [":                               "JSON text",
		"404: Not Found\n":                                "text that begins with \"404: Not Found\"",
		"a line of more than twenty-four letters":         "text that begins with \"a line of more than twen…\"",
		"\x12\x01\x00\x00\x00\x00\x00\x00\x00":            "an MXNet .params file",
		"\x0a\x23\xd7\xce\x00":                            "a RecordIO file",
		"\x00\x00\x08\x03\x00":                            "an idx file of images",
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00":            "zeros",
		" \n":                                             "blank text",
		"gr\xc3\xbc\xc3":                                  "text that begins with",
		string(tar):                                       "a tar archive",
	} {
		assert.Contains(t, LooksLike([]byte(head)), want, "%q", head)
	}
	assert.Empty(t, LooksLike([]byte{0x01, 0x02, 0xfe, 0xff}))
	assert.Empty(t, LooksLike([]byte("text\xfftext")))
}
