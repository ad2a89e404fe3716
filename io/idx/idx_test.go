package idx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func testdata(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

func gz(t testing.TB, b []byte) []byte {
	var w bytes.Buffer
	z := gzip.NewWriter(&w)
	_, err := z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return w.Bytes()
}

func readBytes(b []byte) (*Array, error) { return Read(bytes.NewReader(b)) }

// The files that MXNet 1.9.1's MNISTIter was given when its batches were recorded: 23 pictures of 6 by 5.
func TestReadRecorded(t *testing.T) {
	images, err := ReadImages(filepath.Join("testdata", "img.idx3"))
	require.NoError(t, err)
	require.Equal(t, backend.Shape{23, 6, 5}, images.Shape)
	require.Equal(t, 23, images.Len())
	require.Equal(t, []uint8{0xff, 0x5d, 0xc8, 0xdc, 0x80}, images.Data[:5])
	require.Len(t, images.Data, 690)
	labels, err := ReadLabels(filepath.Join("testdata", "lab.idx1"))
	require.NoError(t, err)
	require.Equal(t, &Array{Shape: backend.Shape{23},
		Data: []uint8{9, 2, 4, 4, 5, 2, 7, 1, 1, 3, 0, 3, 9, 6, 6, 3, 1, 4, 7, 4, 4, 7, 0}}, labels)
	again, err := ReadFile(filepath.Join("testdata", "lab.idx1"))
	require.NoError(t, err)
	require.Equal(t, labels, again)
}

// Contents decide, not names; and readers that give little at a time do not matter.
func TestPlainOrGzip(t *testing.T) {
	for _, name := range []string{"img.idx3", "lab.idx1"} {
		b := testdata(t, name)
		want, err := readBytes(b)
		require.NoError(t, err)
		half := len(b) / 2
		for _, r := range []io.Reader{
			bytes.NewReader(gz(t, b)),
			bytes.NewReader(append(gz(t, b[:half]), gz(t, b[half:])...)), // gzip files may be joined
			iotest.OneByteReader(bytes.NewReader(b)),
			iotest.HalfReader(bytes.NewReader(gz(t, b))),
		} {
			got, err := Read(r)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		path := filepath.Join(t.TempDir(), "no-gz-in-the-name")
		require.NoError(t, os.WriteFile(path, gz(t, b), 0o600))
		got, err := ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestWriteGivesTheSameBytes(t *testing.T) {
	for _, name := range []string{"img.idx3", "lab.idx1"} {
		a, err := readBytes(testdata(t, name))
		require.NoError(t, err)
		var w bytes.Buffer
		require.NoError(t, Write(&w, a))
		require.Equal(t, testdata(t, name), w.Bytes())
	}
}

func TestTruncatedAnywhere(t *testing.T) {
	for _, name := range []string{"img.idx3", "lab.idx1"} {
		plain := testdata(t, name)
		for _, b := range [][]byte{plain, gz(t, plain)} {
			for n := range b {
				_, err := readBytes(b[:n])
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut after %d bytes", name, n)
			}
		}
		for n := range plain { // whole gzip files of less than whole idx files
			_, err := readBytes(gz(t, plain[:n]))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.ErrorContains(t, err, "the data inside gzip ends after ")
		}
	}
	_, err := readBytes(testdata(t, "img.idx3")[:300])
	require.EqualError(t, err, "idx: the file ends after 300 of 706 bytes: its shape is (23,6,5): unexpected EOF")
}

// A gzip file with any one byte changed is an error, or the same data: some bytes of its header mean nothing here.
func TestDamagedGzip(t *testing.T) {
	b := testdata(t, "lab.idx1")
	want, err := readBytes(b)
	require.NoError(t, err)
	packed := gz(t, b)
	for i := range packed {
		damaged := bytes.Clone(packed)
		damaged[i] ^= 0x10
		got, err := readBytes(damaged)
		if err == nil {
			require.Less(t, i, 10, "byte %d", i)
			require.Equal(t, want, got)
		}
	}
	packed[len(packed)-6] ^= 1
	_, err = readBytes(packed)
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, "the checksum of the gzip data is wrong")
	_, err = readBytes(append(gz(t, b), "more than a gzip header"...))
	require.ErrorIs(t, err, ErrCorrupt)
	_, err = readBytes([]byte{0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff, 0x07, 0, 0, 0})
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, "cannot be unpacked at byte")
}

func TestWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		bytes string
		is    error
		says  string
	}{
		{"<!DOCTYPE html>", ErrForeign, "an HTML page"},
		{"no", ErrForeign, `text that begins with "no"`},
		{"PK\x03\x04....", ErrForeign, "a zip archive"},
		{"\x08\x03\x00\x00\x00\x00", ErrForeign, "it begins with 08 03 00 00, want 00 00 08 03"},
		{"\x00\x00\x0d\x01\x00\x00\x00\x01....", ErrType, "its elements are float32"},
		{"\x00\x00\x08\x00....", ErrDims, "0, want 1 to 8"},
		{"\x00\x00\x08\x09....", ErrDims, "9, want 1 to 8"},
		{"\x00\x00\x08\x01\x00\x00\x00\x02abcde", ErrTrailing, "3 bytes after the 10 that its shape (2,) asks for"},
		{"\x00\x00\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", ErrCorrupt, "does not fit into memory"},
		{"", io.ErrUnexpectedEOF, "ends after 0 bytes, within the magic number"},
		{"\x00\x00", io.ErrUnexpectedEOF, "ends after 2 bytes, within the magic number"},
		{"\x00\x00\x08\x03\x00\x00\x00", io.ErrUnexpectedEOF, "ends after 7 bytes, within its 3 dimensions"},
	} {
		for _, b := range [][]byte{[]byte(c.bytes), gz(t, []byte(c.bytes))} {
			_, err := readBytes(b)
			assert.ErrorIs(t, err, c.is, "%q", c.bytes)
			assert.ErrorContains(t, err, c.says)
		}
	}
	broken := errors.New("cable pulled")
	for _, n := range []int64{0, 2, 30} {
		_, err := Read(io.MultiReader(io.LimitReader(bytes.NewReader(testdata(t, "img.idx3")), n), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
		_, err = Read(io.MultiReader(io.LimitReader(bytes.NewReader(gz(t, testdata(t, "img.idx3"))), n), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
	}
}

func TestEmptyDimensions(t *testing.T) {
	a, err := readBytes([]byte("\x00\x00\x08\x03\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"))
	require.NoError(t, err)
	require.Equal(t, 0, a.Len())
	require.Empty(t, a.Data)
}

func TestErrorsNameTheFile(t *testing.T) {
	images, labels := filepath.Join("testdata", "img.idx3"), filepath.Join("testdata", "lab.idx1")
	_, err := ReadLabels(images)
	require.ErrorIs(t, err, ErrDims)
	require.ErrorContains(t, err, `img.idx3": wrong number of dimensions: it has shape (23,6,5), which are images, want labels with 1`)
	_, err = ReadImages(labels)
	require.ErrorIs(t, err, ErrDims)
	require.ErrorContains(t, err, `lab.idx1": wrong number of dimensions: it has shape (23,), which are labels, want images with 3`)
	missing := filepath.Join("testdata", "missing")
	_, err = ReadFile(missing)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, missing)
	flat := filepath.Join(t.TempDir(), "flat.idx2")
	require.NoError(t, os.WriteFile(flat, []byte("\x00\x00\x08\x02\x00\x00\x00\x01\x00\x00\x00\x01x"), 0o600))
	_, err = ReadImages(flat)
	require.ErrorContains(t, err, `flat.idx2": wrong number of dimensions: it has shape (1,1), want images with 3`)
}

// Dimensions that lie cost no memory: four billion labels in nine bytes.
func TestMemoryIsBounded(t *testing.T) {
	b := []byte("\x00\x00\x08\x01\xff\xff\xff\xf0x")
	packed := gz(t, b)
	for _, b := range [][]byte{b, packed} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readBytes(b)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, a := range []*Array{
		{}, {Shape: make(backend.Shape, 9)}, {Shape: backend.Shape{2}, Data: make([]uint8, 3)}, {Shape: backend.Shape{-1}},
		{Shape: backend.Shape{1 << 30, 1 << 30, 1 << 30}},
	} {
		var w bytes.Buffer
		require.Error(t, Write(&w, a))
		require.Zero(t, w.Len())
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, errors.Join(r.Close(), w.Close()))
	require.ErrorIs(t, Write(w, &Array{Shape: backend.Shape{1}, Data: []uint8{1}}), os.ErrClosed)
}

// FuzzRead: no input panics; what is read is written and read again as the same.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"img.idx3", "lab.idx1"} {
		f.Add(testdata(f, name))
		f.Add(gz(f, testdata(f, name)))
	}
	f.Add([]byte("\x00\x00\x08\x01\xff\xff\xff\xf0x"))
	f.Add([]byte("\x00\x00\x08\x03\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := readBytes(b)
		if err != nil {
			return
		}
		var w bytes.Buffer
		require.NoError(t, Write(&w, a))
		again, err := readBytes(w.Bytes())
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}
