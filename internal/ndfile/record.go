package ndfile

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// array reads one record in any encoding; the first word tells which.
func (d *decoder) array() (Array, error) {
	m, err := d.u32("the encoding")
	if err != nil {
		return Array{}, err
	}
	switch {
	case m == magicV1:
		return d.dense(d.shape64)
	case m == magicV2:
		return d.v2(d.shape64)
	case m == magicV3:
		return d.v2(d.numpyShape)
	case m&^0xff == magicV2&^0xff:
		return Array{}, fmt.Errorf("%s: %w %#x: this reader knows %#x to %#x and the one before them; "+
			"the file comes from a newer MXNet or is damaged here", d.what, ErrNewer, m, uint32(magicV1), uint32(magicV3))
	case m > maxDims:
		return Array{}, fmt.Errorf("%s: %w: the record at byte %d begins with %#x, which is no encoding and no number of dimensions",
			d.what, ErrCorrupt, d.at-4, m)
	}
	return d.dense(func(string) (backend.Shape, error) { return d.shape32(m) }) // V0: m is the number of dimensions
}

// dense reads what V0 and V1 have after the magic.
func (d *decoder) dense(shape func(string) (backend.Shape, error)) (a Array, err error) {
	if a.Shape, err = shape("shape"); err != nil || a.Shape == nil {
		return a, err
	}
	if a.DType, err = d.contextAndType(); err != nil {
		return a, err
	}
	a.Data, err = d.data(a.Shape, a.DType, "data")
	return a, err
}

// v2 reads what V2 and V3 have after the magic.
func (d *decoder) v2(shape func(string) (backend.Shape, error)) (a Array, err error) {
	st, err := d.u32("storage type")
	if err != nil {
		return a, err
	}
	if a.Storage = Storage(int32(st)); !a.Storage.known() {
		return a, fmt.Errorf("%s: %w: %v; known are 0 (default), 1 (row_sparse) and 2 (csr)", d.what, ErrNewer, a.Storage)
	}
	if a.Storage != Dense {
		if a.StorageShape, err = shape("storage shape"); err != nil {
			return a, err
		}
	}
	if a.Shape, err = shape("shape"); err != nil || a.Shape == nil {
		return Array{}, err
	}
	if a.DType, err = d.contextAndType(); err != nil {
		return a, err
	}
	if a.Storage == Dense {
		a.Data, err = d.data(a.Shape, a.DType, "data")
		return a, err
	}
	err = d.sparse(&a, shape)
	return a, err
}

// sparse reads the types and shapes of the indices, the stored elements, and the indices.
func (d *decoder) sparse(a *Array, shape func(string) (backend.Shape, error)) (err error) {
	if a.StorageShape == nil {
		return fmt.Errorf("%s: %w: a %v array without a storage shape", d.what, ErrCorrupt, a.Storage)
	}
	a.Aux = make([]Aux, a.Storage.auxCount())
	for i := range a.Aux {
		x := &a.Aux[i]
		if x.DType, err = d.dtype("type of the indices"); err != nil {
			return err
		}
		if x.Shape, err = shape("shape of the indices"); err != nil {
			return err
		}
		if x.Shape == nil {
			return fmt.Errorf("%s: %w: a %v array whose indices have no shape", d.what, ErrCorrupt, a.Storage)
		}
	}
	if a.Data, err = d.data(a.StorageShape, a.DType, "stored elements"); err != nil {
		return err
	}
	for i := range a.Aux {
		x := &a.Aux[i]
		if x.Data, err = d.data(x.Shape, x.DType, "indices"); err != nil {
			return err
		}
	}
	return nil
}

// contextAndType reads the device, where the array was when it was saved and which means nothing here, and the type.
func (d *decoder) contextAndType() (backend.DType, error) {
	if err := d.fields(d.buf[:8], d.what+": device"); err != nil {
		return 0, err
	}
	return d.dtype("type")
}

func (d *decoder) dtype(field string) (backend.DType, error) {
	v, err := d.u32(field)
	if err != nil {
		return 0, err
	}
	if v < 256 && backend.DType(v).Known() {
		return backend.DType(v), nil
	}
	if name, ok := flagNames[int32(v)]; ok {
		return 0, fmt.Errorf("%s: %w: %s is %d (%s), which has no counterpart here", d.what, ErrNewer, field, v, name)
	}
	return 0, fmt.Errorf("%s: %w: %s is %d, which MXNet 1.9.1 does not know", d.what, ErrNewer, field, int32(v))
}

// shape64 reads a shape of V1 and V2. No dimensions mean no array.
func (d *decoder) shape64(field string) (backend.Shape, error) {
	n, err := d.u32(field)
	if err != nil || n == 0 {
		return nil, err
	}
	return d.dims64(n, field, 0)
}

// numpyShape reads a shape of V3: no dimensions are a scalar; -1 dimensions, or one of length -1, are not known, which
// again means no array.
func (d *decoder) numpyShape(field string) (backend.Shape, error) {
	n, err := d.u32(field)
	if err != nil || int32(n) == -1 {
		return nil, err
	}
	if n == 0 {
		return backend.Shape{}, nil
	}
	s, err := d.dims64(n, field, -1)
	if slices.Contains(s, -1) {
		return nil, err
	}
	return s, err
}

func (d *decoder) dims64(n uint32, field string, lowest int64) (backend.Shape, error) {
	if n > maxDims {
		return nil, fmt.Errorf("%s: %w: %s has %d dimensions", d.what, ErrCorrupt, field, n)
	}
	s := make(backend.Shape, n)
	for i := range s {
		if err := d.fields(d.buf[:8], d.what+": "+field); err != nil {
			return nil, err
		}
		v := int64(le.Uint64(d.buf[:8]))
		if v < lowest || v > maxInt {
			return nil, fmt.Errorf("%s: %w: dimension %d of its %s is %d", d.what, ErrCorrupt, i, field, v)
		}
		s[i] = int(v)
	}
	return s, nil
}

// shape32 reads the n dimensions of a V0 shape.
func (d *decoder) shape32(n uint32) (backend.Shape, error) {
	if n == 0 {
		return nil, nil
	}
	s := make(backend.Shape, n)
	for i := range s {
		v, err := d.u32("shape")
		if err != nil {
			return nil, err
		}
		if int64(v) > maxInt {
			return nil, fmt.Errorf("%s: %w: dimension %d is %d", d.what, ErrCorrupt, i, v)
		}
		s[i] = int(v)
	}
	return s, nil
}
