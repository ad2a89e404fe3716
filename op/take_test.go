package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// take with mode raise fails where another index would be taken instead.
func TestTakeRaises(t *testing.T) {
	u, err := newUnit("take", "mode=raise", s{4}, s{2})
	require.NoError(t, err)
	p, err := u.compile(false, true)
	require.NoError(t, err)
	got, err := p.run([][]float64{{10, 11, 12, 13}, {3, 1.5}}, nil, [][]float64{{5, 7}})
	require.NoError(t, err)
	assert.Equal(t, []float64{13, 11}, got.out[0])
	assert.Equal(t, []float64{0, 7, 0, 5}, got.grad[0])
	for _, bad := range []float64{-1, 4} {
		_, err = p.run([][]float64{{10, 11, 12, 13}, {0, bad}}, nil, [][]float64{{5, 7}})
		assert.ErrorContains(t, err, "is outside of 0 to 3; mode clip takes the nearest index, wrap counts around")
	}
}
