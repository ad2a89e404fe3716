package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Matrices without the factors asked for end the run, and the error tells which one.
func TestMatricesWithoutFactors(t *testing.T) {
	for name, c := range map[string]struct {
		in  []float64
		err string
	}{
		"_linalg_inverse": {[]float64{1, 0, 0, 1, 1, 2, 2, 4}, "inverse: matrix 1 of A is singular: it has no inverse"},
		"_linalg_potri":   {[]float64{0, 0, 0, 1, 1, 0, 0, 1}, "potri: matrix 0 of A is singular: it has no inverse"},
		"_linalg_potrf":   {[]float64{1, 0, 0, 1, 1, 2, 2, 1}, "potrf: matrix 1 of A is not positive definite"},
	} {
		u, err := newUnit(name, "", s{2, 2, 2})
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err)
		_, err = p.run([][]float64{c.in}, nil, nil)
		assert.ErrorContains(t, err, c.err)
	}
}
