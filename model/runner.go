package model

import (
	"context"
	"errors"
	"fmt"
	"io"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/with"
)

// runner runs a network forward, without training: what scoring and predicting need.
type runner interface {
	// run gives the outputs of a batch on the host; the next run overwrites them.
	run(b *mxio.DataBatch) ([]*ndarray.NDArray, error)
}

// eachBatch hands fn each batch of the data, from its beginning, with its outputs; at most limit batches when limit > 0.
func eachBatch(ctx context.Context, r runner, it mxio.DataIter, limit int, fn func(b *mxio.DataBatch, outs []*ndarray.NDArray) error) error {
	it.Reset()
	for n := 0; limit <= 0 || n < limit; n++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("model: stopped after %d batches: %w", n, context.Cause(ctx))
		}
		b, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("model: batch %d: %w", n, err)
		}
		outs, err := r.run(b)
		if err != nil {
			return fmt.Errorf("model: batch %d: %w", n, err)
		}
		if err := fn(b, outs); err != nil {
			return fmt.Errorf("model: batch %d: %w", n, err)
		}
	}
	return nil
}

// measure updates a metric with all data; padding does not count.
func measure(ctx context.Context, r runner, it mxio.DataIter, em metric.EvalMetric, limit int) error {
	return eachBatch(ctx, r, it, limit, func(b *mxio.DataBatch, outs []*ndarray.NDArray) error {
		return em.UpdateValid(b.Label, outs, b.Valid())
	})
}

// ScoreOption sets something about one Score.
type ScoreOption func(*scoring)

type scoring struct {
	metric metric.EvalMetric
	limit  int
}

// ScoreBy chooses the metric; default accuracy.
func ScoreBy(m metric.EvalMetric) ScoreOption { return func(s *scoring) { s.metric = m } }

// ScoreBatches looks at the first n batches only.
func ScoreBatches(n int) ScoreOption { return func(s *scoring) { s.limit = n } }

func score(ctx context.Context, r runner, it mxio.DataIter, options []ScoreOption) (float64, error) {
	s := scoring{metric: metric.Accuracy()}
	for _, o := range options {
		o(&s)
	}
	s.metric.Reset()
	if err := measure(ctx, r, it, s.metric, s.limit); err != nil {
		return 0, err
	}
	return s.metric.Values()[0].Value, nil
}

// unpadded are copies of a batch's outputs without the rows of padding.
func unpadded(b *mxio.DataBatch, outs []*ndarray.NDArray) []*ndarray.NDArray {
	list := make([]*ndarray.NDArray, len(outs))
	for i, o := range outs {
		n := o.Shape()[0] // a multiple of the batch where the network folds axes into the first
		list[i] = o.Slice(0, n-(b.Size()-b.Valid())*n/b.Size()).Copy()
	}
	return list
}

// predict joins each output for all examples.
func predict(ctx context.Context, r runner, it mxio.DataIter) ([]*ndarray.NDArray, error) {
	var parts [][]*ndarray.NDArray // by output, by batch
	err := eachBatch(ctx, r, it, 0, func(b *mxio.DataBatch, outs []*ndarray.NDArray) error {
		if parts == nil {
			parts = make([][]*ndarray.NDArray, len(outs))
		}
		for i, o := range unpadded(b, outs) {
			parts[i] = append(parts[i], o)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if parts == nil {
		return nil, errors.New("model: Predict: the data has no batch")
	}
	all := make([]*ndarray.NDArray, len(parts))
	err = ndarray.Try(func() {
		for i, p := range parts {
			all[i] = ndarray.Concat(p, with.Dim(0))
		}
	})
	return all, err
}
