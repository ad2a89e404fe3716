// Command cudaabi holds the project's own declarations of NVIDIA's libraries, the files internal/*/api.h, against the real
// headers, and looks up every function that is asked for in the real libraries. It needs no GPU and no driver.
//
//	go run ./internal/cudaabi
//
// A backend and its simulated driver are written by the same people: a wrong argument would agree with itself, and only a user
// would meet it. Headers and libraries come from pinned wheels, over a gigabyte that pip fetches once.
package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/internal/sources"
	"github.com/gomx-org/gomx/internal/wheels"
)

//go:embed wheels.txt
var pinned string

// library is one of NVIDIA's, with a folder internal/NAME that declares what is called of it.
type library struct {
	name    string
	header  string
	defines string // before the header
	result  string // type that all its functions return
	soname  string // without version; "" for the driver's, which no wheel has: its names are those that the header declares
	needs   string // a library to open first
}

var libraries = []library{
	// With this macro cuda.h declares all versions of a function under their own names, as the library has them.
	{name: "cudrv", header: "cuda.h", defines: "#define __CUDA_API_VERSION_INTERNAL", result: "CUresult"},
	{name: "cublas", header: "cublas_v2.h", result: "cublasStatus_t", soname: "libcublas.so", needs: "libcublasLt.so"},
}

// toolkit is a version of CUDA, from wheels.
type toolkit struct {
	name   string
	wheels []string
	dir    string
}

var toolkits = []toolkit{
	{name: "CUDA 12.9", wheels: []string{"nvidia-cuda-runtime-cu12", "nvidia-cuda-nvcc-cu12", "nvidia-cublas-cu12"}},
	{name: "CUDA 13.5", wheels: []string{"nvidia-cuda-runtime", "nvidia-cuda-crt", "nvidia-cublas"}},
}

func main() {
	failures, err := run(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cudaabi:", err)
	}
	if err != nil || failures > 0 {
		os.Exit(1)
	}
}

func run(w io.Writer) (failures int, err error) {
	root, err := sources.Root()
	if err != nil {
		return 0, err
	}
	apis, err := readAPIs(filepath.Join(root, "internal"))
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "gomx-cudaabi-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	declarations, symbols := 0, 0
	for _, t := range toolkits {
		t.dir = filepath.Join(dir, strings.ReplaceAll(t.name, " ", "-"))
		if err := t.unpack(); err != nil {
			return failures, err
		}
		for _, a := range apis {
			wrong, err := t.checkHeader(a)
			if err != nil {
				return failures, err
			}
			missing, err := t.checkLibrary(a)
			if err != nil {
				return failures, err
			}
			failures += len(wrong) + len(missing)
			for _, text := range slices.Concat(wrong, missing) {
				fmt.Fprintf(w, "FAIL %s: internal/%s/api.h: %s\n", t.name, a.name, text)
			}
			fmt.Fprintf(w, "%s: %s: %d functions, %d constants, %d types\n", t.name, a.header, len(a.functions), len(a.constants), len(a.types))
			declarations += len(a.functions) + len(a.constants) + len(a.types)
			if a.soname != "" {
				symbols += len(a.functions)
			}
		}
		if err := os.RemoveAll(t.dir); err != nil { // libraries are large
			return failures, err
		}
	}
	fmt.Fprintf(w, "%d declarations, %d symbols, %d failures\n", declarations, symbols, failures)
	return failures, nil
}

// unpack fetches the toolkit's wheels and unpacks headers and the libraries that are looked into.
func (t *toolkit) unpack() error {
	pins, err := wheels.Parse(pinned)
	if err != nil {
		return err
	}
	for _, name := range t.wheels {
		i := slices.IndexFunc(pins, func(w wheels.Wheel) bool { return w.Name == name })
		if i < 0 {
			return fmt.Errorf("wheels.txt has no %s", name)
		}
		file, err := pins[i].Fetch(os.Stderr)
		if err != nil {
			return err
		}
		if _, err := wheels.Extract(file, t.dir, wanted); err != nil {
			return err
		}
	}
	return nil
}

func wanted(name string) bool {
	if strings.Contains(name, "/include/") {
		return true
	}
	return slices.ContainsFunc(libraries, func(l library) bool {
		base := path.Base(name)
		return l.soname != "" && (strings.HasPrefix(base, l.soname+".") || strings.HasPrefix(base, l.needs+"."))
	})
}
