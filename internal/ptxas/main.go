// Command ptxas assembles every embedded PTX with NVIDIA's assemblers, for every architecture that they know and the file
// does not exclude, and prints what each kernel takes. It needs no GPU: the assembler inside a driver resembles them, so
// what they refuse, or give too few registers, is found here and not by a user. It writes no PTX.
//
//	go run ./internal/ptxas             # what go:embed puts into cuda and below
//	go run ./internal/ptxas -also DIR   # and DIR/*.ptx
//
// The assemblers come from pinned wheels, which pip fetches once.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
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
	var modules []*module
	for _, f := range files {
		m, err := readModule(f)
		if err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
	dir, err := os.MkdirTemp("", "gomx-ptxas-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	assemblers, err := unpackAssemblers(dir)
	if err != nil {
		return nil, err
	}
	return assembleAll(modules, assemblers), nil
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
