package dataset

import (
	"context"
	"errors"
	"os"
	"syscall"
)

const (
	fileFlagDeleteOnClose = 0x04000000
	errorSharingViolation = syscall.Errno(32)
	errorDeletePending    = syscall.Errno(303)
)

// lock keeps other processes out of a folder while this one downloads into it; it waits for them. The lock is a file
// opened for nobody else, which Windows removes when it is closed, by unlock or by the end of the process.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	var h syscall.Handle
	err = waitFor(ctx, func() (bool, error) {
		var err error
		h, err = syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
			syscall.FILE_ATTRIBUTE_NORMAL|fileFlagDeleteOnClose, 0)
		return errors.Is(err, errorSharingViolation) || errors.Is(err, errorDeletePending), err
	})
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return func() { _ = syscall.CloseHandle(h) }, nil
}
