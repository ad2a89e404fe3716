package op_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSamplerNowhere: a place that is not a number gives none, and its gradient does not reach the images.
func TestSamplerNowhere(t *testing.T) {
	u, err := newUnit("BilinearSampler", "", s{1, 1, 2, 2}, s{1, 2, 1, 2})
	require.NoError(t, err)
	p, err := u.compile(true, true)
	require.NoError(t, err)
	nan := math.NaN()
	got, err := p.run([][]float64{{1, 2, 3, 4}, {nan, -1, nan, 1}}, nil, [][]float64{{1, 1}})
	require.NoError(t, err)
	assert.True(t, math.IsNaN(got.out[0][0]))
	assert.Equal(t, 3.0, got.out[0][1])
	assert.Equal(t, []float64{0, 0, 1, 0}, got.grad[0])
}
