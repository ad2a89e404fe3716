package dataset

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
)

// TestMNIST makes iterators over another data set in MNIST's form.
func TestMNIST(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.fill(t, dir, true)
	train, val, err := MNIST(t.Context(), Dir(dir), Batch(64), Seed(3), On(device.CPU(0)))
	require.NoError(t, err)
	assert.Equal(t, "data(64,1,20,20)", train.ProvideData()[0].String())
	count := func(it mxio.DataIter) (batches, examples int, rows []int) {
		require.NoError(t, mxio.Each(t.Context(), it, func(b *mxio.DataBatch) error {
			batches++
			examples += b.Valid()
			rows = append(rows, b.Index[:b.Valid()]...)
			return nil
		}))
		return
	}
	batches, examples, first := count(train)
	assert.Equal(t, []int{4, 256}, []int{batches, examples})
	train.Reset()
	_, _, second := count(train)
	assert.NotEqual(t, first, second)
	batches, examples, rows := count(val)
	assert.Equal(t, []int{4, 200}, []int{batches, examples})
	assert.IsIncreasing(t, rows, "validation keeps the order")

	train, _, err = MNIST(t.Context(), Dir(dir), Flat())
	require.NoError(t, err)
	assert.Equal(t, "data(128,400)", train.ProvideData()[0].String())
	_, _, err = MNIST(t.Context(), Dir(dir), Batch(-1))
	assert.ErrorContains(t, err, "dataset: mxio: MNISTIter: batch size is -1")
	_, _, err = MNIST(t.Context(), Dir(t.TempDir()))
	assert.Error(t, err)
}
