package mxio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// NDArrayIter gives examples that are in memory. It follows MXNet 1.9.1, but mixes them as a function of seed and epoch.
type NDArrayIter struct {
	opt         options
	arrays      Arrays // data, then labels
	inputs      int    // how many of arrays are data
	data, label []DataDesc
	n           int // examples
	epoch, at   int // at: batches given
	batches     int // of this epoch
	order       []int32
	rolled      []int32 // examples left over from the epoch before
	skip        int     // examples that the epoch before has borrowed, under Round
	batch       *DataBatch
	stage       []*ndarray.NDArray // on the host, where the batch is elsewhere
}

// NewNDArrayIter makes an iterator over data and label, nil for prediction without labels. All have the same number of
// examples. Names are data and softmax_label; several arrays without names are _0_data, _1_data and so on.
func NewNDArrayIter(data, label Arrays, opts ...Option) (*NDArrayIter, error) {
	o, err := newOptions(options{batch: 1, parts: 1, dataName: "data", labelName: "softmax_label"}, opts)
	if err == nil {
		var it *NDArrayIter
		if it, err = newIter(data, label, o); err == nil {
			return it, nil
		}
	}
	return nil, fmt.Errorf("mxio: NDArrayIter: %w", err)
}

func newIter(data, label Arrays, o options) (*NDArrayIter, error) {
	if len(data) == 0 {
		return nil, errors.New("there is no data")
	}
	it := &NDArrayIter{opt: o, inputs: len(data)}
	it.arrays = Join(data.withNames(o.dataName), label.withNames(o.labelName))
	seen := map[string]bool{}
	for i := range it.arrays {
		a := &it.arrays[i]
		if err := a.check(); err != nil {
			return nil, err
		}
		if seen[a.name] {
			return nil, fmt.Errorf("two arrays are called %q", a.name)
		}
		seen[a.name] = true
		if first := &it.arrays[0]; a.shape[0] != first.shape[0] {
			return nil, fmt.Errorf("%q has %d examples, want %d: %q is %v", a.name, a.shape[0], first.shape[0], first.name, first.shape)
		}
		if i >= it.inputs {
			if err := a.checkLabels(); err != nil {
				return nil, err
			}
		}
	}
	if err := it.cut(); err != nil {
		return nil, err
	}
	it.describe()
	if err := it.alloc(); err != nil {
		return nil, err
	}
	it.SetEpoch(0)
	return it, nil
}

// cut takes the part of the examples that was asked for.
func (it *NDArrayIter) cut() error {
	o, total := &it.opt, it.arrays[0].shape[0]
	lo, hi := total*o.part/o.parts, total*(o.part+1)/o.parts
	it.n = hi - lo
	switch {
	case it.n == 0:
		return fmt.Errorf("part %d of %d has no examples: there are %d", o.part, o.parts, total)
	case it.n > math.MaxInt32:
		return fmt.Errorf("there are %d examples, at most %d can be held", it.n, math.MaxInt32)
	case o.last == RollOver && it.n < o.batch:
		return fmt.Errorf("roll_over needs at least one batch of %d examples: there are %d", o.batch, it.n)
	case o.last == Round && it.n < o.batch:
		return fmt.Errorf("round needs at least one batch of %d examples: there are %d", o.batch, it.n)
	case o.last == Round && o.shuffle:
		return errors.New("round borrows from the next epoch, which is mixed otherwise; use pad, discard or roll_over with Shuffle")
	}
	for i := range it.arrays {
		it.arrays[i].part(lo, hi)
	}
	return nil
}

func (it *NDArrayIter) describe() {
	for i := range it.arrays {
		a := &it.arrays[i]
		s := append(backend.Shape{it.opt.batch}, a.shape[1:]...)
		if i < it.inputs && it.opt.flat {
			s = backend.Shape{it.opt.batch, a.row()}
		}
		d := DataDesc{Name: a.name, Shape: s, DType: backend.Float32, Layout: layoutOf(len(s))}
		if i < it.inputs {
			it.data = append(it.data, d)
		} else {
			it.label = append(it.label, d)
		}
	}
}

func (it *NDArrayIter) alloc() (err error) {
	it.order = make([]int32, it.n)
	if it.batch, err = newBatch(it.data, it.label, ndarray.On(it.opt.ctx)); err != nil {
		return err
	}
	if it.batch.Data[0].Bytes() != nil {
		return nil
	}
	host, err := newBatch(it.data, it.label, ndarray.On(device.CPU(0)))
	if err != nil {
		return err
	}
	it.stage = append(host.Data, host.Label...)
	return nil
}

