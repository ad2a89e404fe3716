package atomicfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

func requireFile(t *testing.T, path, want string) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(b))
}

// requireOnly checks that a folder holds these names and no others, hidden ones included.
func requireOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, names, got)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "net-0001.params")
	for _, s := range []string{"", "first", "second, longer", strings.Repeat("large ", 100_000)} {
		require.NoError(t, Write(path, text(s)))
		requireFile(t, path, s)
		requireOnly(t, dir, "net-0001.params")
	}
}

func TestWriteInTheCurrentFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, Write("here", text("x")))
	requireOnly(t, ".", "here")
}

func TestTheOldFileStaysUntilCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	require.NoError(t, Write(path, text("old")))
	f, err := Create(path)
	require.NoError(t, err)
	_, err = io.WriteString(f, "new")
	require.NoError(t, err)
	requireFile(t, path, "old")
	require.NoError(t, f.Prepare())
	require.NoError(t, f.Prepare(), "twice is once")
	requireFile(t, path, "old")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	target, ok := IsTemp(entries[0].Name())
	require.True(t, ok, "what a crash leaves now is recognisable")
	require.Equal(t, "f", target)
	require.NoError(t, f.Commit())
	requireFile(t, path, "new")
	f.Abort()
	requireFile(t, path, "new")
	require.ErrorContains(t, f.Commit(), "it is complete already")
	_, err = f.Write([]byte("more"))
	require.ErrorContains(t, err, "it is complete already")
}

func TestAbort(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "f"))
	require.NoError(t, err)
	f.Abort()
	f.Abort()
	requireOnly(t, dir)
	_, err = f.Write([]byte("x"))
	require.ErrorIs(t, err, ErrAborted)
	require.ErrorIs(t, f.Prepare(), ErrAborted)
	require.ErrorIs(t, f.Commit(), ErrAborted)
}

func TestSHA256AndSize(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 50_000)
	f, err := Create(filepath.Join(t.TempDir(), "f"), SHA256())
	require.NoError(t, err)
	defer f.Abort()
	_, err = io.Copy(f, bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(data)), f.SHA256())
	require.EqualValues(t, len(data), f.Size())
	plain, err := Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer plain.Abort()
	require.Empty(t, plain.SHA256())
}

func TestCommitInOrder(t *testing.T) {
	dir := t.TempDir()
	log := &faulty{FS: OS}
	var files []*File
	for _, name := range []string{"symbol", "states", "params"} {
		f, err := Create(filepath.Join(dir, name), On(log))
		require.NoError(t, err)
		_, err = io.WriteString(f, name)
		require.NoError(t, err)
		files = append(files, f)
	}
	require.NoError(t, Commit(files...))
	requireOnly(t, dir, "symbol", "states", "params")
	require.Equal(t, "create symbol, create states, create params, "+
		"sync symbol, close symbol, sync states, close states, sync params, close params, "+
		"rename symbol, syncdir, rename states, syncdir, rename params, syncdir", strings.Join(log.calls, ", "))
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no permission bits")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, Write(path, text("new")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, "-rw-r-----", info.Mode().String(), "a replaced file keeps its permissions")

	other, fresh := filepath.Join(dir, "other"), filepath.Join(dir, "fresh")
	require.NoError(t, os.WriteFile(other, nil, 0o666))
	require.NoError(t, Write(fresh, text("")))
	want, err := os.Stat(other)
	require.NoError(t, err)
	info, err = os.Stat(fresh)
	require.NoError(t, err)
	require.Equal(t, want.Mode(), info.Mode(), "a new file gets what the umask leaves")
}

func TestSymbolicLinkStays(t *testing.T) {
	dir, disk := t.TempDir(), t.TempDir()
	link, real := filepath.Join(dir, "link"), filepath.Join(disk, "real")
	require.NoError(t, os.WriteFile(real, []byte("old"), 0o600))
	if err := os.Symlink(real, link); err != nil {
		t.Skip("this system makes no symbolic links: ", err)
	}
	require.NoError(t, Write(link, text("new")))
	requireFile(t, real, "new")
	requireOnly(t, dir, "link")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
}

func TestWhatCannotBeReplaced(t *testing.T) {
	dir := t.TempDir()
	err := Write(dir, text(""))
	require.ErrorContains(t, err, "it is a folder")
	require.ErrorContains(t, err, dir)
	requireOnly(t, dir)
	missing := filepath.Join(dir, "no", "f")
	err = Write(missing, text(""))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, missing)
	if runtime.GOOS != "windows" {
		require.ErrorContains(t, Write(os.DevNull, text("")), "it is no regular file")
	}
}

func TestLongNames(t *testing.T) {
	dir := t.TempDir()
	name := "a" + strings.Repeat("ä", 127) // 255 bytes, the longest there is
	require.NoError(t, Write(filepath.Join(dir, name), text("x")))
	requireOnly(t, dir, name)
	temp := tempName(name, 1<<32-1)
	require.LessOrEqual(t, len(temp), 255)
	target, ok := IsTemp(temp)
	require.True(t, ok)
	require.True(t, strings.HasPrefix(name, target) && len(target) > 230)
}

func TestIsTemp(t *testing.T) {
	target, ok := IsTemp(tempName("net-0001.params", 12345))
	require.True(t, ok)
	require.Equal(t, "net-0001.params", target)
	for _, name := range []string{"net-0001.params", ".bashrc", ".tmp", ".a.tmp", ".a.b-c.tmp", "a.1.tmp", ".a.zzzzzzzzzz.tmp", "..1.tmp"} {
		_, ok := IsTemp(name)
		assert.False(t, ok, name)
	}
}

func TestContext(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	ctx, cancel := context.WithCancelCause(context.Background())
	err := Write(path, func(w io.Writer) error {
		for i := range 100 {
			if i == 50 {
				cancel(errors.New("Ctrl-C"))
			}
			if _, err := w.Write(make([]byte, 1000)); err != nil {
				return err
			}
		}
		return nil
	}, Context(ctx))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, path)
	requireOnly(t, dir)
	_, err = Create(path, Context(ctx))
	require.ErrorIs(t, err, context.Canceled)
	requireOnly(t, dir)
}

func TestPanicLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	require.Panics(t, func() { _ = Write(filepath.Join(dir, "f"), func(io.Writer) error { panic("oops") }) })
	requireOnly(t, dir)
}
