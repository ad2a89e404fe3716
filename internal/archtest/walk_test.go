package archtest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWalk adds the operator of CONTRIBUTING.md to a copy of the project as that page says: the file alone fails for want
// of a row, file and row pass, and nothing else changes but what go generate writes.
func TestWalk(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a copy of the project")
	}
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n// (op/[a-z_]+\\.go)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 2, "CONTRIBUTING.md shows an operator's file and its row")
	file, row := blocks[0], blocks[1]

	dir := t.TempDir()
	copyProject(t, "../..", dir)
	before := readAll(t, dir)
	walk := func(args ...string) (string, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	require.NoError(t, os.WriteFile(filepath.Join(dir, file[1]), []byte(file[2]), 0o644))
	out, err := walk("test", "./op", "-run", "TestEveryOperatorHasARow")
	assert.Error(t, err, "an operator without a row passes")
	assert.Contains(t, out, "operator RMSNorm has no row")

	table := filepath.Join(dir, row[1])
	text, err := os.ReadFile(table)
	require.NoError(t, err)
	const head = "return slices.Concat(\n"
	require.Contains(t, string(text), head)
	require.NoError(t, os.WriteFile(table, []byte(strings.Replace(string(text), head, head+row[2], 1)), 0o644))
	out, err = walk("generate", "./op", "./with")
	require.NoError(t, err, out)
	out, err = walk("vet", "./op", "./symbol", "./ndarray", "./with")
	require.NoError(t, err, out)
	out, err = walk("test", "./op", "./internal/gen")
	require.NoError(t, err, out)

	after := readAll(t, dir)
	var changed []string
	for name, text := range after {
		if before[name] != text {
			changed = append(changed, name)
		}
	}
	generated := []string{"docs/operators.md", "ndarray/ops_gen.go", "symbol/ops_gen.go", "with/with_gen.go"}
	assert.ElementsMatch(t, append(generated, file[1], row[1]), changed)
	for _, name := range generated {
		assert.Contains(t, after[name], "RMSNorm", name)
	}
	fmtOut, err := exec.Command("gofmt", "-l", filepath.Join(dir, "op")).CombinedOutput()
	require.NoError(t, err)
	assert.Empty(t, string(fmtOut), "gofmt would change what CONTRIBUTING.md shows")
}

// copyProject copies all but what git and builds keep for themselves.
func copyProject(t *testing.T, from, to string) {
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || rel == "bin"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o644)
	}))
}

func readAll(t *testing.T, dir string) map[string]string {
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = string(text)
		return err
	}))
	return all
}
