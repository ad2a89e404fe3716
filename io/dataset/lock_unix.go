//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dataset

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// lock keeps other processes out of a folder while this one downloads into it; it waits for them. The lock file is gone
// after unlock, and the lock ends with the process in any case.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		err = waitFor(ctx, func() (bool, error) {
			err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
			return errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR), err
		})
		if errors.Is(err, errors.ErrUnsupported) {
			err = nil // a network share without locks: one process at a time is up to the user there
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		if sameFile(f, path) {
			return func() {
				_ = os.Remove(path)
				_ = f.Close()
			}, nil
		}
		f.Close() // the one who had the lock removed the file meanwhile
	}
}

func sameFile(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}
