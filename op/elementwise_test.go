package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// TestWholeNumbers: functions that go through fractions round at the end only, as in MXNet.
func TestWholeNumbers(t *testing.T) {
	for name, want := range map[string][]float64{
		"degrees": {57, 229}, "radians": {0, 0}, "rcbrt": {1, 0}, "sqrt": {1, 2}, "square": {1, 16}, "softsign": {0, 0}, "reciprocal": {1, 0},
	} {
		u, err := newUnit(name, "", s{2})
		require.NoError(t, err)
		u.inT, u.outT = []op.DType{backend.Int32}, []op.DType{backend.Int32}
		p, err := u.compile(false, false)
		require.NoError(t, err)
		got, err := p.run([][]float64{{1, 4}}, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, want, got.out[0], name)
	}
}
