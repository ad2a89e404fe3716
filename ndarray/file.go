package ndarray

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"

	"github.com/gomx-org/gomx/internal/atomicfile"
	"github.com/gomx-org/gomx/internal/ndfile"
)

// Named is an array with its name in a file, such as arg:fc1_weight.
type Named struct {
	Name  string
	Array *NDArray
}

// Save writes arrays as MXNet's mx.nd.save does, byte for byte: a *NDArray, a []*NDArray (a list), a
// map[string]*NDArray (in the order of the names) or a []Named (in its order). The file is complete or, after an error,
// as it was before; errors name it.
func Save(path string, arrays any) error {
	defer runtime.KeepAlive(arrays) // whose memory is written, not copies of it
	f, err := container(arrays)
	if err != nil {
		return &Error{Op: fmt.Sprintf("save %q", path), Err: err}
	}
	return atomicfile.Write(path, func(w io.Writer) error { return ndfile.Encode(w, f) })
}

// SaveNamed writes arrays under their names in the order given; checkpoints keep the network's order so.
func SaveNamed(path string, arrays []Named) error { return Save(path, arrays) }

// Encode writes what Save would to w.
func Encode(w io.Writer, arrays any) error {
	defer runtime.KeepAlive(arrays)
	f, err := container(arrays)
	if err != nil {
		return &Error{Op: "save", Err: err}
	}
	return ndfile.Encode(w, f)
}

func container(arrays any) (*ndfile.File, error) {
	f := &ndfile.File{}
	var named []Named
	switch x := arrays.(type) {
	case *NDArray:
		named = []Named{{"", x}}
	case []*NDArray:
		for _, a := range x {
			named = append(named, Named{"", a})
		}
	case map[string]*NDArray:
		f.Named = true
		for _, name := range slices.Sorted(maps.Keys(x)) {
			named = append(named, Named{name, x[name]})
		}
	case []Named:
		f.Named = true
		named = x
	default:
		return nil, fmt.Errorf("cannot save a %T; want *NDArray, []*NDArray, map[string]*NDArray or []Named", arrays)
	}
	for i, n := range named {
		if n.Array == nil || n.Array.st == nil {
			return nil, fmt.Errorf("array %d, %q, is nil or closed", i, n.Name)
		}
		a := ndfile.Array{Name: n.Name, Shape: n.Array.shape, DType: n.Array.dtype}
		var data []byte
		if err := n.Array.read(func(b []byte) { data = b }); err != nil {
			return nil, err
		}
		a.Data = data
		f.Arrays = append(f.Arrays, a)
	}
	return f, nil
}

// File is what a file of arrays holds.
type File struct {
	// IsMap tells a map (what MXNet saves for a dict) from a list, whose names are empty. An empty map reads as a list:
	// the bytes are the same.
	IsMap  bool
	Arrays []Named // in the order of the file
}

// List gives the arrays without their names.
func (f *File) List() []*NDArray {
	list := make([]*NDArray, len(f.Arrays))
	for i, n := range f.Arrays {
		list[i] = n.Array
	}
	return list
}

// Map gives the arrays by name; of two with one name the last counts, as in MXNet.
func (f *File) Map() map[string]*NDArray {
	m := make(map[string]*NDArray, len(f.Arrays))
	for _, n := range f.Arrays {
		m[n.Name] = n.Array
	}
	return m
}

// Load reads a file of arrays in any of MXNet's versions and types: .params, .nd, mean images. Sparse arrays become
// dense. On puts them on a device. Errors name the file; damaged files are errors, never panics, and take no more memory
// than they have bytes.
func Load(path string, opts ...Option) (*File, error) {
	f, err := ndfile.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return fromContainer(fmt.Sprintf("load %q", path), f, opts)
}

// Decode is Load from a stream.
func Decode(r io.Reader, opts ...Option) (*File, error) {
	f, err := ndfile.Decode(r)
	if err != nil {
		return nil, err
	}
	return fromContainer("load", f, opts)
}

func fromContainer(op string, f *ndfile.File, opts []Option) (*File, error) {
	out := &File{IsMap: f.Named}
	for i := range f.Arrays {
		d, err := f.Arrays[i].Dense()
		if err != nil {
			return nil, &Error{Op: op, Err: fmt.Errorf("array %d %q: %w", i, f.Arrays[i].Name, err)}
		}
		f.Arrays[i] = ndfile.Array{} // one copy at a time
		if d.Shape == nil {
			return nil, &Error{Op: op, Err: fmt.Errorf("array %d %q is an array without contents", i, d.Name)}
		}
		a, err := createAny(op, d.Shape, append(slices.Clip(opts), Of(d.DType)))
		if err != nil {
			return nil, err
		}
		if err := a.write(func(b []byte) { copy(b, d.Data) }); err != nil {
			return nil, &Error{Op: op, Err: err}
		}
		out.Arrays = append(out.Arrays, Named{d.Name, a})
	}
	return out, nil
}

// LoadMap is Load of a file that holds names.
func LoadMap(path string, opts ...Option) (map[string]*NDArray, error) {
	f, err := Load(path, opts...)
	if err != nil {
		return nil, err
	}
	if !f.IsMap && len(f.Arrays) > 0 {
		return nil, &Error{Op: fmt.Sprintf("load %q", path), Err: fmt.Errorf("the file is a list of %d arrays without names", len(f.Arrays))}
	}
	return f.Map(), nil
}

// LoadList is Load of a file's arrays in order, with names or without.
func LoadList(path string, opts ...Option) ([]*NDArray, error) {
	f, err := Load(path, opts...)
	if err != nil {
		return nil, err
	}
	return f.List(), nil
}
