package model

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/internal/atomicfile"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// Params are the arrays of a network: arguments and auxiliary states by name.
type Params struct {
	Args, Aux map[string]*ndarray.NDArray
}

// SymbolFile, ParamsFile and StatesFile name the files of a checkpoint.
func SymbolFile(prefix string) string { return prefix + "-symbol.json" }

// ParamsFile names the file of the arrays after the given epoch.
func ParamsFile(prefix string, epoch int) string { return fmt.Sprintf("%s-%04d.params", prefix, epoch) }

// StatesFile names the file of the training state after the given epoch.
func StatesFile(prefix string, epoch int) string { return fmt.Sprintf("%s-%04d.states", prefix, epoch) }

// Interrupted is the prefix of the files that hold the moment at which training was interrupted.
func Interrupted(prefix string) string { return prefix + "-interrupted" }

// SaveCheckpoint writes PREFIX-symbol.json and PREFIX-%04d.params as MXNet does, whole or not at all.
func SaveCheckpoint(prefix string, epoch int, s *symbol.Symbol, p Params) error {
	c := checkpoint{symbolPath: SymbolFile(prefix), paramsPath: ParamsFile(prefix, epoch), sym: s, params: p}
	return c.save(context.Background(), nil)
}

// LoadCheckpoint reads what SaveCheckpoint, or MXNet, wrote.
func LoadCheckpoint(prefix string, epoch int) (*symbol.Symbol, Params, error) {
	s, err := symbol.Load(SymbolFile(prefix))
	if err != nil {
		return nil, Params{}, fmt.Errorf("model: %w", withEpochs(err, prefix))
	}
	p, err := LoadParams(ParamsFile(prefix, epoch))
	if err != nil {
		return nil, Params{}, withEpochs(err, prefix)
	}
	return s, p, nil
}

// withEpochs adds to a missing file which epochs are there.
func withEpochs(err error, prefix string) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	epochs := CheckpointEpochs(prefix)
	if len(epochs) == 0 {
		return fmt.Errorf("%w; there is no checkpoint with the prefix %q", err, prefix)
	}
	return fmt.Errorf("%w; %q has the epochs %v", err, prefix, epochs)
}

// CheckpointEpochs lists the epochs for which PREFIX has a .params file.
func CheckpointEpochs(prefix string) []int {
	re := regexp.MustCompile("^" + regexp.QuoteMeta(filepath.Base(prefix)) + `-(\d{4,})\.params$`)
	entries, err := os.ReadDir(filepath.Dir(prefix))
	if err != nil {
		return nil
	}
	var epochs []int
	for _, e := range entries {
		if m := re.FindStringSubmatch(e.Name()); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				epochs = append(epochs, n)
			}
		}
	}
	slices.Sort(epochs)
	return epochs
}

// LoadParams reads a .params file: entries arg:NAME and aux:NAME; others are passed over, as MXNet does.
func LoadParams(path string) (Params, error) {
	p := Params{Args: map[string]*ndarray.NDArray{}, Aux: map[string]*ndarray.NDArray{}}
	arrays, err := ndarray.LoadMap(path)
	if err != nil {
		return p, fmt.Errorf("model: %w", err)
	}
	for full, a := range arrays {
		kind, name, _ := strings.Cut(full, ":")
		switch kind {
		case "arg":
			p.Args[name] = a
		case "aux":
			p.Aux[name] = a
		}
	}
	if len(p.Args)+len(p.Aux) == 0 {
		return p, fmt.Errorf("model: %q holds %d arrays, but none is called arg:… or aux:…: it is not a checkpoint", path, len(arrays))
	}
	return p, nil
}

// checkpoint is a set of files about to be written.
type checkpoint struct {
	symbolPath, statesPath, paramsPath string // statesPath may be empty

	sym    *symbol.Symbol
	params Params
	states *States
}

// save writes symbol, states, then params; the params file appears last. A failure removes everything not yet in place.
func (c *checkpoint) save(ctx context.Context, fsys atomicfile.FS) error {
	text, err := c.sym.ToJSON()
	if err != nil {
		return fmt.Errorf("model: save %s: %w", c.symbolPath, err)
	}
	opts := []atomicfile.Option{atomicfile.SHA256(), atomicfile.Context(ctx)}
	if fsys != nil {
		opts = append(opts, atomicfile.On(fsys))
	}
	var files []*atomicfile.File
	defer func() {
		for _, f := range files {
			f.Abort()
		}
	}()
	write := func(path string, fn func(w io.Writer) error) (*atomicfile.File, error) {
		f, err := atomicfile.Create(path, opts...)
		if err != nil {
			return nil, fmt.Errorf("model: save: %w", err)
		}
		files = append(files, f)
		if err := fn(f); err != nil {
			return nil, fmt.Errorf("model: save: %w", err)
		}
		if err := f.Prepare(); err != nil {
			return nil, fmt.Errorf("model: save: %w", err)
		}
		return f, nil
	}
	sym, err := write(c.symbolPath, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
	if err != nil {
		return err
	}
	params, err := write(c.paramsPath, func(w io.Writer) error { return ndarray.Encode(w, c.params.named()) })
	if err != nil {
		return err
	}
	order := []*atomicfile.File{sym, params}
	if c.statesPath != "" {
		c.states.ParamsSHA256 = params.SHA256()
		states, err := write(c.statesPath, func(w io.Writer) error { return c.states.encode(w) })
		if err != nil {
			return err
		}
		order = []*atomicfile.File{sym, states, params}
	}
	if err := atomicfile.Commit(order...); err != nil {
		return fmt.Errorf("model: save: %w", err)
	}
	return nil
}

// named lists the arrays in the order of their names, so that equal parameters make equal files.
func (p Params) named() []ndarray.Named {
	var list []ndarray.Named
	for _, name := range sortedNames(p.Args) {
		list = append(list, ndarray.Named{Name: "arg:" + name, Array: p.Args[name]})
	}
	for _, name := range sortedNames(p.Aux) {
		list = append(list, ndarray.Named{Name: "aux:" + name, Array: p.Aux[name]})
	}
	return list
}

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// fileSHA256 is the checksum of a file.
func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
