package simgpu

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Everything that the libraries are made of; a folder of built ones is named by its hash.
//
//go:embed native/*.cc native/*.h native/symbols.map ptx/*.go cmd/ptx2cpp/*.go
var sources embed.FS

// Names under which bindings look for cuBLAS.
var blasNames = []string{"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"}

// What runs translated kernels.
var executor = []string{"check.cc", "exec.cc", "fiber.cc", "round.cc", "escape.cc", "shared.cc", "warp.cc", "words.cc"}

var cxxFlags = []string{"-std=c++17", "-O2", "-g1", "-fPIC", "-Wall", "-Wextra", "-ffp-contract=off"}

// build gives the folder with lib/, blas/, native/ and ptx2cpp; it makes it when it is not there.
var build = sync.OnceValues(func() (string, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" || !cgo {
		return "", errors.New("simgpu: simulated GPUs need linux/amd64 and cgo")
	}
	for _, tool := range []string{"g++", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("simgpu: simulated GPUs need %s: %w", tool, err)
		}
	}
	root, err := cacheFolder()
	if err != nil {
		return "", fmt.Errorf("simgpu: %w", err)
	}
	key, err := sourcesKey()
	if err != nil {
		return "", fmt.Errorf("simgpu: %w", err)
	}
	dir := filepath.Join(root, key)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	part, err := os.MkdirTemp(root, "build-")
	if err != nil {
		return "", fmt.Errorf("simgpu: %w", err)
	}
	defer os.RemoveAll(part)
	if err := buildInto(part); err != nil {
		return "", fmt.Errorf("simgpu: %w", err)
	}
	if err := os.Rename(part, dir); err != nil {
		if _, other := os.Stat(dir); other != nil { // else another process was quicker
			return "", fmt.Errorf("simgpu: %w", err)
		}
	}
	prune(root)
	return dir, nil
})

// keep is how long what nobody built anew stays in the cache.
const keep = 7 * 24 * time.Hour

// prune removes old libraries and modules. What it cannot remove, the next one will.
func prune(root string) {
	for _, pattern := range []string{"*", "modules/*"} {
		old, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, path := range old {
			if info, err := os.Stat(path); err == nil && filepath.Base(path) != "modules" && time.Since(info.ModTime()) > keep {
				_ = os.RemoveAll(path)
			}
		}
	}
}

// cacheFolder is the user's; without a home one among the temporary files.
func cacheFolder() (string, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		root = filepath.Join(os.TempDir(), fmt.Sprintf("gomx-%d", os.Getuid()))
	}
	root = filepath.Join(root, "gomx-simgpu")
	return root, os.MkdirAll(root, 0o700)
}

// sourcesKey is a hash of all sources, flags and the compiler.
func sourcesKey() (string, error) {
	h := sha256.New()
	compiler, err := exec.Command("g++", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("g++ --version: %w", err)
	}
	fmt.Fprintf(h, "%s %s %s", compiler, runtime.Version(), cxxFlags)
	err = fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := sources.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:12]), err
}

// buildInto writes the sources into dir and compiles them there.
func buildInto(dir string) error {
	native, err := fs.Sub(sources, "native")
	if err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(dir, "native"), native); err != nil {
		return err
	}
	for _, sub := range []string{"lib", "blas"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	translator := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(dir, "ptx2cpp"),
		"github.com/gomx-org/gomx/internal/simgpu/cmd/ptx2cpp")
	translator.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=", "GOFLAGS=")
	if err := run(translator); err != nil {
		return err
	}
	objects, err := compileAll(filepath.Join(dir, "native"))
	if err != nil {
		return err
	}
	runner := append([]string{"-rdynamic", "-fsanitize=thread", "-o", filepath.Join(dir, "runner")}, objects["runner"]...)
	if err := run(exec.Command("g++", append(runner, "-ldl")...)); err != nil {
		return err
	}
	cuda := filepath.Join(dir, "lib", "libcuda.so.1")
	if err := link(cuda, dir, objects["cuda"]...); err != nil {
		return err
	}
	blas := filepath.Join(dir, "blas", blasNames[0])
	if err := link(blas, dir, append(objects["cublas"], cuda)...); err != nil {
		return err
	}
	for _, files := range objects {
		for _, object := range files {
			_ = os.Remove(object) // some are in two lists
		}
	}
	for _, name := range blasNames[1:] {
		if err := os.Symlink(blasNames[0], filepath.Join(dir, "blas", name)); err != nil {
			return err
		}
	}
	return nil
}

// compileAll compiles what is in the folder, several files at a time, and gives the objects of each library.
func compileAll(native string) (map[string][]string, error) {
	files, err := filepath.Glob(filepath.Join(native, "*.cc"))
	if err != nil {
		return nil, err
	}
	objects := map[string][]string{}
	errs := make([]error, len(files))
	slots := make(chan bool, runtime.NumCPU())
	var all sync.WaitGroup
	for i, file := range files {
		object := strings.TrimSuffix(file, ".cc") + ".o"
		base := filepath.Base(file)
		switch {
		case base == "runner.cc":
			objects["runner"] = append(objects["runner"], object)
		case strings.HasPrefix(base, "cublas"):
			objects["cublas"] = append(objects["cublas"], object)
		default:
			objects["cuda"] = append(objects["cuda"], object)
		}
		if slices.Contains(executor, base) { // the driver has it, and the process that runs launches under ThreadSanitizer
			objects["runner"] = append(objects["runner"], object)
		}
		all.Go(func() {
			slots <- true
			defer func() { <-slots }()
			errs[i] = run(exec.Command("g++", append(cxxFlags, "-c", file, "-o", object)...))
		})
	}
	all.Wait()
	return objects, errors.Join(errs...)
}

func link(library, dir string, inputs ...string) error {
	args := []string{"-shared", "-o", library, "-Wl,-soname," + filepath.Base(library),
		"-Wl,--version-script=" + filepath.Join(dir, "native", "symbols.map")}
	return run(exec.Command("g++", append(append(args, inputs...), "-ldl", "-lpthread")...))
}

// libasan gives the path of AddressSanitizer's library.
func libasan() (string, error) {
	name, err := exec.Command("g++", "-print-file-name=libasan.so").Output()
	if err != nil {
		return "", fmt.Errorf("simgpu: %w", err)
	}
	path, err := filepath.EvalSymlinks(strings.TrimSpace(string(name)))
	if err != nil {
		return "", fmt.Errorf("simgpu: AddressSanitizer's library: %w", err)
	}
	return path, nil
}

// run gives a program's words as the error.
func run(c *exec.Cmd) error {
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, out)
	}
	return nil
}
