package ndfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

var allParams = []string{"dict", "list", "single", "empty_list", "sparse", "unicode", "legacy_v0", "legacy_v1"}

// A file cut at any byte is an error that says so.
func TestTruncatedAnywhere(t *testing.T) {
	for _, name := range allParams {
		_, b := readParams(t, name+".params")
		for n := 1; n < len(b); n++ {
			_, err := DecodeBytes(b[:n])
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut after %d bytes", name, n)
			require.ErrorContains(t, err, "the file ends after ")
		}
		_, err := DecodeBytes(nil)
		require.ErrorContains(t, err, "an empty file")
	}
}

func TestTruncatedSaysWhere(t *testing.T) {
	_, b := readParams(t, "dict.params")
	_, err := DecodeBytes(b[:100])
	require.EqualError(t, err, `ndfile: the file ends after 100 bytes, within array 1 of 8: 36 of 48 bytes of its data, float32 (3,4), are there: unexpected EOF`)
	_, err = DecodeBytes(b[:len(b)-1])
	require.EqualError(t, err, `ndfile: the file ends after 863 bytes, within name 8 of 8 (9 of 10 bytes are there): unexpected EOF`)
}

// Readers that hand out little at a time, fail, or go on after the container.
func TestReaders(t *testing.T) {
	want, b := readParams(t, "dict.params")
	for _, r := range []io.Reader{
		iotest.OneByteReader(bytes.NewReader(b)),
		iotest.DataErrReader(bytes.NewReader(b)),
		io.MultiReader(bytes.NewReader(b), strings.NewReader("what follows is ignored")),
	} {
		f, err := Decode(r)
		require.NoError(t, err)
		require.Equal(t, want, f)
	}
	broken := errors.New("cable pulled")
	for _, n := range []int64{0, 10, 24, 100, int64(len(b)) - 3} {
		_, err := Decode(io.MultiReader(io.LimitReader(bytes.NewReader(b), n), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, "after %d bytes", n)
	}
}

func TestForeignAndUnknown(t *testing.T) {
	const v2 = "c9fa93f9 00000000 01000000 0100000000000000 01000000 00000000 "
	for _, c := range []struct {
		name  string
		bytes []byte
		is    error
		says  string
	}{
		{"html", []byte("<!DOCTYPE html>\n<html>"), ErrForeign, "an HTML page"},
		{"gzip", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), ErrForeign, "gzip data"},
		{"zip", []byte("PK\x03\x04\x14\x00\x00\x00"), ErrForeign, "a zip archive"},
		{"lfs", []byte("version https://git-lfs.github.com/spec/v1\n"), ErrForeign, "a git-lfs pointer"},
		{"pickle", []byte("\x80\x03}q\x00X\x01\x00"), ErrForeign, "a Python pickle"},
		{"safetensors", []byte("\x50\x00\x00\x00\x00\x00\x00\x00{\"w\":{"), ErrForeign, "a safetensors file"},
		{"json", []byte(`{"nodes": []}`), ErrForeign, "JSON text"},
		{"short", []byte("ab"), ErrForeign, `text that begins with "ab"`},
		{"noise", unhex(t, "fe01ff02fe03ff04fe05"), ErrForeign, "it begins with fe 01 ff 02 fe 03 ff 04"},
		{"newer record", container(unhex(t, "cbfa93f9 00000000")), ErrNewer, "array 1 of 1: unknown encoding 0xf993facb"},
		{"no record", container(unhex(t, "deadbeef 00000000")), ErrCorrupt, "the record at byte 24 begins with 0xefbeadde"},
		{"storage", container(unhex(t, "c9fa93f9 03000000 00000000")), ErrNewer, "storage type 3"},
		{"int16", container(unhex(t, v2+"08000000 0000")), ErrNewer, "type is 8 (int16)"},
		{"type 99", container(unhex(t, v2+"63000000 0000")), ErrNewer, "type is 99"},
		{"dims", container(unhex(t, "c9fa93f9 00000000 21000000")), ErrCorrupt, "33 dimensions"},
		{"negative", container(unhex(t, "c9fa93f9 00000000 01000000 feffffffffffffff")), ErrCorrupt, "dimension 0 of its shape is -2"},
		{"too large", container(unhex(t, "c9fa93f9 00000000 02000000 ffffffffffffff7f 0200000000000000 01000000 00000000 00000000")),
			ErrCorrupt, "do not fit into memory"},
		{"no storage shape", container(unhex(t, "c9fa93f9 01000000 00000000 01000000 0100000000000000 01000000 00000000 00000000")),
			ErrCorrupt, "without a storage shape"},
		{"no index shape", container(unhex(t, "c9fa93f9 01000000 01000000 0100000000000000 01000000 0100000000000000 01000000 00000000 00000000 06000000 00000000")),
			ErrCorrupt, "whose indices have no shape"},
	} {
		_, err := DecodeBytes(c.bytes)
		assert.ErrorIs(t, err, c.is, c.name)
		assert.ErrorContains(t, err, c.says, c.name)
	}
	_, b := readParams(t, "single.params")
	b[len(b)-8] = 2
	_, err := DecodeBytes(b)
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, "2 names for 1 arrays")
	long := append(bytes.Clone(b[:len(b)-8]), unhex(t, "0100000000000000 ffffffffffffffff")...)
	_, err = DecodeBytes(long)
	require.ErrorIs(t, err, ErrCorrupt)
}

