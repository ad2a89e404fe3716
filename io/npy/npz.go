package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/internal/atomicfile"
	"github.com/gomx-org/gomx/ndarray"
)

// Load reads a .npy file.
func Load(path string) (*ndarray.NDArray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	defer f.Close()
	a, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return a, nil
}

// LoadNPZ reads the arrays of a .npz file by name, packed or not.
func LoadNPZ(path string) (map[string]*ndarray.NDArray, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	defer z.Close()
	arrays := map[string]*ndarray.NDArray{}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("npy: %s holds %q, want names that end in .npy only", path, f.Name)
		}
		if _, twice := arrays[name]; twice {
			return nil, fmt.Errorf("npy: %s holds %q twice", path, f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("npy: %s: %s: %w", path, f.Name, err)
		}
		a, err := read(r)
		if err == nil { // the zip's sum is checked where its data ends
			_, err = io.Copy(io.Discard, r)
		}
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("npy: %s: %s: %w", path, f.Name, err)
		}
		arrays[name] = a
	}
	return arrays, nil
}

// SaveNPZ writes arrays by name to a .npz file, not packed, as numpy's savez. The file is whole or, after an error, as it
// was before.
func SaveNPZ(path string, arrays map[string]*ndarray.NDArray) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for _, name := range slices.Sorted(maps.Keys(arrays)) {
			f, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
			if err != nil {
				return fmt.Errorf("npy: %s: %w", name, err)
			}
			if err := Write(f, arrays[name]); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return z.Close()
	})
}
