package ndfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/gomx-org/gomx/backend"
)

// Encode writes a container as MXNet 1.9.1 does: V2 records on device cpu(0), or, when one of the arrays is a scalar,
// which V2 cannot say, V3 records, as MXNet writes under numpy shape semantics and reads only there. Everything is
// checked before the first byte is written; other errors are those of w.
func Encode(w io.Writer, f *File) error {
	magic, err := f.check()
	if err != nil {
		return fmt.Errorf("ndfile: %w", err)
	}
	e := &encoder{w: bufio.NewWriterSize(w, 1<<16), magic: magic}
	e.u64(headerMagic, 0, uint64(len(f.Arrays)))
	for i := range f.Arrays {
		e.array(&f.Arrays[i])
	}
	e.names(f)
	return e.w.Flush()
}

// check looks for what could not be read back and chooses the encoding.
func (f *File) check() (magic uint32, err error) {
	scalar, sparse := -1, -1
	for i := range f.Arrays {
		a := &f.Arrays[i]
		if err := a.check(); err != nil {
			return 0, fmt.Errorf("array %d of %d, %q: %w", i+1, len(f.Arrays), a.Name, err)
		}
		if a.Shape != nil && len(a.Shape) == 0 {
			scalar = i
		}
		if a.Storage != Dense {
			sparse = i
		}
	}
	if scalar < 0 {
		return magicV2, nil
	}
	if sparse >= 0 {
		return 0, fmt.Errorf("array %d, %q, is a scalar and array %d, %q, is sparse: no encoding holds both; give the scalar the shape (1,)",
			scalar+1, f.Arrays[scalar].Name, sparse+1, f.Arrays[sparse].Name)
	}
	return magicV3, nil
}

func (a *Array) check() error {
	if !a.Storage.known() {
		return fmt.Errorf("%v is not known", a.Storage)
	}
	if a.Shape == nil {
		if a.Storage != Dense {
			return fmt.Errorf("a %v array needs a shape", a.Storage)
		}
		return nil
	}
	stored := a.Shape
	if a.Storage != Dense {
		stored = a.StorageShape
		if len(stored) == 0 || len(a.Shape) == 0 {
			return fmt.Errorf("a %v array of shape %v cannot store %v", a.Storage, a.Shape, stored)
		}
	}
	if len(a.Shape) > maxDims {
		return fmt.Errorf("it has %d dimensions, want at most %d", len(a.Shape), maxDims)
	}
	if err := checkData(stored, a.DType, a.Data); err != nil {
		return err
	}
	if len(a.Aux) != a.Storage.auxCount() {
		return fmt.Errorf("it has %d index arrays, want %d for %v", len(a.Aux), a.Storage.auxCount(), a.Storage)
	}
	for i, x := range a.Aux {
		if len(x.Shape) == 0 {
			return fmt.Errorf("index array %d has shape %v, want one dimension", i, x.Shape)
		}
		if err := checkData(x.Shape, x.DType, x.Data); err != nil {
			return fmt.Errorf("index array %d: %w", i, err)
		}
	}
	return nil
}

func checkData(s backend.Shape, t backend.DType, data []byte) error {
	if !t.Known() {
		return fmt.Errorf("%v is not known", t)
	}
	n, ok := byteSize(s, t)
	if !ok {
		return errors.New("shape " + s.String() + " is no size of memory")
	}
	if int64(len(data)) != n {
		return fmt.Errorf("it has %d bytes of data, want %d: it is %v %v", len(data), n, t, s)
	}
	return nil
}

// encoder writes little-endian fields. Errors stay in the buffered writer, which repeats them at Flush.
type encoder struct {
	w     *bufio.Writer
	magic uint32
	buf   [8]byte
}

func (e *encoder) u64(vs ...uint64) {
	for _, v := range vs {
		le.PutUint64(e.buf[:], v)
		e.w.Write(e.buf[:8])
	}
}

func (e *encoder) u32(vs ...uint32) {
	for _, v := range vs {
		le.PutUint32(e.buf[:], v)
		e.w.Write(e.buf[:4])
	}
}

func (e *encoder) shape(s backend.Shape) {
	e.u32(uint32(len(s)))
	for _, d := range s {
		e.u64(uint64(d))
	}
}

func (e *encoder) array(a *Array) {
	e.u32(e.magic, uint32(a.Storage))
	if a.Storage != Dense {
		e.shape(a.StorageShape)
	}
	if a.Shape == nil {
		e.none()
		return
	}
	e.shape(a.Shape)
	e.u32(cpu, 0, uint32(a.DType))
	for _, x := range a.Aux {
		e.u32(uint32(x.DType))
		e.shape(x.Shape)
	}
	e.w.Write(a.Data)
	for _, x := range a.Aux {
		e.w.Write(x.Data)
	}
}

// none is the shape of an array without contents: no dimensions in V2, where V3 would read a scalar, -1 there.
func (e *encoder) none() {
	if e.magic == magicV3 {
		e.u32(^uint32(0))
		return
	}
	e.u32(0)
}

func (e *encoder) names(f *File) {
	if !f.Named {
		e.u64(0)
		return
	}
	e.u64(uint64(len(f.Arrays)))
	for i := range f.Arrays {
		e.u64(uint64(len(f.Arrays[i].Name)))
		e.w.WriteString(f.Arrays[i].Name)
	}
}
