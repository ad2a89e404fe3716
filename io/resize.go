package mxio

import (
	"context"
	"fmt"
	"io"
)

// ResizeIter makes epochs of a given number of batches out of an iterator, which begins anew whenever it ends.
type ResizeIter struct {
	DataIter
	size, at int
	keep     bool
}

// NewResizeIter gives epochs of size batches. With resetInternal, MXNet's default, every epoch resets the inner iterator;
// otherwise it goes on where it was.
func NewResizeIter(it DataIter, size int, resetInternal bool) (*ResizeIter, error) {
	if size < 1 {
		return nil, fmt.Errorf("mxio: ResizeIter: size is %d, want at least 1", size)
	}
	return &ResizeIter{DataIter: it, size: size, keep: !resetInternal}, nil
}

// Next gives the next batch, io.EOF after size of them.
func (r *ResizeIter) Next(ctx context.Context) (*DataBatch, error) {
	if r.at >= r.size {
		return nil, io.EOF
	}
	b, err := r.DataIter.Next(ctx)
	if err == io.EOF {
		r.DataIter.Reset()
		if b, err = r.DataIter.Next(ctx); err == io.EOF {
			err = fmt.Errorf("mxio: ResizeIter: the inner iterator has no batches: %w", io.ErrUnexpectedEOF)
		}
	}
	if err != nil {
		return nil, err
	}
	r.at++
	return b, nil
}

// Reset begins the next epoch.
func (r *ResizeIter) Reset() {
	r.at = 0
	if !r.keep {
		r.DataIter.Reset()
	}
}

// State is how many batches of the epoch were given, and the state of the inner iterator if it has one.
func (r *ResizeIter) State() State {
	s := State{Batch: r.at}
	if inner, ok := r.DataIter.(Resumer); ok {
		s.Inner = []State{inner.State()}
	}
	return s
}

// Restore goes to a state.
func (r *ResizeIter) Restore(s State) error {
	inner, ok := r.DataIter.(Resumer)
	if !ok || len(s.Inner) != 1 || s.Batch < 0 || s.Batch > r.size {
		return fmt.Errorf("mxio: ResizeIter: cannot go on from %+v: the inner iterator does not resume, or the state is of another iterator", s)
	}
	if err := inner.Restore(s.Inner[0]); err != nil {
		return err
	}
	r.at = s.Batch
	return nil
}

var _ Resumer = (*ResizeIter)(nil)
