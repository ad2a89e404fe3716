package kvstore

import (
	"fmt"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// entry is one key with its memory.
type entry struct {
	key    Key
	shape  ndarray.Shape
	dtype  ndarray.DType
	at     device.Context // where the value is stored and the sum is made
	placed bool           // at is final

	stored *ndarray.NDArray   // own, or total after a push of several arrays without updater
	own    *ndarray.NDArray   // memory for a value that is no sum; nil when total is stored
	total  *ndarray.NDArray   // where sums are made; nil before the first
	near   []*ndarray.NDArray // copies, on at, of the values that are elsewhere; nil for the others
	values []*ndarray.NDArray // of the push under way
	terms  []*ndarray.NDArray // those values, or their copies
	adding sum
}

func (s *local) newEntry(key Key, value *ndarray.NDArray) (*entry, error) {
	e := &entry{key: key, shape: value.Shape().Clone(), dtype: value.DType(), at: s.home(value)}
	return e, e.setOwn(value)
}

func (e *entry) bytes() int { return e.shape.Size() * e.dtype.Size() }

func (e *entry) alloc() (*ndarray.NDArray, error) {
	return ndarray.New(e.shape, ndarray.On(e.at), ndarray.Of(e.dtype))
}

// setOwn stores a copy of a value.
func (e *entry) setOwn(value *ndarray.NDArray) error {
	if e.own == nil {
		own, err := e.alloc()
		if err != nil {
			return err
		}
		e.own = own
	}
	if err := e.own.CopyFrom(value); err != nil {
		return err
	}
	e.stored = e.own
	return nil
}

// moveTo makes a device the place of the entry.
func (e *entry) moveTo(at device.Context) error {
	if e.at == at {
		return nil
	}
	was := e.stored
	e.close()
	e.at = at
	if err := e.setOwn(was); err != nil {
		return fmt.Errorf("move to %v: %w", at, err)
	}
	was.Close()
	return nil
}

// sum adds the values of the push under way. A single value is its own sum and is not copied where it already is in place.
func (e *entry) sum(compiled sums, local bool) (*ndarray.NDArray, error) {
	if err := e.gather(); err != nil {
		return nil, err
	}
	if len(e.terms) == 1 {
		return e.terms[0], nil
	}
	if e.total == nil {
		var err error
		if e.total, err = e.alloc(); err != nil {
			return nil, err
		}
	}
	if err := e.adding.run(compiled, local, e.total, e.terms); err != nil {
		return nil, fmt.Errorf("sum on %v: %w", e.at, err)
	}
	return e.total, nil
}

// gather brings the values to the place of the entry.
func (e *entry) gather() error {
	e.terms = e.terms[:0]
	for i, v := range e.values {
		if v.Context() != e.at {
			if len(e.near) <= i {
				e.near = append(e.near, make([]*ndarray.NDArray, i+1-len(e.near))...)
			}
			if e.near[i] == nil {
				a, err := e.alloc()
				if err != nil {
					return err
				}
				e.near[i] = a
			}
			if err := e.near[i].CopyFrom(v); err != nil {
				return fmt.Errorf("copy from %v to %v: %w", v.Context(), e.at, err)
			}
			v = e.near[i]
		}
		e.terms = append(e.terms, v)
	}
	return nil
}

// replace stores a sum: the memory of a sum of several values becomes what is stored.
func (e *entry) replace(sum *ndarray.NDArray) error {
	if sum != e.total {
		return e.setOwn(sum)
	}
	if e.own != nil {
		e.own.Close()
		e.own = nil
	}
	e.stored = e.total
	return nil
}

// close gives back all memory but that of the stored value.
func (e *entry) close() {
	e.adding.close()
	for _, a := range append(e.near, e.total) {
		if a != nil && a != e.stored {
			a.Close()
		}
	}
	e.near, e.total, e.own, e.terms = nil, nil, nil, nil
}
