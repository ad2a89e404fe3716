package ndarray

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/stat"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

func TestRandom(t *testing.T) {
	Seed(7)
	u := Uniform(-2, 3, Shape{200, 500})
	n := Normal(1, 2, Shape{100000})
	mean, dev := stat.MeanStdDev(u.Float64(), nil)
	assert.InDelta(t, 0.5, mean, 0.02)
	assert.InDelta(t, 5/math.Sqrt(12), dev, 0.02)
	for _, v := range u.Float64() {
		if v < -2 || v > 3 {
			t.Fatalf("%v is not in -2 … 3", v)
		}
	}
	mean, dev = stat.MeanStdDev(n.Float64(), nil)
	assert.InDelta(t, 1, mean, 0.03)
	assert.InDelta(t, 2, dev, 0.03)
	again := Uniform(-2, 3, Shape{200, 500})
	assert.NotEqual(t, u.Float32(), again.Float32(), "every call draws other numbers")
	Seed(7)
	assert.Equal(t, u.Float32(), Uniform(-2, 3, Shape{200, 500}, On(device.CPU(1))).Float32(), "the same after the same seed, on any device")
	Seed(8)
	assert.NotEqual(t, u.Float32(), Uniform(-2, 3, Shape{200, 500}).Float32())
	assert.Equal(t, backend.Float64, Normal(0, 1, Shape{2}, Of(backend.Float64)).DType())
	assert.ErrorContains(t, Try(func() { Uniform(0, 1, Shape{2}, Of(backend.Int8)) }), "int8")
	assert.ErrorContains(t, Try(func() { Normal(0, 1, Shape{0}) }), "at least 1")
}

func TestRows(t *testing.T) {
	m := Array([]float64{1, 2, 3, 4, math.NaN(), 6}, Shape{2, 3})
	at := Array([]int{2, 0}, nil, Of(backend.Int32))
	assert.Equal(t, []float32{3, 4}, ChooseElement0Index(m, at).Float32(), "NaN beside the chosen element does not matter")
	filled := FillElement0Index(m, Array([]int{9, 8}, nil), Array([]int{0, 1}, nil))
	assert.Equal(t, []float32{9, 2, 3, 4, 8, 6}, filled.Float32())
	out := Full(Shape{2, 3}, 7)
	assert.Same(t, out, OnehotEncode(at, out))
	assert.Equal(t, []float32{0, 0, 1, 1, 0, 0}, out.Float32())
	assert.ErrorContains(t, Try(func() { ChooseElement0Index(m, Zeros(Shape{3})) }), "(3,) numbers for the rows of (2,3), want (2,)")
	assert.ErrorContains(t, Try(func() { OnehotEncode(at, Zeros(Shape{2})) }), "want two axes")
	assert.Equal(t, []float32{1, 2, 1, 2}, Concatenate([]*NDArray{Array([]int{1, 2}, nil), Array([]int{1, 2}, nil)}, 0).Float32())
	assert.Equal(t, []float32{1, 1, 2, 2}, Array([]int{1, 2}, Shape{2, 1}).BroadcastTo(2, 2).Float32())
	assert.Equal(t, Shape{2, 2, 1}, Zeros(Shape{2, 1}).BroadcastTo(2, 2, 1).Shape())
	assert.Error(t, Try(func() { Zeros(Shape{2, 3}).BroadcastTo(3, 3) }))
}
