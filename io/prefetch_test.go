package mxio

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func prefetching(t *testing.T, iters ...DataIter) *PrefetchingIter {
	t.Helper()
	p, err := NewPrefetchingIter(iters...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	return p
}

// TestPrefetchSame: the same batches as without, over several epochs and with epochs cut short.
func TestPrefetchSame(t *testing.T) {
	for _, h := range []LastBatchHandle{Pad, Discard, RollOver} {
		fresh := func() *NDArrayIter { return ofCounting(t, 23, BatchSize(4), Shuffle(3), LastBatch(h)) }
		plain, p := fresh(), prefetching(t, fresh())
		for range 4 {
			assert.Equal(t, collect(t, plain), collect(t, p))
			plain.Reset()
			p.Reset()
		}
		for n := range 4 { // Reset after n batches
			for range n {
				_, err := plain.Next(t.Context())
				require.NoError(t, err)
				_, err = p.Next(t.Context())
				require.NoError(t, err)
			}
			plain.Reset()
			p.Reset()
			assert.Equal(t, plain.State(), p.State().Inner[0])
			assert.Equal(t, collect(t, plain), collect(t, p))
			plain.Reset()
			p.Reset()
		}
		plain.SetEpoch(1)
		p.SetEpoch(1)
		assert.Equal(t, collect(t, plain), collect(t, p))
	}
}

// TestPrefetchRename: iterators whose arrays have the same names are joined under others.
func TestPrefetchRename(t *testing.T) {
	_, err := NewPrefetchingIter(ofCounting(t, 8, BatchSize(4)), ofCounting(t, 8, BatchSize(4)))
	require.ErrorContains(t, err, `two inputs are called "data"`)
	p, err := NewRenamingPrefetchingIter([]Rename{{Data: map[string]string{"data": "left"}}, {Label: map[string]string{"softmax_label": "other"}}},
		ofCounting(t, 8, BatchSize(4)), ofCounting(t, 8, BatchSize(4)))
	require.NoError(t, err)
	defer p.Close()
	var names []string
	for _, d := range append(p.ProvideData(), p.ProvideLabel()...) {
		names = append(names, d.Name)
	}
	assert.Equal(t, []string{"left", "data", "softmax_label", "other"}, names)
	b, err := p.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, b.Data[0].Float32(), b.Data[1].Float32())
	_, err = NewRenamingPrefetchingIter([]Rename{{}, {}}, ofCounting(t, 8))
	assert.ErrorContains(t, err, "2 renamings for 1 iterators")
}

// TestPrefetchState: the state is that of what was given, not of what was made ahead.
func TestPrefetchState(t *testing.T) {
	fresh := func() *PrefetchingIter {
		r, err := NewResizeIter(ofCounting(t, 23, BatchSize(4), Shuffle(3)), 9, false)
		require.NoError(t, err)
		return prefetching(t, r)
	}
	it := fresh()
	for range 14 {
		if _, err := it.Next(t.Context()); err == io.EOF {
			it.Reset()
		}
		s := it.State()
		again := fresh()
		require.NoError(t, again.Restore(s))
		assert.Equal(t, s, again.State())
		want := collect(t, again)
		require.NoError(t, it.Restore(s))
		got := collect(t, it)
		assert.Equal(t, want, got)
		require.NoError(t, it.Restore(s))
	}
	assert.ErrorContains(t, it.Restore(State{}), "the state of 0 iterators does not fit 1")
}

// TestPrefetchKeepsBatch: a batch stays as it is while the next one is made.
func TestPrefetchKeepsBatch(t *testing.T) {
	p := prefetching(t, ofCounting(t, 1000, BatchSize(5)))
	for i := range 200 {
		b, err := p.Next(t.Context())
		require.NoError(t, err)
		if i%50 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
		assert.Equal(t, float32(5*i), b.Data[0].Data32()[0])
		assert.Equal(t, 5*i+4, b.Index[4])
	}
}

