package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/io/npy"
	"github.com/gomx-org/gomx/ndarray"
)

// exchangeArrays sends arrays of all types that MXNet and numpy share through MXNet, with names and without: what it reads
// and what it writes must be what gomx wrote.
func exchangeArrays(out io.Writer, w *worker, dir string, seed uint64) error {
	var arrays []ndarray.Named
	r := rand.New(rand.NewPCG(seed, 1))
	for _, t := range []backend.DType{backend.Float32, backend.Float64, backend.Float16, backend.Uint8, backend.Int8, backend.Int32, backend.Int64} {
		for i, shape := range []backend.Shape{{1}, {7}, {2, 3}, {1, 2, 1, 3, 2}} {
			a := ndarray.Zeros(shape, ndarray.Of(t))
			values := make([]float64, a.Size())
			for k := range values {
				values[k] = 100 * r.Float64()
				if t != backend.Uint8 && k%2 == 0 {
					values[k] *= -1
				}
			}
			if err := a.SetFloat64(values); err != nil {
				return err
			}
			arrays = append(arrays, ndarray.Named{Name: fmt.Sprintf("arg:%v_%d", t, i), Array: a})
		}
	}
	if err := throughMXNet(w, filepath.Join(dir, "named"), arrays, arrays); err != nil {
		return fmt.Errorf("arrays by name: %w", err)
	}
	list := make([]*ndarray.NDArray, len(arrays))
	for i := range arrays {
		list[i] = arrays[i].Array
		arrays[i].Name = fmt.Sprintf("arr_%d", i) // numpy's name
	}
	if err := throughMXNet(w, filepath.Join(dir, "list"), list, arrays); err != nil {
		return fmt.Errorf("arrays without names: %w", err)
	}
	_, err := fmt.Fprintf(out, "%-20s %d of 7 types, by name and as a list: the same bytes both ways\n", "arrays", len(arrays))
	return err
}

// throughMXNet writes what, lets MXNet read it and write it again, and compares what numpy got and what MXNet wrote.
func throughMXNet(w *worker, path string, what any, want []ndarray.Named) error {
	ours, theirs, values := path+".params", path+"-again.params", path+".npz"
	if err := save(ours, what); err != nil {
		return err
	}
	if err := w.ask("arrays_to_npz", request{"params": ours, "npz": values, "again": theirs}, nil); err != nil {
		return err
	}
	a, err := os.ReadFile(ours)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(theirs)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return fmt.Errorf("MXNet writes other bytes (%d) than gomx (%d)", len(b), len(a))
	}
	got, err := npy.LoadNPZ(values)
	if err != nil {
		return err
	}
	for _, n := range want {
		g := got[n.Name]
		if g == nil || g.DType() != n.Array.DType() || !g.Shape().Equal(n.Array.Shape()) || !bytes.Equal(g.Bytes(), n.Array.Bytes()) {
			return fmt.Errorf("MXNet reads %s as %v, want %v", n.Name, g, n.Array)
		}
	}
	read, err := ndarray.Load(theirs)
	if err != nil {
		return err
	}
	for i, n := range want {
		if !bytes.Equal(read.Arrays[i].Array.Bytes(), n.Array.Bytes()) {
			return fmt.Errorf("gomx reads %s of MXNet's file as %v, want %v", n.Name, read.Arrays[i].Array, n.Array)
		}
	}
	return nil
}

// save keeps the order of names where there are any.
func save(path string, arrays any) error {
	if named, ok := arrays.([]ndarray.Named); ok {
		return ndarray.SaveNamed(path, named)
	}
	return ndarray.Save(path, arrays)
}
