package dataset

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
)

// iterConfig is what MNIST makes its iterators with.
type iterConfig struct {
	dir   string
	batch int
	seed  int64
	more  []mxio.Option
}

// Dir is the folder that MNIST looks into first and keeps a download in, as FindMNIST's dir.
func Dir(path string) Option { return func(c *config) { c.iter.dir = path } }

// Batch is the number of examples in a batch; 128 unless given.
func Batch(n int) Option { return func(c *config) { c.iter.batch = n } }

// Seed decides how the training examples are mixed; 0 unless given.
func Seed(seed int64) Option { return func(c *config) { c.iter.seed = seed } }

// Flat makes batches of vectors (N,784) instead of pictures (N,1,28,28).
func Flat() Option { return func(c *config) { c.iter.more = append(c.iter.more, mxio.Flat()) } }

// On makes the batches on a device; cpu(0) unless given.
func On(ctx device.Context) Option {
	return func(c *config) { c.iter.more = append(c.iter.more, mxio.On(ctx)) }
}

// MNIST finds MNIST as FindMNIST does and gives iterators over its examples to train with and to validate with. Pixels
// are over 256, as MXNet's MNISTIter has them. Training mixes the examples in every epoch and drops a last batch that is
// not full; validation pads it, so that each of its examples counts once.
func MNIST(ctx context.Context, opts ...Option) (train, val *mxio.NDArrayIter, err error) {
	c := newConfig(opts)
	if c.iter.batch == 0 {
		c.iter.batch = 128
	}
	trainSet, valSet, err := LoadMNIST(ctx, c.iter.dir, opts...)
	if err != nil {
		return nil, nil, err
	}
	common := append([]mxio.Option{mxio.BatchSize(c.iter.batch)}, c.iter.more...)
	train, err = mxio.MNISTFrom(trainSet.Images, trainSet.Labels, slices.Concat(common, []mxio.Option{mxio.Shuffle(c.iter.seed)})...)
	if err != nil {
		return nil, nil, fmt.Errorf("dataset: %w", err)
	}
	val, err = mxio.MNISTFrom(valSet.Images, valSet.Labels, slices.Concat(common, []mxio.Option{mxio.LastBatch(mxio.Pad)})...)
	if err != nil {
		return nil, nil, fmt.Errorf("dataset: %w", err)
	}
	return train, val, nil
}
