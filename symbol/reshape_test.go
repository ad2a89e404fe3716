package symbol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

type shapesOf = map[string]backend.Shape

func reshapable(t *testing.T) *symbol.Executor {
	net := symbol.SoftmaxOutput(symbol.FullyConnected(symbol.Variable("data"), 3, with.Name("fc")), with.Name("sm"))
	e, err := net.SimpleBind(device.CPU(0), symbol.GradWrite, shapesOf{"data": {4, 5}})
	require.NoError(t, err)
	set(t, e.Arg("data"), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)
	e.Arg("fc_weight").Fill(1)
	return e
}

// TestReshape: arrays are shared, smaller ones are the beginning of the memory, as in MXNet.
func TestReshape(t *testing.T) {
	e := reshapable(t)
	r, err := e.Reshape(shapesOf{"data": {2, 5}, "sm_label": {2}}, symbol.ReshapeOptions{})
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, r.Arg("data").Float32())
	assert.Equal(t, backend.Shape{2, 3}, r.Outputs()[0].Shape())
	r.Arg("fc_weight").Fill(2)
	assert.Equal(t, float32(2), e.Arg("fc_weight").Float32()[14])
	r.Arg("data").Fill(7)
	assert.Equal(t, []float32{7, 10}, e.Arg("data").Float32()[9:11])
	require.NoError(t, r.Forward(true))
	require.NoError(t, r.Backward())
	assert.Equal(t, r.Grad("fc_weight").Float32(), e.Grad("fc_weight").Float32())
	assert.NotZero(t, e.Grad("fc_weight").Float32()[0])

	e.Close()
	require.NoError(t, r.Forward(false), "the arrays live on in the new executor")
	assert.Equal(t, float32(2), r.Arg("fc_weight").Float32()[0])
	r.Close()
}

func TestReshapeRefuses(t *testing.T) {
	e := reshapable(t)
	defer e.Close()
	for text, shapes := range map[string]shapesOf{
		"sm_label was (4,) and becomes (2,), though no shape was given":    {"data": {2, 5}},
		"data was (4,5) and becomes (8,5), which is larger":                {"data": {8, 5}, "sm_label": {8}},
		"fc_weight was (3,5) and becomes (3,4), though no shape was given": {"data": {4, 4}},
		`"nobody", which is not an argument`:                               {"nobody": {4, 4}},
	} {
		_, err := e.Reshape(shapes, symbol.ReshapeOptions{})
		assert.ErrorContains(t, err, text)
	}
	r, err := e.Reshape(shapesOf{"data": {8, 6}, "sm_label": {8}}, symbol.ReshapeOptions{PartialShaping: true, AllowUpSizing: true})
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, backend.Shape{3, 6}, r.Arg("fc_weight").Shape())
	assert.Equal(t, make([]float32, 18), r.Arg("fc_weight").Float32(), "a new array")
	r, err = e.Reshape(shapesOf{"data": {4, 4}}, symbol.ReshapeOptions{PartialShaping: true})
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, float32(1), r.Arg("fc_weight").Float32()[0], "the beginning of the old one")
}

// TestReshapeKeepsTypes: arrays keep their types, states are shared too.
func TestReshapeKeepsTypes(t *testing.T) {
	net := symbol.BatchNorm(symbol.Variable("data"), with.Name("bn"))
	e, err := net.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{
		Shapes: shapesOf{"data": {4, 2}}, Types: map[string]backend.DType{"data": backend.Float64}, Infer: true,
	}})
	require.NoError(t, err)
	defer e.Close()
	r, err := e.Reshape(shapesOf{"data": {1, 2}}, symbol.ReshapeOptions{})
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, backend.Float64, r.Arg("data").DType())
	require.NoError(t, r.Aux("bn_moving_var").CopyFrom(ndarray.Full(backend.Shape{2}, 3, ndarray.Of(backend.Float64))))
	assert.Equal(t, []float64{3, 3}, e.Aux("bn_moving_var").Float64())
}

// TestCopyParamsFrom converts types, and refuses names and shapes that the network does not have.
func TestCopyParamsFrom(t *testing.T) {
	e := reshapable(t)
	defer e.Close()
	type arrays = map[string]*ndarray.NDArray
	require.NoError(t, e.CopyParamsFrom(arrays{"fc_weight": ndarray.Full(backend.Shape{3, 5}, 3, ndarray.Of(backend.Float64))}, nil, false))
	assert.Equal(t, float32(3), e.Arg("fc_weight").Float32()[14])
	stranger := arrays{"fc_wait": ndarray.Ones(backend.Shape{2})}
	assert.ErrorContains(t, e.CopyParamsFrom(stranger, nil, false), `no parameter "fc_wait"; the nearest are fc_weight`)
	assert.NoError(t, e.CopyParamsFrom(stranger, nil, true))
	assert.ErrorContains(t, e.CopyParamsFrom(arrays{"fc_weight": ndarray.Ones(backend.Shape{2, 5})}, nil, false), `parameter "fc_weight"`)
	assert.ErrorContains(t, e.CopyParamsFrom(nil, arrays{"fc_bias": ndarray.Ones(backend.Shape{3})}, false), `no parameter "fc_bias"`)
}