// SetEpoch begins the epoch of that number, counted from 0.
func (it *NDArrayIter) SetEpoch(epoch int) {
	it.epoch, it.at = max(epoch, 0), 0
	o := &it.opt
	it.rolled = it.rolled[:0]
	if left := int(uint64(it.epoch) * uint64(it.n) % uint64(o.batch)); o.last == RollOver && left > 0 {
		permute(it.order, o.shuffle, o.seed, it.epoch-1)
		it.rolled = append(it.rolled, it.order[it.n-left:]...)
	}
	permute(it.order, o.shuffle, o.seed, it.epoch)
	it.batches = (len(it.rolled) + it.n) / o.batch
	switch o.last {
	case Pad:
		it.batches = ceilDiv(it.n, o.batch)
	case Round:
		it.skip = 0
		for range it.epoch {
			it.skip = ceilDiv(it.n-it.skip, o.batch)*o.batch - (it.n - it.skip)
		}
		it.batches = ceilDiv(it.n-it.skip, o.batch)
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// Epoch is the number of the epoch, counted from 0.
func (it *NDArrayIter) Epoch() int { return it.epoch }

// Reset begins the next epoch. An epoch that has given no batch yet begins anew.
func (it *NDArrayIter) Reset() {
	if it.at > 0 || it.batches == 0 {
		it.SetEpoch(it.epoch + 1)
	}
}

// State is epoch and batch.
func (it *NDArrayIter) State() State { return State{Epoch: it.epoch, Batch: it.at} }

// Restore goes to an epoch and batch.
func (it *NDArrayIter) Restore(s State) error {
	if s.Epoch < 0 || s.Batch < 0 || len(s.Inner) > 0 {
		return fmt.Errorf("mxio: NDArrayIter: %+v is not a state of this iterator", s)
	}
	epoch, at := it.epoch, it.at
	it.SetEpoch(s.Epoch)
	if batches := it.batches; s.Batch > batches {
		it.SetEpoch(epoch)
		it.at = at
		return fmt.Errorf("mxio: NDArrayIter: cannot go on after batch %d of epoch %d, which has %d; are data and batch size the same?", s.Batch, s.Epoch, batches)
	}
	it.at = s.Batch
	return nil
}

// ProvideData describes the inputs.
func (it *NDArrayIter) ProvideData() []DataDesc { return it.data }

// ProvideLabel describes the labels.
func (it *NDArrayIter) ProvideLabel() []DataDesc { return it.label }

// BatchSize is the number of rows of a batch.
func (it *NDArrayIter) BatchSize() int { return it.opt.batch }

// NumData is the number of examples.
func (it *NDArrayIter) NumData() int { return it.n }

// NumBatches is the number of batches of the epoch; under RollOver epochs differ.
func (it *NDArrayIter) NumBatches() int { return it.batches }

// Next gives the next batch, io.EOF at the end of the epoch. It allocates nothing.
func (it *NDArrayIter) Next(ctx context.Context) (*DataBatch, error) {
	if err := it.fill(ctx, it.batch); err != nil {
		return nil, err
	}
	return it.batch, nil
}

// fill puts the next batch into b.
func (it *NDArrayIter) fill(ctx context.Context, b *DataBatch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if it.at >= it.batches {
		return io.EOF
	}
	it.index(b)
	for i := range it.arrays {
		if err := it.fillOne(b, i); err != nil {
			return fmt.Errorf("mxio: NDArrayIter: %q: %w", it.arrays[i].name, err)
		}
	}
	it.at++
	return nil
}

// index decides which examples the next batch holds.
func (it *NDArrayIter) index(b *DataBatch) {
	size := it.opt.batch
	first := it.at * size
	b.Index, b.Pad, b.Rolled = b.Index[:0], 0, 0
	for p := first; p < first+size; p++ {
		switch k := p - len(it.rolled) + it.skip; {
		case k < 0:
			b.Index = append(b.Index, int(it.rolled[p]))
			b.Rolled++
		case k >= it.n:
			b.Index = append(b.Index, int(it.order[k%it.n]))
			b.Pad++
		default:
			b.Index = append(b.Index, int(it.order[k]))
		}
	}
	b.Pad += b.Rolled
}

func (it *NDArrayIter) fillOne(b *DataBatch, i int) error {
	var to *ndarray.NDArray
	if i < it.inputs {
		to = b.Data[i]
	} else {
		to = b.Label[i-it.inputs]
	}
	host := to
	if it.stage != nil {
		host = it.stage[i]
	}
	it.arrays[i].gather(host.Data32(), b.Index)
	host.Touch()
	if host == to {
		return nil
	}
	return to.CopyFrom(host)
}

var (
	_ filler   = (*NDArrayIter)(nil)
	_ Shuffler = (*NDArrayIter)(nil)
	_ Resumer  = (*NDArrayIter)(nil)
)
