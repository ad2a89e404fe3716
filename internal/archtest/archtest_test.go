// Package archtest holds the imports of every package of the module to the picture of the house.
package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/gomx-org/gomx"

// TestImports reads all Go files, whatever their build tags, since a picture that holds on one platform only is none.
func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	require.Contains(t, string(mod), "module "+module+"\n")

	files := 0
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := d.Name(); d.IsDir() && name != root && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			assert.NoError(t, check(filepath.ToSlash(rel), imported))
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, files, 10, "the walk must have seen the module")
}

// TestCheck shows that the check can fail, in each of the ways it knows.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ file, imports, fault string }{
		{"symbol/bind.go", "fmt", ""},
		{"symbol/bind.go", module + "/ndarray", ""},
		{"symbol/bind.go", module + "/internal/ndfile", ""},
		{"symbol/bind.go", "gonum.org/v1/gonum/mat", ""},
		{"symbol/bind_test.go", module + "/symbol", ""},
		{"symbol/bind_test.go", module + "/backend/all", ""},
		{"symbol/bind_test.go", "github.com/stretchr/testify/require", ""},
		{"io/image/jpeg.go", module + "/io/recordio", ""},
		{"backend/cpu/cpu.go", "C", ""},
		{"symbol/bind.go", module + "/kvstore", `symbol/bind.go: room "symbol" may not import "kvstore"`},
		{"op/conv.go", module + "/backend/cpu", `op/conv.go: room "op" may not import "backend/cpu"`},
		{"optimizer/sgd.go", module + "/metric", `optimizer/sgd.go: room "optimizer" may not import "metric"`},
		{"symbol/bind.go", module + "/backend/all", `symbol/bind.go: room "symbol" may not import "backend/all"`},
		{"symbol/bind.go", module + "/internal/verify", `symbol/bind.go: room "symbol" may not import "internal/verify"`},
		{"internal/ndfile/a.go", module + "/ndarray", `internal/ndfile/a.go: room "internal/..." may not import "ndarray"`},
		{"model/fit.go", "github.com/stretchr/testify/assert", `model/fit.go: room "model" may not import module "github.com/stretchr/testify/assert"`},
		{"model/fit.go", "gonum.org/v1/gonumextra", `model/fit.go: room "model" may not import module "gonum.org/v1/gonumextra"`},
		{"op/conv.go", "C", `op/conv.go: room "op" may not hold C`},
		{"attic/a.go", "fmt", `attic/a.go: package "attic" is no room of the house; give it a row in internal/archtest`},
		{"op/conv.go", module + "/attic", `op/conv.go: package "attic" is no room of the house; give it a row in internal/archtest`},
	} {
		err := check(c.file, c.imports)
		if c.fault == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, c.fault)
		}
	}
}

// TestRooms keeps the table itself in order: one row a room, and no row that names a room without one.
func TestRooms(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rooms {
		assert.False(t, seen[r.name], "two rows for %q", r.name)
		seen[r.name] = true
	}
	for _, r := range rooms {
		for _, name := range r.may {
			assert.True(t, seen[name], "room %q may import %q, which has no row", r.name, name)
		}
	}
}

// check says what is wrong with one import of a file, a path below the module's root.
func check(file, imported string) error {
	dir := path.Dir(file)
	test := strings.HasSuffix(file, "_test.go")
	from := find(dir)
	if from == nil {
		return unknown(file, dir)
	}
	if imported == "C" {
		if !from.cgo {
			return fmt.Errorf("%s: room %q may not hold C", file, from.name)
		}
		return nil
	}
	if below, ours := strings.CutPrefix(imported, module+"/"); ours {
		return checkRoom(file, dir, below, from, test)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return nil // the standard library
	}
	allowed := join(coreModules, from.external...)
	if test {
		allowed = join(allowed, testModules...)
	}
	for _, m := range allowed {
		if imported == m || strings.HasPrefix(imported, m+"/") {
			return nil
		}
	}
	return fmt.Errorf("%s: room %q may not import module %q", file, from.name, imported)
}

// checkRoom holds an import of one of our own packages to the importing room's row.
func checkRoom(file, dir, imported string, from *room, test bool) error {
	to := find(imported)
	switch {
	case to == nil:
		return unknown(file, imported)
	case imported == dir && test, to.name == "internal/...", slices.Contains(from.may, to.name):
		return nil
	case to == from && strings.HasPrefix(to.name, "io/"): // parts of one room
		return nil
	case test && slices.Contains(testMayRooms, to.name):
		return nil
	}
	return fmt.Errorf("%s: room %q may not import %q", file, from.name, imported)
}

// find gives the row of a package: its own, or that of the nearest folder above it that ends in /... .
func find(pkg string) *room {
	for name := pkg; name != "."; name = path.Dir(name) {
		for i := range rooms {
			if rooms[i].name == pkg || name != pkg && rooms[i].name == name+"/..." {
				return &rooms[i]
			}
		}
	}
	return nil
}

func unknown(file, pkg string) error {
	return fmt.Errorf("%s: package %q is no room of the house; give it a row in internal/archtest", file, pkg)
}
