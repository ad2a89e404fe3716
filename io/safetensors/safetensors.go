// Package safetensors reads and writes Hugging Face's .safetensors files: arrays by name behind a JSON header.
//
//	arrays, err := safetensors.Load("model.safetensors")
//	err = safetensors.Save("model.safetensors", arrays)
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/atomicfile"
	"github.com/gomx-org/gomx/internal/untrusted"
	"github.com/gomx-org/gomx/ndarray"
)

// metadata is the name under which a header has what is no tensor.
const metadata = "__metadata__"

// maxDims bounds the dimensions of arrays.
const maxDims = 32

// maxHeader is the format's own limit.
const maxHeader = 100_000_000

// types are the format's names of the types that arrays have.
var types = map[string]backend.DType{"F32": backend.Float32, "F64": backend.Float64, "F16": backend.Float16, "BF16": backend.BFloat16,
	"U8": backend.Uint8, "I8": backend.Int8, "I32": backend.Int32, "I64": backend.Int64, "BOOL": backend.Bool}

// entry describes one array of a file.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// Load reads all arrays of a file, onto the CPU.
func Load(path string) (map[string]*ndarray.NDArray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	defer f.Close()
	arrays, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", path, err)
	}
	return arrays, nil
}

// Decode reads all arrays. Memory stays proportional to the bytes that are there.
func Decode(r io.Reader) (map[string]*ndarray.NDArray, error) {
	arrays, err := decode(r)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return arrays, nil
}

func decode(r io.Reader) (map[string]*ndarray.NDArray, error) {
	entries, err := header(r)
	if err != nil {
		return nil, err
	}
	names := slices.SortedFunc(maps.Keys(entries), func(a, b string) int { // of tensors at one place, those without elements first
		x, y := entries[a].Offsets, entries[b].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	arrays := map[string]*ndarray.NDArray{}
	at := 0
	for _, name := range names {
		e := entries[name]
		if e.Offsets[0] != at {
			what := "leaves a gap"
			if e.Offsets[0] < at {
				what = "overlaps the one before"
			}
			return nil, fmt.Errorf("tensor %q begins at %d, want %d: it %s; tensors must follow each other", name, e.Offsets[0], at, what)
		}
		at = e.Offsets[1]
		if arrays[name], err = e.read(r); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
	}
	var one [1]byte
	if n, _ := r.Read(one[:]); n > 0 {
		return nil, fmt.Errorf("there is more behind the last tensor, at %d", at)
	}
	return arrays, nil
}

// header reads the descriptions of the tensors.
func header(r io.Reader) (map[string]entry, error) {
	var size [8]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, fmt.Errorf("the file is too short: %w", err)
	}
	n := binary.LittleEndian.Uint64(size[:])
	if n < 2 || n > maxHeader {
		more := make([]byte, untrusted.HeadSize)
		got, _ := io.ReadFull(r, more)
		if what := untrusted.LooksLike(append(size[:], more[:got]...)); what != "" {
			return nil, fmt.Errorf("not a safetensors file: it looks like %s", what)
		}
		return nil, fmt.Errorf("a header of %d bytes: not a safetensors file", n)
	}
	text, err := untrusted.ReadN(r, int64(n), untrusted.Remaining(r))
	if err != nil {
		return nil, fmt.Errorf("the file ends within its header: %w", err)
	}
	return parseHeader(text)
}

// parseHeader reads the JSON object of a header, in which a name may not come twice.
func parseHeader(text []byte) (map[string]entry, error) {
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil, errors.New("the header is no JSON object: not a safetensors file")
	}
	if !json.Valid(text) {
		return nil, fmt.Errorf("header: %w", json.Unmarshal(text, new(struct{})))
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	entries := map[string]entry{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("header: %w", err)
		}
		name, _ := key.(string)
		if name == metadata {
			if err := dec.Decode(&map[string]string{}); err != nil {
				return nil, fmt.Errorf("__metadata__: %w", err)
			}
			continue
		}
		var e entry
		if err := dec.Decode(&e); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if _, twice := entries[name]; twice {
			return nil, fmt.Errorf("two tensors are called %q", name)
		}
		entries[name] = e
	}
	return entries, nil
}

