// Package atomicfile saves files so that a reader sees the old contents or the new ones, never a part: it writes a
// temporary file beside the target, makes the disk keep it, and renames it. Whatever goes wrong before the rename leaves
// the target as it was and no temporary behind.
//
//	err := atomicfile.Write("net-symbol.json", func(w io.Writer) error { return net.Save(w) })
//
// Several files that belong together are prepared first and renamed in an order, the one whose presence counts last:
//
//	symbol, err := atomicfile.Create("net-symbol.json")
//	defer symbol.Abort()
//	params, err := atomicfile.Create("net-0001.params")
//	defer params.Abort()
//	…                                       // write both
//	err = atomicfile.Commit(symbol, params) // both are on disk before the first is renamed
package atomicfile

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Option changes how a file is saved.
type Option func(*File)

// Context makes every further write, and the commit, fail once ctx is done.
func Context(ctx context.Context) Option { return func(f *File) { f.ctx = ctx } }

// SHA256 computes the checksum of what is written; see File.SHA256.
func SHA256() Option { return func(f *File) { f.hash = sha256.New() } }

// On uses another file system than the operating system's, for tests that let it fail.
func On(fsys FS) Option { return func(f *File) { f.fs = fsys } }

// Write saves what fn writes as path, all of it or nothing. The error of fn, of a disk that is full, of the rename and
// the like is returned with the name of the file. A panic in fn leaves nothing behind either.
func Write(path string, fn func(w io.Writer) error, opts ...Option) error {
	f, err := Create(path, opts...)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := fn(f); err != nil {
		if f.err == nil { // not the echo of a failed write, which already names the file
			f.fail("write", err)
		}
		return f.err
	}
	return f.Commit()
}

// File is a file being saved: written like any other, then committed or aborted. It is for one goroutine at a time.
type File struct {
	path string // the target
	fs   FS
	ctx  context.Context
	temp Temp
	w    *bufio.Writer
	hash hash.Hash // nil without the option SHA256
	size int64

	mode fs.FileMode // permissions of the file to be replaced, 0 when there is none
	err  error       // the first failure; the temporary is gone then
	done state
}

type state int

const (
	writing state = iota
	prepared
	committed
	aborted
)

// ErrAborted is the error of using a file after Abort.
var ErrAborted = errors.New("the save was aborted")

// Create begins to save path. The folder must exist; path may name a file, which keeps its permissions, or a symbolic
// link to one, which stays a link.
func Create(path string, opts ...Option) (*File, error) {
	f := &File{path: path, fs: OS, ctx: context.Background()}
	for _, o := range opts {
		o(f)
	}
	if err := f.open(); err != nil {
		return nil, f.named("create", err)
	}
	f.w = bufio.NewWriterSize(tempWriter{f}, 1<<16)
	return f, nil
}

func (f *File) open() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(f.path); err == nil {
		f.path = real
	}
	switch info, err := os.Stat(f.path); {
	case err == nil && info.IsDir():
		return errors.New("it is a folder")
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("it is no regular file but %v, and would be replaced by one", info.Mode().Type())
	case err == nil:
		f.mode = info.Mode().Perm()
	}
	var err error
	f.temp, err = createTemp(f.fs, f.path)
	return err
}

// Name is the path of the file being saved.
func (f *File) Name() string { return f.path }

// Size is the number of bytes written so far.
func (f *File) Size() int64 { return f.size }

// SHA256 is the checksum, in hexadecimal, of the bytes written so far; "" unless the option SHA256 was given.
func (f *File) SHA256() string {
	if f.hash == nil {
		return ""
	}
	return hex.EncodeToString(f.hash.Sum(nil))
}

// Write adds to the file. Writes are buffered; small ones are cheap. After a failure the save is over.
func (f *File) Write(p []byte) (int, error) {
	if err := f.usable(writing); err != nil {
		return 0, err
	}
	n, err := f.w.Write(p)
	if f.hash != nil {
		f.hash.Write(p[:n])
	}
	f.size += int64(n)
	return n, f.fail("write", err)
}

// Prepare makes the disk keep what was written; only the rename is left after it. Commit does it when it was not done.
func (f *File) Prepare() error {
	if f.done == prepared {
		return f.err
	}
	if err := f.usable(writing); err != nil {
		return err
	}
	if err := f.fail("write", f.w.Flush()); err != nil {
		return err
	}
	if f.mode != 0 {
		if err := f.fail("set permissions", f.temp.Chmod(f.mode)); err != nil {
			return err
		}
	}
	if err := f.fail("sync", f.temp.Sync()); err != nil {
		return err
	}
	temp := f.temp
	f.temp = closedTemp{temp.Name()}
	if err := f.fail("close", temp.Close()); err != nil {
		return err
	}
	f.done = prepared
	return nil
}

// Commit puts the file in its place and makes the disk keep that. The one error that finds the new contents in place
// already is the last: a folder that cannot be synced.
func (f *File) Commit() error {
	if err := f.Prepare(); err != nil {
		return err
	}
	if err := f.usable(prepared); err != nil {
		return err
	}
	if err := f.fail("rename", f.fs.Rename(f.temp.Name(), f.path)); err != nil {
		return err
	}
	f.done = committed
	if err := f.fs.SyncDir(filepath.Dir(f.path)); err != nil {
		return f.named("sync the folder after the rename", err)
	}
	return nil
}

// Commit prepares all files, then renames them in the order given. It stops at the first error and aborts what is not
// renamed by then, so when the last file is in place all are.
func Commit(files ...*File) error {
	defer func() {
		for _, f := range files {
			f.Abort()
		}
	}()
	for _, f := range files {
		if err := f.Prepare(); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// Abort gives the save up and removes the temporary. After Commit, or a second time, it does nothing: defer it.
func (f *File) Abort() {
	if f.done == committed || f.done == aborted {
		return
	}
	f.done = aborted
	_ = f.temp.Close()
	_ = f.fs.Remove(f.temp.Name()) // nothing better can be done about a leftover than its telling name
	if f.err == nil {
		f.err = f.named("save", ErrAborted)
	}
}

// usable tells why the file cannot take part any more, if so.
func (f *File) usable(want state) error {
	switch {
	case f.err != nil:
		return f.err
	case f.done != want:
		return f.named("save", errors.New("it is complete already"))
	}
	return f.fail("save", f.ctx.Err())
}

// fail ends the save with err and removes the temporary; without err it does nothing.
func (f *File) fail(what string, err error) error {
	if err == nil {
		return nil
	}
	f.err = f.named(what, err)
	f.Abort()
	return f.err
}

// named gives an error the target's name, in place of the temporary's if the system's error has that.
func (f *File) named(what string, err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		if _, ours := IsTemp(filepath.Base(e.Path)); ours {
			err = e.Err
		}
	case *os.LinkError:
		err = e.Err
	}
	return fmt.Errorf("atomicfile: %q: %s: %w", f.path, what, err)
}

// tempWriter is the way from the buffer to the disk; it is here that a cancelled context stops a long write.
type tempWriter struct{ f *File }

func (t tempWriter) Write(p []byte) (int, error) {
	if err := t.f.ctx.Err(); err != nil {
		return 0, err
	}
	return t.f.temp.Write(p)
}

var _ io.Writer = (*File)(nil)
