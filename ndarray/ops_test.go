package ndarray

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/with"
)

// Layers as eager calls: several outputs, inputs left out, auxiliary states, labels, random numbers.
func TestLayers(t *testing.T) {
	x := Array(count(8), Shape{2, 1, 2, 2})
	w := Ones(Shape{1, 1, 2, 2})
	assert.Equal(t, []float32{6, 22}, Convolution(x, w, nil, 1, with.Kernel(2, 2), with.NoBias(true)).Float32())
	assert.Equal(t, []float32{7, 23}, Convolution(x, w, Ones(Shape{1}), 1, with.Kernel(2, 2)).Float32())
	assert.Equal(t, []float32{3, 7}, Pooling(x, with.Kernel(2, 2), with.PoolMax).Float32())
	assert.Equal(t, []float32{0, 1, 4, 5}, SliceChannel(x, 2, with.Axis(2))[0].Float32())
	assert.Equal(t, Shape{2, 4}, Flatten(x).Shape())
	dropped := Dropout(x, with.P(0.5))
	assert.Equal(t, x.Float32(), dropped.Float32(), "outside of training nothing is dropped")
	dropped.Fill(0)
	assert.Equal(t, count(8), x.Float32(), "the result has memory of its own")
	p := SoftmaxOutput(Zeros(Shape{2, 4}), Zeros(Shape{2}))
	assert.Equal(t, Full(Shape{2, 4}, 0.25).Float32(), p.Float32())

	gamma, mean, variance := Full(Shape{1}, 3), Ones(Shape{1}), Ones(Shape{1})
	y := BatchNorm(x, gamma, Zeros(Shape{1}), mean, variance, with.Eps(0))
	assert.InDeltaSlice(t, []float32{-1, 0, 1, 2, 3, 4, 5, 6}, y.Float32(), 1e-6)
	assert.Equal(t, 1.0, mean.Scalar(), "moving statistics stay outside of training")
	assert.Equal(t, 1.0, gamma.Scalar(), "fix_gamma writes it, as in MXNet")
	gamma.Fill(3)
	y = BatchNorm(x, gamma, Zeros(Shape{1}), mean, variance, with.Eps(0), with.FixGamma(false))
	assert.InDelta(t, 18, y.Float32()[7], 1e-4)
}

// Run-time numbers: the plan is the same, the number is that of the call or the default.
func TestRuntimeNumbers(t *testing.T) {
	x := Array([]float64{-1, 2}, nil)
	assert.Equal(t, []float32{-1, 1}, Clip(x, -5, 1).Float32())
	assert.Equal(t, []float32{0, 2}, Clip(x, 0, 5).Float32())
	assert.Equal(t, []float32{-0.5, 2}, LeakyReLU(x, with.Slope(0.5)).Float32())
	assert.Equal(t, []float32{-0.25, 2}, LeakyReLU(x).Float32(), "the default after another number")
	assert.Equal(t, backend.Float64, Cast(x, backend.Float64).DType())
}

func TestNamedInputs(t *testing.T) {
	x := Array([]float64{-1, 2, -3, 4}, Shape{2, 2})
	slope := Array([]float64{0.5, 2}, nil)
	assert.Equal(t, []float32{-0.5, 2, -1.5, 4}, LeakyReLU(x, with.LeakyPrelu, Input("gamma", slope)).Float32())
	w := Ones(Shape{1, 2})
	assert.Equal(t, []float32{1, 1}, FullyConnected(x, nil, nil, 1, with.NoBias(true), Input("weight", w)).Float32())
	assert.ErrorContains(t, Try(func() { Relu(x, Input("dta", x)) }), `has no input "dta"; there are [data]`)
	assert.ErrorContains(t, Try(func() { Relu(x, Input("data", x)) }), `input "data" is given twice`)
}