func (e *entry) check() error {
	t, ok := types[e.DType]
	if !ok {
		return fmt.Errorf("numbers of type %q, want F16, BF16, F32, F64, U8, I8, I32, I64 or BOOL", e.DType)
	}
	if len(e.Shape) > maxDims {
		return fmt.Errorf("%d dimensions, want at most %d", len(e.Shape), maxDims)
	}
	size := t.Size()
	for _, d := range e.Shape {
		if d < 0 || d > 0 && size > math.MaxInt/d {
			return fmt.Errorf("shape %v makes no sense", e.Shape)
		}
		size *= max(d, 1)
	}
	if slices.Contains(e.Shape, 0) {
		size = 0
	}
	if e.Offsets[0] < 0 || e.Offsets[1] < 0 || e.Offsets[1]-e.Offsets[0] != size {
		return fmt.Errorf("%s %v takes %d bytes, the file has it at %v", e.DType, e.Shape, size, e.Offsets)
	}
	return nil
}

func (e *entry) read(r io.Reader) (*ndarray.NDArray, error) {
	n := int64(e.Offsets[1] - e.Offsets[0])
	data, err := untrusted.ReadN(r, n, untrusted.Remaining(r))
	if err != nil {
		return nil, fmt.Errorf("the file ends within its %d bytes: %w", n, err)
	}
	shape := append(backend.Shape{}, e.Shape...)
	if n == 0 {
		return ndarray.FromSlice([]uint8{}, shape, ndarray.Of(types[e.DType]))
	}
	a, err := ndarray.New(shape, ndarray.Of(types[e.DType]))
	if err != nil {
		return nil, err
	}
	copy(a.Bytes(), data)
	a.Touch()
	return a, nil
}

// Save writes arrays by name. The file is whole or, after an error, as it was before.
func Save(path string, arrays map[string]*ndarray.NDArray) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Encode(w, arrays) })
}

// Encode writes arrays by name, sorted, each at a multiple of 8 bytes where sizes allow.
func Encode(w io.Writer, arrays map[string]*ndarray.NDArray) error {
	names := slices.SortedFunc(maps.Keys(arrays), func(a, b string) int {
		if x, y := arrays[a].DType().Size(), arrays[b].DType().Size(); x != y {
			return y - x // large numbers first keeps all aligned
		}
		if a < b {
			return -1
		}
		return 1
	})
	head := map[string]entry{}
	at := 0
	for _, name := range names {
		if name == metadata || !utf8.ValidString(name) {
			return fmt.Errorf("safetensors: an array cannot be called %q", name)
		}
		a := arrays[name]
		end := at + a.Size()*a.DType().Size()
		head[name] = entry{typeName(a.DType()), append([]int{}, a.Shape()...), [2]int{at, end}}
		at = end
	}
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	if _, err := w.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	for _, name := range names {
		if err := writeArray(w, arrays[name]); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", name, err)
		}
	}
	return nil
}

func writeArray(w io.Writer, a *ndarray.NDArray) error {
	if a.Bytes() == nil { // not on this host
		c, err := ndarray.New(a.Shape(), ndarray.On(device.CPU(0)), ndarray.Of(a.DType()))
		if err != nil {
			return err
		}
		defer c.Close()
		if err := c.CopyFrom(a); err != nil {
			return err
		}
		a = c
	}
	_, err := w.Write(a.Bytes())
	return err
}

func typeName(t backend.DType) string {
	for name, other := range types {
		if other == t {
			return name
		}
	}
	panic(fmt.Sprintf("BUG: safetensors has no type %v", t))
}
