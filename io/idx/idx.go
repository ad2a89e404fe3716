// Package idx reads and writes idx files of bytes, the format of MNIST's images and labels: a magic number that tells
// type and number of dimensions, the dimensions, and the elements in C order, all big-endian, plain or inside gzip. The
// format is described on the page of the MNIST database by LeCun, Cortes and Burges.
package idx

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/untrusted"
)

// What is wrong with a file that cannot be read, for errors.Is. A file that ends early is io.ErrUnexpectedEOF.
var (
	ErrForeign  = errors.New("not an idx file")
	ErrType     = errors.New("not an idx file of unsigned bytes")
	ErrDims     = errors.New("wrong number of dimensions")
	ErrTrailing = errors.New("bytes follow the last element")
	ErrCorrupt  = errors.New("damaged")
)

// Array is the contents of an idx file. For images Shape is (count, rows, columns) and 0 is white paper in MNIST; for
// labels it is (count,).
type Array struct {
	Shape backend.Shape
	Data  []uint8
}

// Len is the number of examples, the first dimension.
func (a *Array) Len() int { return a.Shape[0] }

// maxDims bounds the dimensions; the format would allow 255, the data sets have 1 to 4.
const maxDims = 8

const ubyte = 0x08

// typeNames are the element types of the format.
var typeNames = map[byte]string{ubyte: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}

// ReadFile reads an idx file; its errors name the file.
func ReadFile(path string) (*Array, error) { return readFile(path, 0) }

// ReadImages reads an idx file of pictures, which has three dimensions; its errors name the file.
func ReadImages(path string) (*Array, error) { return readFile(path, 3) }

// ReadLabels reads an idx file of labels, which has one dimension; its errors name the file.
func ReadLabels(path string) (*Array, error) { return readFile(path, 1) }

func readFile(path string, dims int) (*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	defer f.Close()
	a, err := read(f)
	if err == nil && dims != 0 && len(a.Shape) != dims {
		err = wrongDims(a.Shape, dims)
	}
	if err != nil {
		return nil, fmt.Errorf("idx: %q: %w", path, err)
	}
	return a, nil
}

func wrongDims(s backend.Shape, want int) error {
	kinds := map[int]string{1: "labels", 3: "images"}
	if k, ok := kinds[len(s)]; ok {
		return fmt.Errorf("%w: it has shape %v, which are %s, want %s with %d", ErrDims, s, k, kinds[want], want)
	}
	return fmt.Errorf("%w: it has shape %v, want %s with %d", ErrDims, s, kinds[want], want)
}

// Read reads an idx file of unsigned bytes, one to eight dimensions, to its end. Whether it is inside gzip is decided by
// its contents. An error says where the input ends early, what it looks like when it is foreign, or how many bytes are
// too many; memory stays proportional to the bytes that are there, whatever the dimensions claim.
func Read(r io.Reader) (*Array, error) {
	a, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	return a, nil
}

func read(r io.Reader) (*Array, error) {
	sure := untrusted.Remaining(r)
	br := bufio.NewReaderSize(r, 1<<16)
	head, err := br.Peek(untrusted.HeadSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return decode(br, sure, "the file")
	}
	z, err := gzip.NewReader(br)
	if err != nil {
		return nil, gzipError(err)
	}
	return decode(bufio.NewReader(gunzip{z}), 0, "the data inside gzip")
}

// gunzip tells damage of the wrapping from damage of the data in it, which may end early too.
type gunzip struct{ z *gzip.Reader }

func (g gunzip) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	if err != nil && err != io.EOF {
		err = gzipError(err)
	}
	return n, err
}

func gzipError(err error) error {
	var flateError flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("%w: the checksum of the gzip data is wrong", ErrCorrupt)
	case errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("%w: what should be a gzip header, or the end of the file, is neither", ErrCorrupt)
	case errors.As(err, &flateError):
		return fmt.Errorf("%w: the gzip data cannot be unpacked at byte %d", ErrCorrupt, int64(flateError))
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return fmt.Errorf("the file ends within its gzip data: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// decode reads magic, dimensions and elements, and makes sure that nothing follows. whole is what ends early.
func decode(r *bufio.Reader, sure int64, whole string) (*Array, error) {
	shape, err := readShape(r, whole)
	if err != nil {
		return nil, err
	}
	head := int64(4 + 4*len(shape))
	n, ok := size(shape)
	if !ok {
		return nil, fmt.Errorf("%w: shape %v does not fit into memory", ErrCorrupt, shape)
	}
	data, err := untrusted.ReadN(r, n, sure-head)
	if err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("%s ends after %d of %d bytes: its shape is %v: %w", whole, head+int64(len(data)), head+n, shape, err)
	}
	if err != nil {
		return nil, err
	}
	switch more, err := io.Copy(io.Discard, r); {
	case err != nil:
		return nil, err
	case more > 0:
		return nil, fmt.Errorf("%w: %d bytes after the %d that its shape %v asks for", ErrTrailing, more, head+n, shape)
	}
	return &Array{Shape: shape, Data: data}, nil
}

// readShape reads the magic number and the dimensions.
func readShape(r *bufio.Reader, whole string) (backend.Shape, error) {
	head, err := r.Peek(untrusted.HeadSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	dims, err := checkMagic(head, whole)
	if err != nil {
		return nil, err
	}
	if len(head) < 4+4*dims {
		return nil, fmt.Errorf("%s ends after %d bytes, within its %d dimensions: %w", whole, len(head), dims, io.ErrUnexpectedEOF)
	}
	shape := make(backend.Shape, dims)
	for i := range shape {
		v := binary.BigEndian.Uint32(head[4+4*i:])
		if int64(v) > maxInt {
			return nil, fmt.Errorf("%w: dimension %d is %d", ErrCorrupt, i, v)
		}
		shape[i] = int(v)
	}
	_, err = r.Discard(4 + 4*dims)
	return shape, err
}

// checkMagic reads the magic number: two zeros, the type, the number of dimensions.
func checkMagic(head []byte, whole string) (dims int, err error) {
	if len(head) < 4 {
		if looks := untrusted.LooksLike(head); len(bytes.Trim(head, "\x00")) > 0 && looks != "" {
			return 0, fmt.Errorf("%w: it looks like %s", ErrForeign, looks)
		}
		return 0, fmt.Errorf("%s ends after %d bytes, within the magic number: %w", whole, len(head), io.ErrUnexpectedEOF)
	}
	name, known := typeNames[head[2]]
	switch {
	case head[0] != 0 || head[1] != 0 || !known:
		if looks := untrusted.LooksLike(head); looks != "" {
			return 0, fmt.Errorf("%w: it looks like %s", ErrForeign, looks)
		}
		return 0, fmt.Errorf("%w: it begins with % x, want 00 00 08 03 for images, 00 00 08 01 for labels", ErrForeign, head[:4])
	case head[2] != ubyte:
		return 0, fmt.Errorf("%w: its elements are %s", ErrType, name)
	case head[3] == 0 || head[3] > maxDims:
		return 0, fmt.Errorf("%w: %d, want 1 to %d", ErrDims, head[3], maxDims)
	}
	return int(head[3]), nil
}

const maxInt = int64(^uint(0) >> 1)

// size is the number of elements; ok is false when that is no length of memory.
func size(s backend.Shape) (n int64, ok bool) {
	n = 1
	for _, d := range s {
		if d == 0 {
			return 0, true
		}
	}
	for _, d := range s {
		if n > maxInt/2/int64(d) {
			return 0, false
		}
		n *= int64(d)
	}
	return n, true
}
