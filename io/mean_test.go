package mxio_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
)

// The mean of recorded pictures has the bits, and its file the bytes, of what MXNet 1.9.1 made of them.
func TestMeanImageIsMXNets(t *testing.T) {
	pixels, err := ndarray.LoadList("testdata/mean/pixels.params")
	require.NoError(t, err)
	want, err := os.ReadFile("testdata/mean/mean.bin")
	require.NoError(t, err)
	for _, batch := range []int{24, 7, 1} { // 7: the last batch has rows that do not count
		it, err := mxio.NewNDArrayIter(mxio.FromNDArray(pixels[0]), nil, mxio.BatchSize(batch))
		require.NoError(t, err)
		for range 2 { // a second pass, after Reset
			mean, err := mxio.MeanImage(context.Background(), it)
			require.NoError(t, err)
			assert.Equal(t, pixels[0].Shape()[1:], mean.Shape())
			path := filepath.Join(t.TempDir(), "mean.bin")
			require.NoError(t, mxio.SaveMeanImage(path, mean))
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, want, got)
			again, err := mxio.LoadMeanImage(path)
			require.NoError(t, err)
			assert.Equal(t, mean.Float32(), again.Float32())
		}
	}
}

// Files of other names and types are read; of other numbers and shapes they are refused.
func TestMeanImageFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mean.nd")
	whole := ndarray.Array([]float64{1, 2, 3, 4}, backend.Shape{1, 2, 2})
	for _, arrays := range []any{whole, map[string]*ndarray.NDArray{"other": whole}} {
		require.NoError(t, ndarray.Save(path, arrays))
		mean, err := mxio.LoadMeanImage(path)
		require.NoError(t, err)
		assert.Equal(t, []float32{1, 2, 3, 4}, mean.Float32())
	}
	require.NoError(t, mxio.SaveMeanImage(path, whole))
	for want, arrays := range map[string]any{
		"it has 2 arrays, want one":                         []*ndarray.NDArray{whole, whole},
		"its shape is (4,), want (channels, height, width)": ndarray.Array([]float32{1, 2, 3, 4}, backend.Shape{4}),
	} {
		require.NoError(t, ndarray.Save(path, arrays))
		_, err := mxio.LoadMeanImage(path)
		assert.ErrorContains(t, err, want)
	}
	_, err := mxio.LoadMeanImage(filepath.Join(t.TempDir(), "none.bin"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, mxio.SaveMeanImage(path, ndarray.Array([]float32{1}, backend.Shape{1})), "want (channels, height, width)")
	assert.Error(t, mxio.SaveMeanImage(filepath.Join(path, "x"), whole))
}

func TestMeanImageOfNothing(t *testing.T) {
	it, err := mxio.NewNDArrayIter(mxio.FromNDArray(ndarray.Array([]float32{1, 2}, backend.Shape{2, 1})), nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = mxio.MeanImage(ctx, it)
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, mxio.Each(context.Background(), it, func(*mxio.DataBatch) error { return nil }))
	_, err = mxio.MeanImage(context.Background(), it)
	assert.ErrorContains(t, err, "there are no examples")
}
