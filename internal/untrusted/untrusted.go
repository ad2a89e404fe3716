// Package untrusted helps to read files that somebody else wrote: to say what a file looks like when it is not what was
// expected, and to read a declared number of bytes without believing the declaration.
package untrusted

import (
	"io"
	"io/fs"
)

// step is how much ReadN allocates on the word of a file alone.
const step = 1 << 20

// ReadN reads n bytes into memory of their own. When sure (the bytes known to be left, see Remaining) covers n, that
// memory is allocated at once; otherwise it grows with what really arrives, so a lying length costs at most about twice
// the bytes present. At the end of the input it returns what it got with io.ErrUnexpectedEOF.
func ReadN(r io.Reader, n, sure int64) ([]byte, error) {
	if n <= max(sure, step) {
		b := make([]byte, n)
		got, err := io.ReadFull(r, b)
		return b[:got], noEOF(err)
	}
	b := make([]byte, 0, step)
	for int64(len(b)) < n {
		if len(b) == cap(b) {
			grown := make([]byte, len(b), min(n, 2*int64(len(b))))
			copy(grown, b)
			b = grown
		}
		got, err := io.ReadFull(r, b[len(b):cap(b)])
		b = b[:len(b)+got]
		if err != nil {
			return b, noEOF(err)
		}
	}
	return b, nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Remaining is the number of bytes that r is known to hold still, 0 when it cannot tell. It asks readers in memory for
// Len and regular files for size and position. A file may shrink meanwhile: the number is good for sizing memory, not
// for deciding that a file is short.
func Remaining(r io.Reader) int64 {
	if m, ok := r.(interface{ Len() int }); ok {
		return int64(m.Len())
	}
	return fileRemaining(r)
}

func fileRemaining(r io.Reader) int64 {
	f, ok := r.(interface {
		io.Seeker
		Stat() (fs.FileInfo, error)
	})
	if !ok {
		return 0
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0
	}
	return max(0, info.Size()-at)
}
