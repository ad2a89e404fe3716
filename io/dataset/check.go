package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/io/idx"
)

// found is what a file turned out to be.
type found struct {
	path    string
	genuine bool          // its contents are those of the table
	sum     string        // SHA-256 of its contents, of the file itself if that is in the table
	shape   backend.Shape // unless genuine
}

// check reads a file to its end: its sum must be in the table, or it must be a sound idx file of the right kind.
func (f *file) check(path string) (found, error) {
	sum, err := sumFile(path)
	if err != nil {
		return found{}, err
	}
	if sum == f.packed || sum == f.plain {
		return found{path: path, genuine: true, sum: sum}, nil
	}
	read := idx.ReadImages
	if f.dims == 1 {
		read = idx.ReadLabels
	}
	a, err := read(path)
	if err != nil {
		return found{}, err
	}
	if sum, err = sumArray(a); err != nil { // packed by somebody else, the contents may still be the same
		return found{}, err
	}
	return found{path: path, genuine: sum == f.plain, sum: sum, shape: a.Shape}, nil
}

// genuine makes sure that a packed file is that of the table.
func (f *file) genuine(path string) error {
	sum, err := sumFile(path)
	if err == nil && sum != f.packed {
		err = fmt.Errorf("%q is not MNIST's file: its SHA-256 is %s, want %s", path, sum, f.packed)
	}
	return err
}

func sumFile(path string) (string, error) {
	r, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", fmt.Errorf("%q: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sumArray(a *idx.Array) (string, error) {
	h := sha256.New()
	err := idx.Write(h, a)
	return hex.EncodeToString(h.Sum(nil)), err
}

// agree makes sure that four sound files belong together: all genuine, or none of them and then of matching shapes. One
// file that differs among genuine ones is damage, as by a flipped bit, which an idx file has no means to notice.
func (c *config) agree(files [4]found) error {
	genuine := 0
	for _, f := range files {
		if f.genuine {
			genuine++
		}
	}
	for i, f := range files {
		if genuine > 0 && !f.genuine {
			return fmt.Errorf("%q is damaged, or of another data set: the SHA-256 of its contents is %s, want %s for MNIST, to which %d of the 4 files belong",
				f.path, f.sum, c.files[i].plain, genuine)
		}
	}
	if genuine > 0 {
		return nil
	}
	for i := 0; i < 4; i += 2 {
		images, labels := files[i], files[i+1]
		if images.shape[0] != labels.shape[0] {
			return fmt.Errorf("%q has %d labels for the %d pictures of %q", labels.path, labels.shape[0], images.shape[0], images.path)
		}
		if images.shape.Size() == 0 {
			return fmt.Errorf("%q holds no pictures: its shape is %v", images.path, images.shape)
		}
	}
	if a, b := files[0].shape[1:], files[2].shape[1:]; !a.Equal(b) {
		return fmt.Errorf("%q has pictures of %dx%d, but %q of %dx%d", files[0].path, a[0], a[1], files[2].path, b[0], b[1])
	}
	return nil
}
