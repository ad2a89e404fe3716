// Package npy reads and writes numpy's files: .npy holds one array, .npz a zip archive of arrays by name.
//
//	arrays, err := npy.LoadNPZ("in.npz")
//	err = npy.SaveNPZ("out.npz", map[string]*ndarray.NDArray{"y": y})
//
// The format is that of numpy.lib.format, versions 1 to 3.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/untrusted"
	"github.com/gomx-org/gomx/ndarray"
)

const magic = "\x93NUMPY"

// maxHeader is far more than any array's header takes.
const maxHeader = 1 << 20

// headerText is what numpy writes, keys in order.
var headerText = regexp.MustCompile(`^\{'descr': *'([^']*)', *'fortran_order': *(True|False), *'shape': *\(([0-9, ]*)\),? *\}\s*$`)

// types are numpy's names, without the byte order, of the types that arrays have.
var types = map[string]backend.DType{"f4": backend.Float32, "f8": backend.Float64, "f2": backend.Float16, "u1": backend.Uint8,
	"i1": backend.Int8, "i4": backend.Int32, "i8": backend.Int64, "b1": backend.Bool}

// header describes an array.
type header struct {
	dtype   backend.DType
	swap    bool // the bytes of a number are the other way round
	fortran bool
	shape   backend.Shape
}

// Read reads one array in the form of .npy, onto the CPU. Arrays in Fortran's order and in the other byte order are turned
// round. Memory stays proportional to the bytes that are there.
func Read(r io.Reader) (*ndarray.NDArray, error) {
	a, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	return a, nil
}

func read(r io.Reader) (*ndarray.NDArray, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	n, size := int64(h.shape.Size()), int64(h.dtype.Size())
	data, err := untrusted.ReadN(r, n*size, untrusted.Remaining(r))
	if err != nil {
		return nil, fmt.Errorf("the file ends within the %d numbers of an array %v: %w", n, h.shape, err)
	}
	if h.swap && size > 1 {
		for i := 0; i < len(data); i += int(size) {
			slices.Reverse(data[i : i+int(size)])
		}
	}
	shape := h.shape
	if h.fortran {
		shape = shape.Clone()
		slices.Reverse(shape)
	}
	if n == 0 {
		return ndarray.FromSlice([]uint8{}, h.shape, ndarray.Of(h.dtype))
	}
	a, err := ndarray.New(shape, ndarray.Of(h.dtype))
	if err != nil {
		return nil, err
	}
	copy(a.Bytes(), data)
	a.Touch()
	if h.fortran && len(shape) > 1 {
		defer a.Close()
		return a.T(), nil
	}
	return a, nil
}

func readHeader(r io.Reader) (*header, error) {
	var start [10]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return nil, fmt.Errorf("the file is too short: %w", err)
	}
	if string(start[:6]) != magic {
		if what := untrusted.LooksLike(start[:]); what != "" {
			return nil, fmt.Errorf("not a .npy file: it looks like %s", what)
		}
		return nil, fmt.Errorf("not a .npy file: it begins with %q", start[:6])
	}
	length := int(binary.LittleEndian.Uint16(start[8:]))
	switch version := start[6]; version {
	case 1:
	case 2, 3:
		var more [2]byte
		if _, err := io.ReadFull(r, more[:]); err != nil {
			return nil, fmt.Errorf("the file ends within its header: %w", err)
		}
		length |= int(binary.LittleEndian.Uint16(more[:])) << 16
	default:
		return nil, fmt.Errorf("version %d.%d of the format, want 1 to 3: the file is newer or damaged", version, start[7])
	}
	if length > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, fmt.Errorf("the file ends within its header: %w", err)
	}
	return parseHeader(string(text))
}

func parseHeader(text string) (*header, error) {
	m := headerText.FindStringSubmatch(text)
	if m == nil {
		return nil, fmt.Errorf("header %.80q is not understood", text)
	}
	h := &header{fortran: m[2] == "True", shape: backend.Shape{}}
	order, name := m[1][:min(1, len(m[1]))], m[1][min(1, len(m[1])):]
	t, ok := types[name]
	if !ok || !strings.Contains("<>|=", order) {
		return nil, fmt.Errorf("numbers of type %q, want float16, float32, float64, uint8, int8, int32, int64 or bool; numpy's astype converts", m[1])
	}
	h.dtype, h.swap = t, order == ">"
	bytes := t.Size()
	for _, part := range strings.Split(m[3], ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		d, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Errorf("shape (%s) is not understood", m[3])
		}
		h.shape = append(h.shape, d)
		if d > 0 && bytes > math.MaxInt/d {
			return nil, fmt.Errorf("shape (%s) is too large", m[3])
		}
		bytes *= max(d, 1)
	}
	if len(h.shape) > 32 {
		return nil, fmt.Errorf("%d axes, want at most 32", len(h.shape))
	}
	return h, nil
}

// Write writes one array in the form of .npy, as numpy itself does. bfloat16, which numpy does not know, is an error.
func Write(w io.Writer, a *ndarray.NDArray) error {
	name := ""
	for n, t := range types {
		if t == a.DType() {
			name = n
		}
	}
	if name == "" {
		return fmt.Errorf("npy: numpy has no type %v; cast the array to float32", a.DType())
	}
	order := "<"
	if a.DType().Size() == 1 {
		order = "|"
	}
	parts := make([]string, len(a.Shape()))
	for i, d := range a.Shape() {
		parts[i] = strconv.Itoa(d)
	}
	shape := strings.Join(parts, ", ")
	if len(parts) == 1 {
		shape += ","
	}
	text := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }", order, name, shape)
	text += strings.Repeat(" ", (64-(10+len(text)+1)%64)%64) + "\n" // so that the numbers begin at a multiple of 64
	head := append([]byte(magic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(text)))
	host, err := onHost(a)
	if err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if host != a {
		defer host.Close()
	}
	_, err = w.Write(append(head, text...))
	_, err2 := w.Write(host.Bytes())
	if err = errors.Join(err, err2); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// onHost gives an array that the host can address: a, or a copy.
func onHost(a *ndarray.NDArray) (*ndarray.NDArray, error) {
	if a.Bytes() != nil {
		return a, nil
	}
	c, err := ndarray.New(a.Shape(), ndarray.On(device.CPU(0)), ndarray.Of(a.DType()))
	if err != nil {
		return nil, err
	}
	return c, c.CopyFrom(a)
}
