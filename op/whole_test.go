package op_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// TestWhole holds operators on whole and on 16-bit numbers to what MXNet 1.9.1 gives.
func TestWhole(t *testing.T) {
	for _, c := range []struct {
		of     backend.DType
		op     string
		params string
		in     string
		out    string
	}{
		{backend.Uint8, "_maximum_scalar", "scalar=-1.5", "0 7 255", "255 255 255"},
		{backend.Uint8, "_greater_scalar", "scalar=-2", "0 254 255", "0 0 1"},
		{backend.Uint8, "_rdiv_scalar", "scalar=300", "2 3 44", "22 14 1"},
		{backend.Int8, "_rmod_scalar", "scalar=300", "7 -6 5", "2 -4 4"},
		{backend.Int32, "_power_scalar", "scalar=-2", "1 2 0", "1 0 -2147483648"},
		{backend.Int64, "_rpower_scalar", "scalar=300", "1 5 2", "300 2429999906816 90000"},
		{backend.Int32, "_plus_scalar", "scalar=2.5; is_int=False", "-1 0 3", "1.5 2.5 5.5"},
		{backend.Float16, "_equal_scalar", "scalar=1.7", "1.7 1 2", "1 0 0"},
		{backend.Int32, "sqrt", "", "-1 4 8", "-2147483648 2 2"},
		{backend.Int32, "exp", "", "20 27 -1", "485165195 -2147483648 0"},
		{backend.Int32, "erf", "", "4 9 -4", "0 1 0"},
		{backend.Int64, "reciprocal", "", "0 1 -1", "-9223372036854775808 1 -1"},
		{backend.Int32, "smooth_l1", "", "-3 1 2", "2 0 1"},
		{backend.Uint8, "clip", "a_min=-1; a_max=300", "0 7 255", "0 7 255"},
		{backend.Int32, "clip", "a_min=-inf; a_max=2.5", "-7 2 3", "-7 2 2"},
		{backend.Int32, "clip", "a_min=1; a_max=-1", "-2 0 2", "1 -1 -1"},
		{backend.Float32, "Cast", "dtype=int32", "3e9 nan -1.9", "-2147483648 -2147483648 -1"},
		{backend.Float32, "Cast", "dtype=uint8", "300 -1.9 3e9", "44 255 0"},
		{backend.Int32, "amp_cast", "dtype=float16", "70000 1 2", "70000 1 2"},
		{backend.Float32, "sign", "", "nan -2 0", "0 -1 0"},
	} {
		u, err := newUnitOf(c.of, c.op, c.params, s{3})
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err, c.op)
		got, err := p.run([][]float64{numbers(t, c.in)}, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, numbers(t, c.out), got.out[0], "%s", strings.Join([]string{c.of.String(), c.op, c.params}, " "))
	}
}
