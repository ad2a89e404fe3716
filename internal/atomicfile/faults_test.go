package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faulty is a file system that fails at a chosen call: "write", "short" (a write that takes less and reports no error),
// "sync", "close", "chmod", "rename", "syncdir", "create", followed by the target's name if only one is meant. Writes
// fail after room bytes.
type faulty struct {
	FS
	fail  string
	err   error
	room  int
	calls []string
}

func (s *faulty) at(call, name string) error {
	s.calls = append(s.calls, strings.TrimSpace(call+" "+name))
	if s.fail == call || s.fail == call+" "+name {
		return s.err
	}
	return nil
}

func targetOf(name string) string { t, _ := IsTemp(filepath.Base(name)); return t }

func (s *faulty) Create(name string) (Temp, error) {
	if err := s.at("create", targetOf(name)); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	t, err := s.FS.Create(name)
	return &faultyTemp{Temp: t, s: s, room: s.room}, err
}

func (s *faulty) Rename(from, to string) error {
	if err := s.at("rename", targetOf(from)); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return s.FS.Rename(from, to)
}

func (s *faulty) SyncDir(dir string) error {
	if err := s.at("syncdir", ""); err != nil {
		return err
	}
	return s.FS.SyncDir(dir)
}

type faultyTemp struct {
	Temp
	s    *faulty
	room int
}

func (t *faultyTemp) Write(p []byte) (int, error) {
	if t.s.fail != "write" && t.s.fail != "short" {
		return t.Temp.Write(p)
	}
	n, err := t.Temp.Write(p[:min(len(p), t.room)])
	t.room -= n
	if n < len(p) && t.s.fail == "write" {
		err = &fs.PathError{Op: "write", Path: t.Name(), Err: t.s.err}
	}
	return n, err
}

func (t *faultyTemp) Chmod(m fs.FileMode) error {
	return errors.Join(t.s.at("chmod", targetOf(t.Name())), t.Temp.Chmod(m))
}

func (t *faultyTemp) Sync() error {
	return errors.Join(t.s.at("sync", targetOf(t.Name())), t.Temp.Sync())
}

func (t *faultyTemp) Close() error {
	return errors.Join(t.s.at("close", targetOf(t.Name())), t.Temp.Close())
}

// Whatever fails, at whatever byte: the error names the target and the cause, the old file is whole, no temporary is left.
func TestFaultsChangeNothing(t *testing.T) {
	payload := strings.Repeat("0123456789abcdef", 10_000)
	cases := []faulty{
		{fail: "create"}, {fail: "sync"}, {fail: "close"}, {fail: "chmod"}, {fail: "rename"},
	}
	for _, room := range []int{0, 1, 65535, 65536, 65537, 100_000, len(payload) - 1} {
		cases = append(cases, faulty{fail: "write", room: room}, faulty{fail: "short", room: room})
	}
	for _, c := range cases {
		c.FS, c.err = OS, syscall.ENOSPC
		dir := t.TempDir()
		path := filepath.Join(dir, "net-0007.params")
		require.NoError(t, Write(path, text("old")))
		err := Write(path, func(w io.Writer) error {
			for i := 0; i < len(payload); i += 1000 {
				_, _ = io.WriteString(w, payload[i:i+1000]) // even a writer that looks at no error
			}
			return nil
		}, On(&c))
		want := c.err
		if c.fail == "short" {
			want = io.ErrShortWrite
		}
		assert.ErrorIs(t, err, want, "%s at %d", c.fail, c.room)
		assert.ErrorContains(t, err, `net-0007.params": `+strings.NewReplacer("short", "write", "chmod", "set permissions").Replace(c.fail)+": ")
		assert.NotContains(t, err.Error(), tempSuffix, "the user knows the target, not the temporary")
		requireFile(t, path, "old")
		requireOnly(t, dir, "net-0007.params")
	}
}

func TestTheWritersOwnError(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	_, missing := os.Open(filepath.Join(dir, "another file"))
	err := Write(path, func(io.Writer) error { return missing })
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "another file", "names in other errors stay")
	require.ErrorContains(t, err, path)
	requireOnly(t, dir)
}

// The last step fails after the rename: the error says so, and the new file is there, whole.
func TestSyncDirFails(t *testing.T) {
	dir := t.TempDir()
	err := Write(filepath.Join(dir, "f"), text("new"), On(&faulty{FS: OS, fail: "syncdir", err: syscall.EIO}))
	require.ErrorIs(t, err, syscall.EIO)
	require.ErrorContains(t, err, "after the rename")
	requireFile(t, filepath.Join(dir, "f"), "new")
	requireOnly(t, dir, "f")
}

// When one of several files fails, those after it in the order stay as they were, and no temporary is left of any.
func TestCommitOfSeveralStops(t *testing.T) {
	for fail, replaced := range map[string]int{
		"sync symbol": 0, "sync states": 0, "close params": 0, // before the first rename
		"rename symbol": 0, "rename states": 1, "rename params": 2,
	} {
		dir := t.TempDir()
		s := &faulty{FS: OS, fail: fail, err: syscall.EIO}
		names := []string{"symbol", "states", "params"}
		var files []*File
		for _, name := range names {
			path := filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
			f, err := Create(path, On(s))
			require.NoError(t, err)
			_, err = io.WriteString(f, "new")
			require.NoError(t, err)
			files = append(files, f)
		}
		err := Commit(files...)
		require.ErrorIs(t, err, syscall.EIO)
		require.ErrorContains(t, err, strings.Fields(fail)[1])
		for i, name := range names {
			want := "old"
			if i < replaced {
				want = "new"
			}
			requireFile(t, filepath.Join(dir, name), want)
		}
		requireOnly(t, dir, names...)
	}
}

// The temporary goes at the failure itself, not only when somebody aborts.
func TestAFailedWriteEndsTheSave(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "f"), On(&faulty{FS: OS, fail: "write", err: syscall.ENOSPC}))
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 100_000))
	require.ErrorIs(t, err, syscall.ENOSPC)
	requireOnly(t, dir)
	_, again := f.Write([]byte("x"))
	require.Equal(t, err, again)
	require.Equal(t, err, f.Commit())
}

func TestCreateTakesNoOthersFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	f, err := OS.Create(path)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = OS.Create(path)
	require.ErrorIs(t, err, fs.ErrExist)
}

// A number that is taken already is no failure: another one is drawn.
func TestTakenTemporaryNames(t *testing.T) {
	s := &taken{FS: OS, times: 3}
	require.NoError(t, Write(filepath.Join(t.TempDir(), "f"), text(""), On(s)))
	require.Zero(t, s.times)
	s.times = 1000
	require.ErrorIs(t, Write(filepath.Join(t.TempDir(), "f"), text(""), On(s)), fs.ErrExist)
}

type taken struct {
	FS
	times int
}

func (s *taken) Create(name string) (Temp, error) {
	if s.times > 0 {
		s.times--
		return nil, fs.ErrExist
	}
	return s.FS.Create(name)
}
