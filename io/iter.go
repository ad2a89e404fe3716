package mxio

import (
	"context"
	"fmt"
	"io"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// DataDesc describes one input of a network: an array of each batch.
type DataDesc struct {
	Name   string
	Shape  backend.Shape // batch size first
	DType  backend.DType
	Layout string // NCHW for four dimensions, N and letters of the alphabet's end in general; "" if it has no meaning
}

// String is name and shape, as in data(64,1,28,28).
func (d DataDesc) String() string { return d.Name + d.Shape.String() }

// DataBatch is what a network sees in one step.
type DataBatch struct {
	Data, Label []*ndarray.NDArray
	// Pad is the number of filler rows, as MXNet tells it: those at the end of a last batch that is not full, or, in the
	// first batch of an epoch under RollOver, the rows at its beginning that come from the epoch before.
	Pad int
	// Rolled is how many rows at the beginning come from the epoch before. They are examples like all others.
	Rolled int
	// Index is the number of each row's example, nil when the iterator knows none.
	Index []int
}

// Size is the number of rows.
func (b *DataBatch) Size() int {
	if len(b.Data) == 0 || len(b.Data[0].Shape()) == 0 {
		return 0
	}
	return b.Data[0].Shape()[0]
}

// Valid is the number of rows, from the first, that are examples: those after them are padding and must not count in
// losses and metrics.
func (b *DataBatch) Valid() int {
	if b.Rolled > 0 {
		return b.Size()
	}
	return b.Size() - b.Pad
}

// DataIter gives a data set batch by batch.
type DataIter interface {
	// ProvideData describes the inputs in the order of DataBatch.Data; do not change it.
	ProvideData() []DataDesc
	// ProvideLabel describes the labels; none for prediction.
	ProvideLabel() []DataDesc
	// BatchSize is the number of rows of every batch.
	BatchSize() int
	// Next gives the next batch of the epoch, and io.EOF at its end until Reset. The batch is valid until Next is called
	// again.
	Next(ctx context.Context) (*DataBatch, error)
	// Reset begins the next epoch. An epoch that has given no batch yet begins anew.
	Reset()
}

// Shuffler is a DataIter whose order of examples depends on the number of the epoch.
type Shuffler interface {
	// SetEpoch begins the epoch of that number, counted from 0.
	SetEpoch(epoch int)
}

// State is the place an iterator has reached: checkpoints keep it as JSON.
type State struct {
	Epoch int     `json:"epoch"`
	Batch int     `json:"batch"` // batches given in this epoch
	Inner []State `json:"inner,omitempty"`
}

// Resumer is a DataIter that can go on from a place.
type Resumer interface {
	State() State
	// Restore goes to the place that State told, on an iterator made in the same way.
	Restore(State) error
}

// filler is a DataIter that can fill any batch of its shapes, which spares a copy.
type filler interface {
	DataIter
	fill(ctx context.Context, b *DataBatch) error
}

// newBatch allocates a batch for descriptions.
func newBatch(data, label []DataDesc, opts ...ndarray.Option) (*DataBatch, error) {
	b := &DataBatch{}
	for i, list := range [][]DataDesc{data, label} {
		for _, d := range list {
			a, err := ndarray.New(d.Shape, append(opts, ndarray.Of(d.DType))...)
			if err != nil {
				return nil, fmt.Errorf("mxio: batch of %v: %w", d, err)
			}
			if i == 0 {
				b.Data = append(b.Data, a)
			} else {
				b.Label = append(b.Label, a)
			}
		}
	}
	return b, nil
}

// copyBatch copies src into b, whose arrays exist.
func copyBatch(b, src *DataBatch) error {
	for i, list := range [][]*ndarray.NDArray{src.Data, src.Label} {
		to := b.Data
		if i == 1 {
			to = b.Label
		}
		if len(to) != len(list) {
			return fmt.Errorf("mxio: the batch has %d arrays, want %d", len(list), len(to))
		}
		for k, a := range list {
			if err := to[k].CopyFrom(a); err != nil {
				return fmt.Errorf("mxio: %w", err)
			}
		}
	}
	b.Pad, b.Rolled = src.Pad, src.Rolled
	b.Index = append(b.Index[:0], src.Index...)
	return nil
}

// layoutOf is the usual layout of a number of dimensions.
func layoutOf(dims int) string {
	switch dims {
	case 1:
		return "N"
	case 2:
		return "NC"
	case 3:
		return "NCW"
	case 4:
		return "NCHW"
	case 5:
		return "NCDHW"
	}
	return ""
}

// Each calls fn with every batch that is left of the epoch.
func Each(ctx context.Context, it DataIter, fn func(*DataBatch) error) error {
	for {
		b, err := it.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(b); err != nil {
			return err
		}
	}
}