// Lengths that lie cost no memory: 2^48 bytes of data, 2^60 arrays, a name of 2^40 bytes.
func TestMemoryIsBounded(t *testing.T) {
	_, b := readParams(t, "single.params")
	name := append(bytes.Clone(b[:len(b)-8]), unhex(t, "0100000000000000 0000000000010000 61")...)
	for _, c := range [][]byte{
		container(unhex(t, "c9fa93f9 00000000 01000000 0000000000400000 01000000 00000000 00000000 00")),
		unhex(t, "1201000000000000 0000000000000000 0000000000000010 00000000"),
		name,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := DecodeBytes(c)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
	}
}

func TestEncodeRefuses(t *testing.T) {
	with := func(a Array, change func(*Array)) Array { change(&a); return a }
	for says, a := range map[string]Array{
		"it has 4 bytes of data, want 8: it is float32 (2,)": {Shape: backend.Shape{2}, Data: make([]byte, 4)},
		"dtype(99) is not known":                             {Shape: backend.Shape{1}, DType: 99},
		"shape (-1,) is no size of memory":                   {Shape: backend.Shape{-1}},
		"33 dimensions, want at most 32":                     {Shape: make(backend.Shape, 33)},
		"storage type 7 is not known":                        {Storage: 7},
		"a csr array needs a shape":                          {Storage: CSR},
		"a csr array of shape (2,3) cannot store unknown":    with(csr(), func(a *Array) { a.StorageShape = nil }),
		"it has 1 index arrays, want 2 for csr":              with(csr(), func(a *Array) { a.Aux = a.Aux[:1] }),
		"index array 0 has shape (), want one dimension":     with(rowSparse(), func(a *Array) { a.Aux = []Aux{{Shape: backend.Shape{}}} }),
		"index array 0: it has 8 bytes of data, want 16":     with(rowSparse(), func(a *Array) { a.Aux = []Aux{{DType: backend.Int64, Shape: backend.Shape{2}, Data: make([]byte, 8)}} }),
	} {
		var w bytes.Buffer
		a.Name = "fc1_weight"
		err := Encode(&w, &File{Arrays: []Array{a}})
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, `array 1 of 1, "fc1_weight"`)
		assert.Zero(t, w.Len(), "nothing is written before the checks")
	}
	scalar := Array{Name: "s", Shape: backend.Shape{}, Data: make([]byte, 4)}
	require.ErrorContains(t, Encode(io.Discard, &File{Arrays: []Array{scalar, csr()}}), "no encoding holds both")
}

func TestEncodeReportsTheWriter(t *testing.T) {
	f, _ := readParams(t, "dict.params")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.NoError(t, w.Close())
	require.ErrorIs(t, Encode(w, f), os.ErrClosed)
}

