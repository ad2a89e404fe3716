package model_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// TestCustomLikeBuiltIn: the loss of one's own gives the network the weights that SoftmaxOutput gives.
func TestCustomLikeBuiltIn(t *testing.T) {
	train := func(loss func(x *symbol.Symbol) *symbol.Symbol) model.Params {
		x := symbol.FullyConnected(symbol.Variable("data"), 16, with.Name("fc1"))
		x = symbol.FullyConnected(symbol.Activation(x, with.ActTanh), 10, with.Name("fc2"))
		m := model.NewFeedForward(loss(x), model.Epochs(2), model.Seed(3), model.Optimizer(optimizer.SGD{LearningRate: 0.1}),
			model.Initializer(initializer.Xavier{}), model.Log(func(string, ...any) {}))
		t.Cleanup(m.Close)
		require.NoError(t, m.Fit(context.Background(), digits(96)))
		return m.Params
	}
	own := train(func(x *symbol.Symbol) *symbol.Symbol {
		return symbol.Custom("softmax_loss", []*symbol.Symbol{x}, with.Keyword("grad_scale", 0.5), with.Name("softmax"))
	})
	want := train(func(x *symbol.Symbol) *symbol.Symbol {
		return symbol.SoftmaxOutput(x, with.GradScale(0.5), with.Name("softmax"))
	})
	for name, w := range want.Args {
		assert.InDeltaSlice(t, w.Float32(), own.Args[name].Float32(), 1e-5, name)
	}
}

// TestCustomPredicts without labels.
func TestCustomPredicts(t *testing.T) {
	net := symbol.Custom("softmax_loss", []*symbol.Symbol{symbol.FullyConnected(symbol.Variable("data"), 10, with.Name("fc"))},
		with.Keyword("grad_scale", 1), with.Name("softmax"))
	m := model.NewFeedForward(net, model.Log(func(string, ...any) {}))
	defer m.Close()
	require.NoError(t, m.InitParams(digits(64)))
	x, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 64*3), 3, 64), nil, mxio.BatchSize(3))
	require.NoError(t, err)
	outs, err := m.Predict(context.Background(), x)
	require.NoError(t, err)
	assert.Equal(t, []int{3, 10}, []int(outs[0].Shape()))
	assert.InDelta(t, 0.1, outs[0].Float32()[7], 1e-6)
}
