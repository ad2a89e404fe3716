//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// syncDir asks the folder's file system to keep its names. Some (FUSE, network shares) do not offer it: nothing more can
// be asked of them then.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
