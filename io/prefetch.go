package mxio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// PrefetchingIter makes batches in the background: while one is used, the next is filled. It joins the data and labels of
// several iterators. Two batches take turns, so one is valid until Next is called again. Close ends the goroutine.
type PrefetchingIter struct {
	iters       []DataIter
	data, label []DataDesc
	parts       [2][]*DataBatch // for each of the two batches, its share by inner iterator
	batches     [2]*DataBatch
	turn        int // the batch that is filled next

	states  []State // of the inner iterators before the fetch under way
	started bool    // whether a fetch is under way
	closed  bool

	requests chan int
	results  chan error
	ctx      context.Context // of the background: ends with Close
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// Rename gives inputs and labels of an iterator other names; those that are not in the maps keep theirs.
type Rename struct{ Data, Label map[string]string }

// NewPrefetchingIter takes over iterators of one batch size, whose inputs and labels must have different names; nobody
// else may use them until Close.
func NewPrefetchingIter(iters ...DataIter) (*PrefetchingIter, error) {
	return NewRenamingPrefetchingIter(nil, iters...)
}

// NewRenamingPrefetchingIter is NewPrefetchingIter with names for what the iterators give, one Rename for each: MXNet's
// rename_data and rename_label.
func NewRenamingPrefetchingIter(names []Rename, iters ...DataIter) (*PrefetchingIter, error) {
	p := &PrefetchingIter{iters: iters, states: make([]State, len(iters)), requests: make(chan int, 1), results: make(chan error, 1)}
	if err := p.join(names); err != nil {
		return nil, fmt.Errorf("mxio: PrefetchingIter: %w", err)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.done.Go(p.work)
	return p, nil
}

// join checks that the iterators fit together and makes the batches.
func (p *PrefetchingIter) join(names []Rename) error {
	if len(p.iters) == 0 {
		return errors.New("there is no iterator")
	}
	if names == nil {
		names = make([]Rename, len(p.iters))
	}
	if len(names) != len(p.iters) {
		return fmt.Errorf("%d renamings for %d iterators", len(names), len(p.iters))
	}
	seen := map[string]bool{}
	for i, it := range p.iters {
		if it.BatchSize() != p.iters[0].BatchSize() {
			return fmt.Errorf("batch sizes are %d and %d", p.iters[0].BatchSize(), it.BatchSize())
		}
		p.data = append(p.data, renamed(it.ProvideData(), names[i].Data)...)
		p.label = append(p.label, renamed(it.ProvideLabel(), names[i].Label)...)
	}
	for _, list := range [][]DataDesc{p.data, p.label} {
		for _, d := range list {
			if seen[d.Name] {
				return fmt.Errorf("two inputs are called %q", d.Name)
			}
			seen[d.Name] = true
		}
	}
	for k := range p.batches {
		p.batches[k] = &DataBatch{}
		for _, it := range p.iters {
			b, err := newBatch(it.ProvideData(), it.ProvideLabel(), ndarray.On(contextOf(it)))
			if err != nil {
				return err
			}
			p.parts[k] = append(p.parts[k], b)
			p.batches[k].Data = append(p.batches[k].Data, b.Data...)
			p.batches[k].Label = append(p.batches[k].Label, b.Label...)
		}
	}
	return nil
}

func renamed(list []DataDesc, names map[string]string) []DataDesc {
	list = slices.Clone(list)
	for i := range list {
		if name, ok := names[list[i].Name]; ok {
			list[i].Name = name
		}
	}
	return list
}

// contextOf is where an iterator makes its batches.
func contextOf(it DataIter) device.Context {
	if n, ok := it.(*NDArrayIter); ok {
		return n.opt.ctx
	}
	return device.CPU(0)
}

// work is the background: it fills the batches that are asked for until Close.
func (p *PrefetchingIter) work() {
	for {
		select {
		case k := <-p.requests:
			p.results <- p.fetch(k)
		case <-p.ctx.Done():
			return
		}
	}
}

// fetch fills one of the two batches.
func (p *PrefetchingIter) fetch(k int) error {
	ended := 0
	for i, it := range p.iters {
		err := fetchOne(p.ctx, it, p.parts[k][i])
		if err == io.EOF {
			ended++
		} else if err != nil {
			return err
		}
	}
	switch ended {
	case 0:
		b, first := p.batches[k], p.parts[k][0]
		b.Pad, b.Rolled, b.Index = first.Pad, first.Rolled, first.Index
		for _, other := range p.parts[k][1:] {
			if other.Pad != b.Pad || other.Rolled != b.Rolled {
				return fmt.Errorf("mxio: PrefetchingIter: iterators differ in length: %d and %d rows of padding", b.Pad, other.Pad)
			}
		}
		return nil
	case len(p.iters):
		return io.EOF
	}
	return fmt.Errorf("mxio: PrefetchingIter: iterators differ in length: %d of %d ended", ended, len(p.iters))
}

func fetchOne(ctx context.Context, it DataIter, b *DataBatch) error {
	if f, ok := it.(filler); ok {
		return f.fill(ctx, b)
	}
	src, err := it.Next(ctx)
	if err != nil {
		return err
	}
	return copyBatch(b, src)
}

// start begins a fetch; the background must be idle.
func (p *PrefetchingIter) start() {
	for i, it := range p.iters {
		if r, ok := it.(Resumer); ok {
			p.states[i] = r.State()
		}
	}
	p.started = true
	p.requests <- p.turn
}

// settle waits for the fetch under way and forgets it, so that the inner iterators may be touched.
func (p *PrefetchingIter) settle() {
	if p.started {
		<-p.results
		p.started = false
	}
}

// Next gives the batch that was made meanwhile and begins the one after it. When ctx ends first it gives ctx's error and
// loses nothing: the batch comes with the next call.
func (p *PrefetchingIter) Next(ctx context.Context) (*DataBatch, error) {
	if p.closed {
		return nil, errors.New("mxio: PrefetchingIter: it was closed")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !p.started {
		p.start()
	}
	select {
	case err := <-p.results:
		p.started = false
		if err != nil {
			return nil, err
		}
		b := p.batches[p.turn]
		p.turn = 1 - p.turn
		p.start()
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Reset begins the next epoch of all iterators.
func (p *PrefetchingIter) Reset() {
	if p.closed {
		return
	}
	p.rewind()
	for _, it := range p.iters {
		it.Reset()
	}
}

// rewind takes back a batch that was made but not given, where the iterators can.
func (p *PrefetchingIter) rewind() {
	if !p.started {
		return
	}
	p.settle()
	for i, it := range p.iters {
		if r, ok := it.(Resumer); ok {
			_ = r.Restore(p.states[i]) // its own state a moment ago
		}
	}
}

// SetEpoch begins the epoch of that number in all iterators that know epochs, and resets the others.
func (p *PrefetchingIter) SetEpoch(epoch int) {
	if p.closed {
		return
	}
	p.settle()
	for _, it := range p.iters {
		if s, ok := it.(Shuffler); ok {
			s.SetEpoch(epoch)
		} else {
			it.Reset()
		}
	}
}

// State is that of the inner iterators, as if nothing had been made ahead.
func (p *PrefetchingIter) State() State {
	s := State{}
	for i, it := range p.iters {
		inner := p.states[i]
		if r, ok := it.(Resumer); ok && !p.started && !p.closed {
			inner = r.State()
		}
		s.Inner = append(s.Inner, inner)
	}
	return s
}

// Restore goes to a state.
func (p *PrefetchingIter) Restore(s State) error {
	if len(s.Inner) != len(p.iters) || p.closed {
		return fmt.Errorf("mxio: PrefetchingIter: the state of %d iterators does not fit %d, or it was closed", len(s.Inner), len(p.iters))
	}
	p.settle()
	for i, it := range p.iters {
		r, ok := it.(Resumer)
		if !ok {
			return fmt.Errorf("mxio: PrefetchingIter: iterator %d, a %T, cannot go on from a state", i, it)
		}
		if err := r.Restore(s.Inner[i]); err != nil {
			return err
		}
	}
	return nil
}

// ProvideData describes the inputs of all iterators, one after the other.
func (p *PrefetchingIter) ProvideData() []DataDesc { return p.data }

// ProvideLabel describes the labels of all iterators.
func (p *PrefetchingIter) ProvideLabel() []DataDesc { return p.label }

// BatchSize is the number of rows of a batch.
func (p *PrefetchingIter) BatchSize() int { return p.iters[0].BatchSize() }

// Close ends the background work. A second Close does nothing.
func (p *PrefetchingIter) Close() error {
	if !p.closed {
		p.closed = true
		p.cancel()
		p.done.Wait()
		p.started = false
	}
	return nil
}

var (
	_ Shuffler = (*PrefetchingIter)(nil)
	_ Resumer  = (*PrefetchingIter)(nil)
)
