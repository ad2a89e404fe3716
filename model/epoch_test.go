package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// watched notes when batches are asked for, and can fail instead of giving one.
type watched struct {
	*mxio.NDArrayIter
	note   func(string)
	n      int
	failAt int
}

var errDisk = errors.New("disk on fire")

func (w *watched) Next(ctx context.Context) (*mxio.DataBatch, error) {
	w.n++
	if w.n == w.failAt {
		return nil, errDisk
	}
	b, err := w.NDArrayIter.Next(ctx)
	if err == nil {
		w.note("next")
	} else {
		w.note("end of data")
	}
	return b, err
}

func (w *watched) Reset() {
	w.note("reset")
	w.NDArrayIter.Reset()
}

// watch is a Fit on n batches whose events are noted.
func watch(n int, options ...Option) (m *FeedForward, data *watched, events *[]string, callback FitOption) {
	events = &[]string{}
	note := func(what string) { *events = append(*events, what) }
	data = &watched{NDArrayIter: pictures(n, 4, 12), note: note}
	m = NewFeedForward(zoo.MLP(10), append([]Option{silent()}, options...)...)
	return m, data, events, OnBatchEnd(BatchFunc(func(b *BatchEnd) { note(fmt.Sprint("callback ", b.Batch)) }))
}

// The next batch is fetched before the callbacks of the one before, whose parameters nothing has changed yet.
func TestTheNextBatchIsFetchedAhead(t *testing.T) {
	m, data, events, callback := watch(3)
	require.NoError(t, m.Fit(context.Background(), data, callback))
	assert.Equal(t, []string{"next", "next", "callback 1", "next", "callback 2", "end of data", "callback 3"}, *events)
}

// Metrics get the labels of their own batch, though the iterator has written the next ones into the same array.
func TestLabelsOfTheBatch(t *testing.T) {
	m, data, _, _ := watch(5)
	var seen, want []float32
	measure := metric.Custom("labels", func(label, _ *ndarray.NDArray) (float64, int, error) {
		seen = append(seen, label.Float32()...)
		return 0, 1, nil
	})
	require.NoError(t, m.Fit(context.Background(), data, Metric(measure)))
	data.SetEpoch(0)
	require.NoError(t, mxio.Each(context.Background(), data, func(b *mxio.DataBatch) error {
		want = append(want, b.Label[0].Float32()...)
		return nil
	}))
	assert.Equal(t, want, seen)
}

// An epoch that ends by its size takes no batch from the next one.
func TestEpochSizeTakesNoMore(t *testing.T) {
	m, data, events, callback := watch(3, EpochSize(2), Epochs(3))
	require.NoError(t, m.Fit(context.Background(), data, callback))
	assert.Equal(t, []string{"next", "next", "callback 1", "callback 2",
		"next", "end of data", "reset", "next", "callback 1", "callback 2",
		"next", "next", "callback 1", "callback 2"}, *events)
}

// Epochs that end by their size leave the data in the middle: that is where resuming goes on.
func TestEpochSizeResumes(t *testing.T) {
	dir := t.TempDir()
	options := func(epochs int) []Option {
		return []Option{EpochSize(3), Epochs(epochs), Optimizer(optimizer.SGD{Momentum: 0.9}), silent()}
	}
	fit := func(m *FeedForward, prefix string, stopAt int) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		n := 0
		stop := BatchFunc(func(*BatchEnd) {
			if n++; n == stopAt {
				cancel()
			}
		})
		err := m.Fit(ctx, pictures(5, 4, 12), Checkpoint(prefix), OnBatchEnd(stop))
		if stopAt == 0 {
			require.NoError(t, err)
		}
	}
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	fit(NewFeedForward(zoo.MLP(10), options(5)...), a, 0)
	fit(NewFeedForward(zoo.MLP(10), options(2)...), b, 0)
	m, err := Load(b, 2, options(5)...)
	require.NoError(t, err)
	fit(m, b, 0)
	fit(NewFeedForward(zoo.MLP(10), options(5)...), c, 5)
	m, err = LoadInterrupted(c, options(5)...)
	require.NoError(t, err)
	fit(m, c, 0)
	for _, end := range []string{"-0005.params", "-0005.states"} {
		assert.Equal(t, read(t, a+end), read(t, b+end), end)
		assert.Equal(t, read(t, a+end), read(t, c+end), "interrupted, %s", end)
	}
}

// What is wrong with a batch is told after the callbacks of the one before, and what is wrong with that comes first.
func TestErrorsComeInOrder(t *testing.T) {
	m, data, events, callback := watch(3)
	data.failAt = 3
	err := m.Fit(context.Background(), data, callback)
	require.ErrorIs(t, err, errDisk)
	assert.ErrorContains(t, err, "epoch 0, batch 2: disk on fire")
	assert.Equal(t, []string{"next", "next", "callback 1", "callback 2"}, *events)

	m, data, _, _ = watch(3, Initializer(hot{}))
	data.failAt = 2
	assert.ErrorContains(t, m.Fit(context.Background(), data), "epoch 0, batch 1: the output is not finite")
}

// A callback that ends the context stops Fit behind its own batch, though the next was fetched already.
func TestCancelInACallback(t *testing.T) {
	m, data, events, callback := watch(4)
	ctx, cancel := context.WithCancel(context.Background())
	before := ""
	stop := BatchFunc(func(b *BatchEnd) {
		if b.Batch == 2 {
			before = fmt.Sprint(m.Params.Args["fc1_weight"].Float32())
			cancel()
		}
	})
	err := m.Fit(ctx, data, callback, OnBatchEnd(stop))
	require.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "interrupted in epoch 0 after batch 2")
	assert.Equal(t, []string{"next", "next", "callback 1", "next", "callback 2"}, *events)
	assert.Equal(t, before, fmt.Sprint(m.Params.Args["fc1_weight"].Float32()), "no step after the last callback")
}

// hot makes weights that no output survives.
type hot struct{ initializer.Zero }

// Fill writes NaN.
func (hot) Fill(_ *initializer.Desc, dst []float32) error {
	for i := range dst {
		dst[i] = float32(math.NaN())
	}
	return nil
}