func TestDenseRefuses(t *testing.T) {
	csrWith := func(start, column Aux) Array {
		a := csr()
		a.Aux = []Aux{start, column}
		return a
	}
	rows := func(change func(*Array)) Array { a := rowSparse(); change(&a); return a }
	for says, a := range map[string]Array{
		"element 1 lies in column 3, outside its shape (2,3)": csrWith(index(0, 1, 3), index(1, 3, 2)),
		"element 0 lies in column -1":                         csrWith(index(0, 1, 3), index(-1, 0, 2)),
		"its row starts do not rise from 0 to 3":              csrWith(index(0, 4, 3), index(1, 0, 2)),
		"row starts do not rise":                              csrWith(index(1, 1, 3), index(1, 0, 2)),
		"it has 2 row starts and 3 columns, want 3 and 3":     csrWith(index(0, 3), index(1, 0, 2)),
		"an index array is float32, want int64 or int32":      csrWith(Aux{Shape: backend.Shape{3}, Data: make([]byte, 12)}, index(1, 0, 2)),
		"row number 0 of 1 is 3, outside its shape (3,2)":     rows(func(a *Array) { a.Aux = []Aux{index(3)} }),
		"it stores (1,2), want (2,2): it has 2 row numbers":   rows(func(a *Array) { a.Aux = []Aux{index(0, 1)} }),
		"an index array has shape (1,1), want one dimension":  rows(func(a *Array) { a.Aux[0].Shape = backend.Shape{1, 1} }),
		"float32 (2147483648,2) is more than 4 GiB":           rows(func(a *Array) { a.Shape = backend.Shape{1 << 31, 2} }),
		"would be 134217728 bytes as a dense array, for ":     rows(func(a *Array) { a.Shape = backend.Shape{1 << 24, 2} }),
		"it has shape (2,3,1) and stores (3,), want two":      func() Array { a := csr(); a.Shape = backend.Shape{2, 3, 1}; return a }(),
		"it has 0 bytes of data, want 12: it is float32 (3,)": func() Array { a := csr(); a.Data = nil; return a }(),
	} {
		_, err := a.Dense()
		assert.ErrorContains(t, err, says)
	}
}

// int32 indices, repeated row starts and arrays that store nothing.
func TestDenseAtTheEdge(t *testing.T) {
	a := rowSparse()
	a.Aux = []Aux{{DType: backend.Int32, Shape: backend.Shape{1}, Data: []byte{2, 0, 0, 0}}}
	d, err := a.Dense()
	require.NoError(t, err)
	require.Equal(t, floats(0, 0, 0, 0, 1, 2), d.Data)
	for _, a := range []Array{
		{Shape: backend.Shape{2, 3}, Storage: CSR, StorageShape: backend.Shape{0}, Aux: []Aux{index(), index()}},
		{Shape: backend.Shape{2, 3}, Storage: CSR, StorageShape: backend.Shape{0}, Aux: []Aux{index(0, 0, 0), index()}},
		{Shape: backend.Shape{2, 3}, Storage: RowSparse, StorageShape: backend.Shape{0, 3}, Aux: []Aux{index()}},
	} {
		d, err := a.Dense()
		require.NoError(t, err)
		require.Equal(t, make([]byte, 24), d.Data)
	}
}

func TestStorageNames(t *testing.T) {
	require.Equal(t, "default row_sparse csr", Dense.String()+" "+RowSparse.String()+" "+CSR.String())
}

// FuzzDecode: no input panics; what is read is written and read again as the same.
func FuzzDecode(f *testing.F) {
	for _, name := range allParams {
		_, b := readParams(f, name+".params")
		f.Add(b)
	}
	f.Add(container(unhex(f, "cafa93f9 00000000 00000000 01000000 00000000 00000000 0000e040")))
	f.Add(container(unhex(f, "c9fa93f9 00000000 01000000 0000000000400000 01000000 00000000 00000000 00")))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := DecodeBytes(b)
		if err != nil {
			return
		}
		total := 0
		for _, a := range file.Arrays {
			total += len(a.Data) + len(a.Name)
			if a.Storage != Dense && a.Shape.Size() < 1<<20 {
				_, _ = a.Dense()
			}
		}
		require.LessOrEqual(t, total, len(b))
		var w bytes.Buffer
		if err := Encode(&w, file); err != nil {
			return // sparse arrays that only claim to be ones
		}
		again, err := DecodeBytes(w.Bytes())
		require.NoError(t, err)
		require.Equal(t, file, again)
	})
}

func BenchmarkDecode(b *testing.B) {
	a := Array{Name: "arg:fc1_weight", Shape: backend.Shape{16 << 20}, Data: make([]byte, 64<<20)}
	var w bytes.Buffer
	require.NoError(b, Encode(&w, &File{Named: true, Arrays: []Array{a}}))
	b.SetBytes(int64(w.Len()))
	for b.Loop() {
		if _, err := DecodeBytes(w.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
