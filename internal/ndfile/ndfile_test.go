package ndfile

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// recorded is one array of testdata/*.json: what MXNet 1.9.1 showed for an array of the .params file beside it.
type recorded struct {
	Shape backend.Shape
	DType string
	Data  []any
}

func readJSON(t *testing.T, name string) map[string]recorded {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	m := map[string]recorded{}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // int64 values do not fit into float64
	require.NoError(t, d.Decode(&m))
	return m
}

func readParams(t testing.TB, name string) (*File, []byte) {
	path := filepath.Join("testdata", name)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	f, err := ReadFile(path)
	require.NoError(t, err)
	return f, b
}

// values turns the bytes of an array into what JSON says: json.Number for numbers, bool.
func values(t *testing.T, a Array) []any {
	out := make([]any, a.Shape.Size())
	size := a.DType.Size()
	for i := range out {
		b := a.Data[i*size : (i+1)*size]
		switch a.DType {
		case backend.Float32:
			out[i] = float64(math.Float32frombits(le.Uint32(b)))
		case backend.Float64:
			out[i] = math.Float64frombits(le.Uint64(b))
		case backend.Float16:
			out[i] = half(le.Uint16(b))
		case backend.Uint8:
			out[i] = int64(b[0])
		case backend.Int8:
			out[i] = int64(int8(b[0]))
		case backend.Int32:
			out[i] = int64(int32(le.Uint32(b)))
		case backend.Int64:
			out[i] = int64(le.Uint64(b))
		case backend.Bool:
			out[i] = b[0] != 0
		default:
			require.Failf(t, "no values", "%v", a.DType)
		}
	}
	return out
}

// half is the value of a normal IEEE binary16 number or zero; testdata has no others.
func half(h uint16) float64 {
	exp, frac := int(h>>10&31), float64(h&1023)/1024
	v := math.Ldexp(1+frac, exp-15)
	if exp == 0 {
		v = 0
	}
	return math.Copysign(v, 1-2*float64(h>>15))
}

func requireValues(t *testing.T, want recorded, a Array) {
	require.Equal(t, want.Shape, a.Shape, a.Name)
	require.Equal(t, want.DType, a.DType.String(), a.Name)
	require.Equal(t, Dense, a.Storage)
	for i, v := range values(t, a) {
		switch got := v.(type) {
		case float64:
			w, err := want.Data[i].(json.Number).Float64()
			require.NoError(t, err)
			require.Equal(t, w, got, "%s[%d]", a.Name, i)
		case int64:
			w, err := want.Data[i].(json.Number).Int64()
			require.NoError(t, err)
			require.Equal(t, w, got, "%s[%d]", a.Name, i)
		default:
			require.Equal(t, want.Data[i], got, "%s[%d]", a.Name, i)
		}
	}
}

// The numbers of every type, in every encoding, are those that MXNet 1.9.1 showed.
func TestValues(t *testing.T) {
	want := readJSON(t, "values.json")
	for name, arrays := range map[string]int{"dict.params": 8, "legacy_v0.params": 5, "legacy_v1.params": 7} {
		f, _ := readParams(t, name)
		require.True(t, f.Named)
		require.Len(t, f.Arrays, arrays, name)
		for _, a := range f.Arrays {
			require.Contains(t, want, a.Name)
			requireValues(t, want[a.Name], a)
		}
	}
	list, _ := readParams(t, "list.params")
	dict, _ := readParams(t, "dict.params")
	require.False(t, list.Named)
	for i, a := range list.Arrays {
		require.Empty(t, a.Name)
		requireValues(t, want[dict.Arrays[i].Name], a)
	}
}

func TestSparseValues(t *testing.T) {
	want := readJSON(t, "sparse.json")
	f, _ := readParams(t, "sparse.params")
	require.Len(t, f.Arrays, 2)
	require.Equal(t, []Storage{CSR, RowSparse}, []Storage{f.Arrays[0].Storage, f.Arrays[1].Storage})
	for _, a := range f.Arrays {
		dense, err := a.Dense()
		require.NoError(t, err)
		requireValues(t, want[a.Name], dense)
		again, err := dense.Dense()
		require.NoError(t, err)
		require.Equal(t, dense, again)
	}
}

// What MXNet 1.9.1 wrote is written again byte for byte.
func TestEncodeGivesTheSameBytes(t *testing.T) {
	for _, name := range []string{"dict", "list", "single", "empty_list", "sparse", "unicode"} {
		f, want := readParams(t, name+".params")
		var got bytes.Buffer
		require.NoError(t, Encode(&got, f))
		require.Equal(t, hex.Dump(want), hex.Dump(got.Bytes()), name)
	}
}

func TestNames(t *testing.T) {
	f, _ := readParams(t, "unicode.params")
	var names []string
	for _, a := range f.Arrays {
		names = append(names, a.Name)
	}
	require.Equal(t, []string{"arg:gewicht_ä", "", "no_prefix"}, names)
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(s))
	require.NoError(t, err)
	return b
}

// container puts records between the header and no names.
func container(records ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, headerMagic)
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(records)))
	b = append(b, bytes.Join(records, nil)...)
	return binary.LittleEndian.AppendUint64(b, 0)
}

