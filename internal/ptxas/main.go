// Command ptxas assembles every embedded PTX with NVIDIA's assemblers, for every architecture that they know and the file
// does not exclude, and prints what each kernel takes. It needs no GPU: the assembler inside a driver resembles them, so
// what they refuse, or give too few registers, is found here and not by a user. It writes no PTX.
//
//	go run ./internal/ptxas             # what go:embed puts into cuda and below, and Maps of every kind
//	go run ./internal/ptxas -also DIR   # and DIR/*.ptx
//
// The assemblers come from pinned wheels, which pip fetches once.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"

	"github.com/gomx-org/gomx/internal/wheels"
)

//go:embed wheels.txt
var pinned string

func main() {
	also := flag.String("also", "", "a folder with more PTX")
	flag.Parse()
	r, err := run(*also)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ptxas:", err)
		os.Exit(1)
	}
	if !r.print(os.Stdout) {
		os.Exit(1)
	}
}

func run(also string) (*report, error) {
	files, err := embedded()
	if err != nil {
		return nil, err
	}
	if also != "" {
		more, err := filepath.Glob(filepath.Join(also, "*.ptx"))
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			return nil, fmt.Errorf("no PTX in %s", also)
		}
		files = append(files, more...)
	}
	dir, err := os.MkdirTemp("", "gomx-ptxas-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	written, err := writeMaps(dir)
	if err != nil {
		return nil, err
	}
	var modules []*module
	for _, f := range append(files, written...) {
		m, err := readModule(f)
		if err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
	assemblers, err := unpackAssemblers(dir)
	if err != nil {
		return nil, err
	}
	return assembleAll(modules, assemblers), nil
}

// writeMaps makes the PTX that package cuda writes at run time, as samples of it: a test there knows how.
func writeMaps(dir string) ([]string, error) {
	test := exec.Command("go", "test", "-count=1", "-run=^TestWriteMaps$", "github.com/gomx-org/gomx/cuda", "-maps", dir)
	test.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := test.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go test ./cuda -run TestWriteMaps: %w\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "map_*.ptx"))
	if err == nil && len(files) == 0 {
		err = errors.New("go test ./cuda -run TestWriteMaps wrote nothing")
	}
	return files, err
}

// unpackAssemblers gives those of the pinned wheels.
func unpackAssemblers(dir string) ([]*assembler, error) {
	pins, err := wheels.Parse(pinned)
	if err != nil {
		return nil, err
	}
	var all []*assembler
	for _, w := range pins {
		file, err := w.Fetch(os.Stderr)
		if err != nil {
			return nil, err
		}
		to := filepath.Join(dir, w.Name)
		names, err := wheels.Extract(file, to, func(name string) bool { return path.Base(name) == "ptxas" })
		if err != nil {
			return nil, err
		}
		if len(names) != 1 {
			return nil, fmt.Errorf("%v holds %d ptxas, want one", &w, len(names))
		}
		a, err := newAssembler(filepath.Join(to, names[0]), w.Version)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}
