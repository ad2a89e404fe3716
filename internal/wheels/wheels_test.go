package wheels

import (
	"archive/zip"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	a, b := strings.Repeat("a", 64), strings.Repeat("b", 64)
	all, err := Parse("# tools\n\nnv-tool==12.9.86 \\\n  --hash=sha256:" + a + " \\\n  --hash=sha256:" + b + "\nother==1 --hash=sha256:" + b + "\n")
	require.NoError(t, err)
	assert.Equal(t, []Wheel{{"nv-tool", "12.9.86", []string{a, b}}, {"other", "1", []string{b}}}, all)
	_, err = Parse("tool==1\n")
	assert.EqualError(t, err, `requirement 1 is "tool==1", want NAME==VERSION --hash=sha256:…`)
}

// index makes a wheel and a python3 whose pip hands it out, and counts how often.
func index(t *testing.T) (w *Wheel, file, count string) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	dir := t.TempDir()
	file, count = filepath.Join(dir, "tool-1-py3-none-any.whl"), filepath.Join(dir, "count")
	f, err := os.Create(file)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for name, text := range map[string]string{"nvidia/bin/tool": "#!/bin/sh\necho tool\n", "nvidia/include/a.h": "int a;\n", "other": "x"} {
		e, err := z.Create(name)
		require.NoError(t, err)
		fmt.Fprint(e, text)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	bytes, err := os.ReadFile(file)
	require.NoError(t, err)
	pip := fmt.Sprintf(`#!/bin/sh
[ "$3" = --version ] && exit 0
while [ $# -gt 0 ]; do
	[ "$1" = --dest ] && cp '%s' "$2"
	shift
done
echo once >>'%s'
`, file, count)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "python3"), []byte(pip), 0o755))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv("HOME", dir)
	return &Wheel{"tool", "1", []string{fmt.Sprintf("%x", sha256.Sum256(bytes))}}, file, count
}

func TestFetchOnce(t *testing.T) {
	w, _, count := index(t)
	var said strings.Builder
	path, err := w.Fetch(&said)
	require.NoError(t, err)
	again, err := w.Fetch(&said)
	require.NoError(t, err)
	assert.Equal(t, path, again)
	assert.Equal(t, "fetching tool 1\n", said.String())

	// A file that has been damaged in the cache is fetched again.
	require.NoError(t, os.WriteFile(path, []byte("half"), 0o644))
	_, err = w.Fetch(nil)
	require.NoError(t, err)
	text, err := os.ReadFile(count)
	require.NoError(t, err)
	assert.Equal(t, "once\nonce\n", string(text))

	dir := t.TempDir()
	names, err := Extract(path, dir, func(name string) bool { return strings.HasPrefix(name, "nvidia/") })
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"nvidia/bin/tool", "nvidia/include/a.h"}, names)
	info, err := os.Stat(filepath.Join(dir, "nvidia/bin/tool"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&0o100, "programs can be run")
}

func TestWrongHash(t *testing.T) {
	w, _, _ := index(t)
	w.Hashes[0] = strings.Repeat("0", 64)
	_, err := w.Fetch(nil)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "tool 1: tool-1-py3-none-any.whl has SHA-256 ")
	assert.Contains(t, err.Error(), ", want 0000")
	cache, err := Cache()
	require.NoError(t, err)
	left, err := os.ReadDir(cache)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestNoPip(t *testing.T) {
	w, _, _ := index(t)
	t.Setenv("PATH", t.TempDir())
	_, err := w.Fetch(nil)
	assert.EqualError(t, err, "tool 1: there is no pip to fetch it with; on Debian: apt-get install --no-install-recommends python3-pip")
}

func TestExtractStaysInside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.whl")
	f, err := os.Create(path)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	_, err = z.Create("../outside")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	_, err = Extract(path, t.TempDir(), func(string) bool { return true })
	assert.ErrorContains(t, err, `"../outside" leads out of the folder`)
}
