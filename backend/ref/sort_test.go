package ref_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func sorted[T any](t *testing.T, x []T, dt backend.DType, descend bool) ([]T, []int32) {
	t.Helper()
	p := program(t, backend.Infer, func(b *backend.Builder) {
		v := b.Arg("x", backend.In, backend.Shape{len(x)}, dt)
		b.Arg("values", backend.Out, backend.Shape{len(x)}, dt)
		b.Arg("order", backend.Out, backend.Shape{len(x)}, backend.Int32)
		values, order := b.Sort(v, -1, descend)
		b.Write("values", values)
		b.Write("order", order)
	})
	values, order := make([]T, len(x)), make([]int32, len(x))
	require.NoError(t, bind(t, compile(t, p, backend.Options{}), backend.Infer, region(x), region(values), region(order)).Run())
	return values, order
}

// Equal elements keep their order, NaNs come last, and no integer is rounded.
func TestSort(t *testing.T) {
	nan, inf, zero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	x := []float64{1, nan, 0, inf, zero, -inf, 1, nan, zero}
	_, order := sorted(t, x, backend.Float64, false)
	assert.Equal(t, []int32{5, 2, 4, 8, 0, 6, 3, 1, 7}, order)
	values, order := sorted(t, x, backend.Float64, true)
	assert.Equal(t, []int32{3, 0, 6, 2, 4, 8, 5, 1, 7}, order)
	assert.True(t, math.Signbit(values[4]) && !math.Signbit(values[3]), "zeros keep their signs")

	big := []int64{1<<53 + 1, 1 << 53, math.MaxInt64, math.MinInt64, 1<<53 + 1, -1<<53 - 1, -1 << 53}
	ints, order := sorted(t, big, backend.Int64, false)
	assert.Equal(t, []int64{math.MinInt64, -1<<53 - 1, -1 << 53, 1 << 53, 1<<53 + 1, 1<<53 + 1, math.MaxInt64}, ints)
	assert.Equal(t, []int32{3, 5, 6, 1, 0, 4, 2}, order)
	_, order = sorted(t, []uint8{200, 7, 200, 0}, backend.Uint8, true)
	assert.Equal(t, []int32{0, 2, 1, 3}, order)
	half := []uint16{0x3c00, 0xfc00, 0x7e00, 0xbc00} // 1, −Inf, NaN, −1
	_, order = sorted(t, half, backend.Float16, true)
	assert.Equal(t, []int32{0, 3, 1, 2}, order)
}
