package model_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// TestVariableAttributes: what a variable says about itself counts in initialization, inference and updates, whether it says
// so itself or was made by an operator in a scope.
func TestVariableAttributes(t *testing.T) {
	still := symbol.NewAttrScope(map[string]string{"__lr_mult__": "0", "__init__": `["uniform", {"scale": 0.5}]`})
	w := symbol.Variable("w", symbol.Init(`["one", {}]`), symbol.Shape(8, 0), symbol.WDMult(0), symbol.LRMult(1))
	x := symbol.FullyConnected(symbol.Variable("data"), 8, with.NoBias(true), with.Name("fc1"), symbol.Input("weight", w))
	x = symbol.FullyConnected(x, 3, with.Name("fc2"), still)
	x = symbol.BroadcastAdd(x, symbol.Variable("shift", symbol.Shape(1, 3), symbol.Init(`["zero", {}]`), symbol.WDMult(1)))
	net := symbol.SoftmaxOutput(x, with.Name("softmax"))

	weights := func(decay float64) map[string][]float32 {
		m := model.NewFeedForward(net, model.Epochs(1), model.Initializer(initializer.Xavier{}), model.Log(func(string, ...any) {}),
			model.Optimizer(optimizer.SGD{LearningRate: 0.1, WD: decay}))
		defer m.Close()
		require.NoError(t, m.Fit(context.Background(), toyData(32, 32)))
		got := map[string][]float32{}
		for name, a := range m.Params.Args {
			got[name] = a.Float32()
		}
		return got
	}
	plain, decayed := weights(0), weights(0.5)
	assert.NotEqual(t, float32(1), plain["w"][0], "w learns")
	assert.Equal(t, plain["w"], decayed["w"], "w does not decay")
	assert.NotEqual(t, float32(0), plain["shift"][0])

	m := model.NewFeedForward(net, model.Log(func(string, ...any) {}))
	defer m.Close()
	require.NoError(t, m.InitParams(toyData(32, 32)))
	assert.Equal(t, backend.Shape{8, 3}, m.Params.Args["w"].Shape())
	for _, v := range m.Params.Args["w"].Float32() {
		assert.Equal(t, float32(1), v)
	}
	for _, name := range []string{"fc2_weight", "fc2_bias"} {
		first := m.Params.Args[name].Float32()
		assert.NotEqual(t, float32(0), first[0], "%s begins as __init__ says", name)
		assert.Equal(t, first, decayed[name], "%s stays as it began", name)
	}
}

// TestVariableTypes: __dtype__ is the type of the parameter, and of what is computed with it.
func TestVariableTypes(t *testing.T) {
	x := symbol.Cast(symbol.Variable("data"), backend.Float64)
	w := symbol.Variable("w", symbol.DType(backend.Float64), symbol.Init(`["one", {}]`))
	net := symbol.FullyConnected(x, 2, with.NoBias(true), with.Name("fc"), symbol.Input("weight", w))
	m := model.NewFeedForward(net, model.Log(func(string, ...any) {}))
	defer m.Close()
	it, err := mxio.NewNDArrayIter(mxio.Floats([]float32{1, 2, 3}, 1, 3), nil, mxio.BatchSize(1))
	require.NoError(t, err)
	require.NoError(t, m.InitParams(it))
	assert.Equal(t, backend.Float64, m.Params.Args["w"].DType())
	outs, err := m.Predict(context.Background(), it)
	require.NoError(t, err)
	assert.Equal(t, backend.Float64, outs[0].DType())
	assert.Equal(t, []float64{6, 6}, outs[0].Float64())
}