func TestPrefetchSeveral(t *testing.T) {
	named := func(n int, x, y string, opts ...Option) *NDArrayIter {
		return ofCounting(t, n, append(opts, BatchSize(4), DataName(x), LabelName(y))...)
	}
	p := prefetching(t, named(10, "a", "la"), named(10, "b", "lb"))
	assert.Equal(t, 4, p.BatchSize())
	assert.Equal(t, []string{"a", "b", "la", "lb"}, []string{p.ProvideData()[0].Name, p.ProvideData()[1].Name, p.ProvideLabel()[0].Name, p.ProvideLabel()[1].Name})
	b, err := p.Next(t.Context())
	require.NoError(t, err)
	assert.Len(t, b.Data, 2)
	assert.Equal(t, b.Data[0].Float32(), b.Data[1].Float32())
	assert.Len(t, collect(t, p).rows, 2)

	_, err = NewPrefetchingIter(named(10, "a", "l"), named(10, "a", "m"))
	assert.ErrorContains(t, err, `two inputs are called "a"`)
	_, err = NewPrefetchingIter(named(10, "a", "l"), named(10, "b", "m", BatchSize(4)), ofCounting(t, 3))
	assert.ErrorContains(t, err, "batch sizes are 4 and 1")
	_, err = NewPrefetchingIter()
	assert.ErrorContains(t, err, "there is no iterator")

	for _, other := range []int{12, 13} {
		p = prefetching(t, named(10, "a", "l"), named(other, "b", "m"))
		err = Each(t.Context(), p, func(*DataBatch) error { return nil })
		assert.ErrorContains(t, err, "iterators differ in length")
	}
}

// slow is an iterator that takes its time and fails.
type slow struct {
	*NDArrayIter
	gate chan struct{}
	err  error
}

func (s *slow) Next(ctx context.Context) (*DataBatch, error) {
	select {
	case <-s.gate:
		if s.err != nil {
			return nil, s.err
		}
		return s.NDArrayIter.Next(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hidden has no method of its iterator but those of DataIter.
type hidden struct{ DataIter }

func TestPrefetchContext(t *testing.T) {
	s := &slow{ofCounting(t, 10, BatchSize(4)), make(chan struct{}), nil}
	p := prefetching(t, hidden{s})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	_, err := p.Next(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	s.gate <- struct{}{}
	b, err := p.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, float32(0), b.Data[0].Float32()[0], "nothing was lost")
	require.NoError(t, p.Close(), "Close does not wait for a batch that never comes")
	_, err = p.Next(t.Context())
	assert.ErrorContains(t, err, "it was closed")
	p.Reset()
	p.SetEpoch(1)
	assert.ErrorContains(t, p.Restore(State{Inner: []State{{}}}), "or it was closed")
}

// TestPrefetchResetOfFreshEpoch: a batch that was made but never given does not begin an epoch.
func TestPrefetchResetOfFreshEpoch(t *testing.T) {
	p := prefetching(t, ofCounting(t, 10, BatchSize(4), Shuffle(1)))
	p.start() // as Next does before its context ends
	p.Reset()
	assert.Equal(t, State{Inner: []State{{}}}, p.State())
}

func TestPrefetchError(t *testing.T) {
	s := &slow{ofCounting(t, 10, BatchSize(4)), make(chan struct{}, 1), errors.New("disk on fire")}
	p := prefetching(t, hidden{s})
	s.gate <- struct{}{}
	_, err := p.Next(t.Context())
	assert.EqualError(t, err, "disk on fire")
	s.err = nil
	s.gate <- struct{}{}
	_, err = p.Next(t.Context())
	assert.NoError(t, err)
}

func TestPrefetchAllocatesNothing(t *testing.T) {
	p := prefetching(t, ofCounting(t, 100, BatchSize(4), Shuffle(1)))
	ctx := context.Background()
	step := func() {
		if _, err := p.Next(ctx); err == io.EOF {
			p.Reset()
		}
	}
	for range 60 {
		step()
	}
	assert.Zero(t, testing.AllocsPerRun(100, step))
}
