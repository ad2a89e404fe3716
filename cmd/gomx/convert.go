package main

import (
	"fmt"
	"path/filepath"

	"github.com/gomx-org/gomx/io/npy"
	"github.com/gomx-org/gomx/io/safetensors"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// convertCmd turns files of arrays, and symbol files, into others.
type convertCmd struct {
	In  string `arg:"" help:"File to read: .params or .nd of any MXNet version, .npz, .safetensors, or a symbol file .json."`
	Out string `arg:"" help:"File to write: .params or .nd, .npz, .safetensors; .json from .json."`

	As07 bool `name:"as-0.7" help:"Read a symbol file of MXNet 0.7 as that version meant it: poolings round up, BatchNorm predicts with its gamma."`
}

// arrayFile reads and writes arrays by name in files of one kind.
type arrayFile struct {
	load func(path string) ([]ndarray.Named, error)
	save func(path string, arrays []ndarray.Named) error
}

var arrayFiles = map[string]arrayFile{
	".params":      {loadParams, ndarray.SaveNamed},
	".nd":          {loadParams, ndarray.SaveNamed},
	".npz":         {byName(npy.LoadNPZ), toMap(npy.SaveNPZ)},
	".safetensors": {byName(safetensors.Load), toMap(safetensors.Save)},
}

// Run does what the command says. Names and numbers stay as they are; the order of .params is kept where there is one.
func (c *convertCmd) Run() error {
	from, to := filepath.Ext(c.In), filepath.Ext(c.Out)
	if from == ".json" && to == ".json" {
		var options []symbol.LoadOption
		if c.As07 {
			options = append(options, symbol.AsTrained07())
		}
		s, err := symbol.Load(c.In, options...)
		if err != nil {
			return err
		}
		return s.Save(c.Out)
	}
	if c.As07 {
		return fmt.Errorf("convert: --as-0.7 is for a symbol file .json into another")
	}
	if from == ".json" || to == ".json" {
		return fmt.Errorf("convert: %s to %s: a symbol file .json holds a network and becomes another .json; arrays are in .params, .nd, .npz and .safetensors", c.In, c.Out)
	}
	in, ok := arrayFiles[from]
	if !ok {
		return fmt.Errorf("convert: %s: the name must end in .params, .nd, .npz, .safetensors or .json", c.In)
	}
	out, ok := arrayFiles[to]
	if !ok {
		return fmt.Errorf("convert: %s: the name must end in .params, .nd, .npz or .safetensors", c.Out)
	}
	arrays, err := in.load(c.In)
	if err != nil {
		return err
	}
	return out.save(c.Out, arrays)
}

func loadParams(path string) ([]ndarray.Named, error) {
	f, err := ndarray.Load(path)
	if err != nil {
		return nil, err
	}
	if !f.IsMap && len(f.Arrays) > 0 { // a list: numpy's names for one
		for i := range f.Arrays {
			f.Arrays[i].Name = fmt.Sprintf("arr_%d", i)
		}
	}
	return f.Arrays, nil
}

func byName(load func(string) (map[string]*ndarray.NDArray, error)) func(string) ([]ndarray.Named, error) {
	return func(path string) ([]ndarray.Named, error) {
		m, err := load(path)
		var list []ndarray.Named
		for _, name := range sortedKeys(m) {
			list = append(list, ndarray.Named{Name: name, Array: m[name]})
		}
		return list, err
	}
}

func toMap(save func(string, map[string]*ndarray.NDArray) error) func(string, []ndarray.Named) error {
	return func(path string, arrays []ndarray.Named) error {
		m := make(map[string]*ndarray.NDArray, len(arrays))
		for _, a := range arrays {
			if _, twice := m[a.Name]; twice {
				return fmt.Errorf("convert: two arrays are called %q", a.Name)
			}
			m[a.Name] = a.Array
		}
		return save(path, m)
	}
}
