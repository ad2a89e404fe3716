package atomicfile

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FS is what saving needs of a file system.
type FS interface {
	// Create makes a new file for writing; the error is fs.ErrExist when there is one of that name.
	Create(name string) (Temp, error)
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir makes the disk keep the names in a folder; where folders cannot be synced it does nothing.
	SyncDir(dir string) error
}

// Temp is the temporary file.
type Temp interface {
	Write(p []byte) (int, error)
	Chmod(mode fs.FileMode) error
	Sync() error
	Close() error
	Name() string
}

// OS is the operating system's file system.
var OS FS = osFS{}

type osFS struct{}

// Create leaves the permissions to the umask, as for any file that a program makes.
func (osFS) Create(name string) (Temp, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (osFS) Rename(from, to string) error { return os.Rename(from, to) }
func (osFS) Remove(name string) error     { return os.Remove(name) }
func (osFS) SyncDir(dir string) error     { return syncDir(dir) }

// closedTemp stands for the temporary once it is closed.
type closedTemp struct{ name string }

func (closedTemp) Write([]byte) (int, error) { return 0, fs.ErrClosed }
func (closedTemp) Chmod(fs.FileMode) error   { return fs.ErrClosed }
func (closedTemp) Sync() error               { return fs.ErrClosed }
func (closedTemp) Close() error              { return fs.ErrClosed }
func (c closedTemp) Name() string            { return c.name }

// A temporary is named .TARGET.NUMBER.tmp: hidden, and telling what it was meant to become.
const (
	tempSuffix = ".tmp"
	maxName    = 255 // bytes that a name may have on the usual file systems
)

func createTemp(fsys FS, target string) (Temp, error) {
	dir, base := filepath.Split(target)
	for try := 0; ; try++ {
		t, err := fsys.Create(filepath.Join(dir, tempName(base, rand.Uint32())))
		if err == nil || !errors.Is(err, fs.ErrExist) || try == 100 {
			return t, err
		}
	}
}

func tempName(base string, number uint32) string {
	end := "." + strconv.FormatUint(uint64(number), 36) + tempSuffix
	if cut := maxName - 1 - len(end); len(base) > cut {
		for cut > 0 && !utf8.RuneStart(base[cut]) {
			cut--
		}
		base = base[:cut]
	}
	return "." + base + end
}

// IsTemp reports whether name, without folder, is that of a temporary, and for which target: after a crash one may be
// left over. The name of a very long target is cut.
func IsTemp(name string) (target string, ok bool) {
	rest, dot := strings.CutPrefix(name, ".")
	rest, suffix := strings.CutSuffix(rest, tempSuffix)
	i := strings.LastIndexByte(rest, '.')
	if !dot || !suffix || i < 1 {
		return "", false
	}
	if _, err := strconv.ParseUint(rest[i+1:], 36, 32); err != nil {
		return "", false
	}
	return rest[:i], true
}