// Files written by MXNet 0.7.0 (V0) and 0.12.0 (V2).
func TestGoldenBytes(t *testing.T) {
	v0 := unhex(t, `1201000000000000 0000000000000000 0200000000000000
		02000000 02000000 03000000 01000000 00000000 00000000 00000000 0000803f 00000040 00004040 00008040 0000a040
		01000000 03000000 01000000 00000000 04000000 00000000 01000000 02000000
		0200000000000000 0500000000000000 6172673a77 0500000000000000 6175783a6d`)
	f, err := DecodeBytes(v0)
	require.NoError(t, err)
	w := Array{Name: "arg:w", Shape: backend.Shape{2, 3}, DType: backend.Float32, Data: floats(0, 1, 2, 3, 4, 5)}
	m := Array{Name: "aux:m", Shape: backend.Shape{3}, DType: backend.Int32, Data: unhex(t, "00000000 01000000 02000000")}
	require.Equal(t, &File{Named: true, Arrays: []Array{w, m}}, f)

	v2 := container(
		append(unhex(t, "c9fa93f9 00000000 02000000 0200000000000000 0300000000000000 01000000 00000000 00000000"), w.Data...),
		append(unhex(t, "c9fa93f9 00000000 01000000 0300000000000000 01000000 00000000 04000000"), m.Data...))
	w.Name, m.Name = "", ""
	requireBothWays(t, v2, w, m)

	requireBothWays(t, container(unhex(t, `c9fa93f9 02000000 01000000 0300000000000000
		02000000 0200000000000000 0300000000000000 01000000 00000000 00000000
		06000000 01000000 0300000000000000 06000000 01000000 0300000000000000
		0000803f 00000040 00004040 0000000000000000 0100000000000000 0300000000000000
		0100000000000000 0000000000000000 0200000000000000`)), csr())

	requireBothWays(t, container(unhex(t, `c9fa93f9 01000000 02000000 0100000000000000 0200000000000000
		02000000 0300000000000000 0200000000000000 01000000 00000000 00000000
		06000000 01000000 0100000000000000 0000803f 00000040 0100000000000000`)), rowSparse())
}

func requireBothWays(t *testing.T, b []byte, arrays ...Array) {
	t.Helper()
	f, err := DecodeBytes(b)
	require.NoError(t, err)
	require.Equal(t, &File{Arrays: arrays}, f)
	var again bytes.Buffer
	require.NoError(t, Encode(&again, f))
	require.Equal(t, hex.Dump(b), hex.Dump(again.Bytes()))
}

func floats(vs ...float32) (b []byte) {
	for _, v := range vs {
		b = le.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func index(vs ...int64) Aux {
	x := Aux{DType: backend.Int64, Shape: backend.Shape{len(vs)}}
	for _, v := range vs {
		x.Data = le.AppendUint64(x.Data, uint64(v))
	}
	return x
}

func csr() Array { // [[0,1,0],[2,0,3]]
	return Array{Shape: backend.Shape{2, 3}, Data: floats(1, 2, 3), Storage: CSR, StorageShape: backend.Shape{3},
		Aux: []Aux{index(0, 1, 3), index(1, 0, 2)}}
}

func rowSparse() Array { // [[0,0],[1,2],[0,0]]
	return Array{Shape: backend.Shape{3, 2}, Data: floats(1, 2), Storage: RowSparse, StorageShape: backend.Shape{1, 2},
		Aux: []Aux{index(1)}}
}

// Arrays without contents, with an empty dimension, and scalars.
func TestShapesAtTheEdge(t *testing.T) {
	none := Array{}
	empty := Array{Shape: backend.Shape{2, 0, 3}, Data: []byte{}}
	scalar := Array{Shape: backend.Shape{}, Data: floats(7)}
	requireBothWays(t, container(unhex(t, "c9fa93f9 00000000 00000000"), unhex(t,
		"c9fa93f9 00000000 03000000 0200000000000000 0000000000000000 0300000000000000 01000000 00000000 00000000")), none, empty)
	requireBothWays(t, container(
		unhex(t, "cafa93f9 00000000 00000000 01000000 00000000 00000000 0000e040"),
		unhex(t, "cafa93f9 00000000 ffffffff")), scalar, none)

	f, err := DecodeBytes(container(
		unhex(t, "00000000"),          // V0
		unhex(t, "c8fa93f9 00000000"), // V1
		unhex(t, "cafa93f9 00000000 01000000"+strings.Repeat("f", 16)))) // V3, a dimension of -1
	require.NoError(t, err)
	require.Equal(t, []Array{none, none, none}, f.Arrays)
}

func TestReadFileNamesTheFile(t *testing.T) {
	_, err := ReadFile(filepath.Join("testdata", "missing.params"))
	require.ErrorIs(t, err, os.ErrNotExist)
	path := filepath.Join(t.TempDir(), "net-0001.params")
	require.NoError(t, os.WriteFile(path, []byte("<html>"), 0o600))
	_, err = ReadFile(path)
	assert.ErrorIs(t, err, ErrForeign)
	assert.ErrorContains(t, err, "net-0001.params\": not an NDArray container: it looks like an HTML page")
}
