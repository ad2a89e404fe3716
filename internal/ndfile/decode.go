package ndfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/untrusted"
)

// What is wrong with a file that cannot be read, for errors.Is. A file that ends early is io.ErrUnexpectedEOF.
var (
	ErrForeign = errors.New("not an NDArray container")
	ErrNewer   = errors.New("unknown encoding")
	ErrCorrupt = errors.New("contradicts itself")
)

// ReadFile reads a container from a file; its errors name the file.
func ReadFile(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("ndfile: %w", err)
	}
	defer r.Close()
	f, err := decode(r)
	if err != nil {
		return nil, fmt.Errorf("ndfile: %q: %w", path, err)
	}
	return f, nil
}

// DecodeBytes reads a container from memory. The arrays share no memory with b.
func DecodeBytes(b []byte) (*File, error) { return Decode(bytes.NewReader(b)) }

// Decode reads a container. What follows it in r is ignored, as MXNet does, and may have been read in part. An error
// says where the input ends too early, what it looks like when it is no container, or which encoding is not known; see
// ErrForeign, ErrNewer, ErrCorrupt and io.ErrUnexpectedEOF. Memory stays proportional to the bytes that are there,
// whatever lengths they claim.
func Decode(r io.Reader) (*File, error) {
	f, err := decode(r)
	if err != nil {
		return nil, fmt.Errorf("ndfile: %w", err)
	}
	return f, nil
}

func decode(r io.Reader) (*File, error) {
	d := &decoder{size: untrusted.Remaining(r), r: bufio.NewReaderSize(r, 1<<16)}
	if err := d.checkHead(); err != nil {
		return nil, err
	}
	count, err := d.u64("the number of arrays")
	if err != nil {
		return nil, err
	}
	f := &File{}
	for i := uint64(0); i < count; i++ {
		d.what = fmt.Sprintf("array %d of %d", i+1, count)
		a, err := d.array()
		if err != nil {
			return nil, err
		}
		f.Arrays = append(f.Arrays, a)
	}
	return f, d.names(f)
}

// decoder reads little-endian fields and remembers where it is, for the errors.
type decoder struct {
	r    *bufio.Reader
	at   int64  // bytes read so far
	size int64  // bytes that are there for certain, 0 if unknown
	what string // the array being read
	buf  [8]byte
}

// checkHead reads the header and the reserved word, and looks closer when they are foreign.
func (d *decoder) checkHead() error {
	head, err := d.r.Peek(untrusted.HeadSize)
	if err != nil && err != io.EOF {
		return err
	}
	if len(head) < 8 || le.Uint64(head) != headerMagic {
		if len(head) > 0 && len(head) < 8 && bytes.HasPrefix([]byte{0x12, 1, 0, 0, 0, 0, 0, 0}, head) {
			return fmt.Errorf("the file ends after %d bytes, within the header: %w", len(head), io.ErrUnexpectedEOF)
		}
		if looks := untrusted.LooksLike(head); looks != "" {
			return fmt.Errorf("%w: it looks like %s", ErrForeign, looks)
		}
		return fmt.Errorf("%w: it begins with % x, want 12 01 00 00 00 00 00 00", ErrForeign, head[:min(8, len(head))])
	}
	d.what = "the header"
	if _, err := d.u64("the header"); err != nil {
		return err
	}
	_, err = d.u64("the reserved word after the header") // readers ignore its value
	return err
}

// fields fills b; field is what it is called when the input ends.
func (d *decoder) fields(b []byte, field string) error {
	n, err := io.ReadFull(d.r, b)
	d.at += int64(n)
	return d.cut(err, field)
}

// cut turns the end of the input into an error that says where it came.
func (d *decoder) cut(err error, field string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file ends after %d bytes, within %s: %w", d.at, field, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", field, err)
	}
	return nil
}

func (d *decoder) u64(field string) (uint64, error) {
	err := d.fields(d.buf[:8], field)
	return le.Uint64(d.buf[:8]), err
}

func (d *decoder) u32(field string) (uint32, error) {
	err := d.fields(d.buf[:4], d.what+": "+field)
	return le.Uint32(d.buf[:4]), err
}

// data reads the elements of a shape.
func (d *decoder) data(s backend.Shape, t backend.DType, part string) ([]byte, error) {
	n, ok := byteSize(s, t)
	if !ok {
		return nil, fmt.Errorf("%s: %w: %s of shape %v do not fit into memory", d.what, ErrCorrupt, part, s)
	}
	b, err := untrusted.ReadN(d.r, n, d.size-d.at)
	d.at += int64(len(b))
	if err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("the file ends after %d bytes, within %s: %d of %d bytes of its %s, %v %v, are there: %w",
			d.at, d.what, len(b), n, part, t, s, err)
	}
	return b, d.cut(err, d.what)
}

// names reads the names behind the arrays: none, or one for each.
func (d *decoder) names(f *File) error {
	count, err := d.u64("the number of names")
	if err != nil || count == 0 {
		return err
	}
	if count != uint64(len(f.Arrays)) {
		return fmt.Errorf("%w: %d names for %d arrays", ErrCorrupt, count, len(f.Arrays))
	}
	f.Named = true
	for i := range f.Arrays {
		field := fmt.Sprintf("name %d of %d", i+1, count)
		n, err := d.u64(field)
		if err != nil {
			return err
		}
		if n > uint64(maxInt) {
			return fmt.Errorf("%w: %s is %d bytes long", ErrCorrupt, field, n)
		}
		b, err := untrusted.ReadN(d.r, int64(n), d.size-d.at)
		d.at += int64(len(b))
		if err != nil {
			return d.cut(err, fmt.Sprintf("%s (%d of %d bytes are there)", field, len(b), n))
		}
		f.Arrays[i].Name = string(b)
	}
	return nil
}
