package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// Gradients of the inputs, with head gradients from outside, and shared out over devices.
func TestModuleInputGrads(t *testing.T) {
	net := symbol.FullyConnected(symbol.Variable("data"), 2, with.Name("fc"))
	it := toyData(4, 4)
	var whole []float32
	for _, on := range []model.Option{model.On(device.CPU(0)), two} {
		mod := model.NewModule(net, on, quiet())
		defer mod.Close()
		require.NoError(t, mod.Bind(it.ProvideData(), nil, model.InputsNeedGrad()))
		require.NoError(t, mod.InitParams())
		b := &mxio.DataBatch{Data: firstBatch(t, it).Data}
		require.NoError(t, mod.Forward(b, true))
		assert.ErrorContains(t, mod.Backward(), "fc_output is not a loss layer")
		_, err := mod.GetInputGrads()
		assert.ErrorContains(t, err, "call Backward first")
		head := ndarray.Array([]float32{1, 2, 3, 4, 5, 6, 7, 8}, ndarray.Shape{4, 2})
		assert.ErrorContains(t, mod.Backward(head, head), "2 head gradients for 1 outputs")
		assert.ErrorContains(t, mod.Backward(ndarray.Ones(ndarray.Shape{2, 2})), "the gradient of fc_output is (2,2), want (4,2)")
		require.NoError(t, mod.Backward(head))
		grads, err := mod.GetInputGrads()
		require.NoError(t, err)
		require.Len(t, grads, 1)
		p, err := mod.GetParams()
		require.NoError(t, err)
		w := p.Args["fc_weight"].Float32()
		assert.InDelta(t, 7*w[0]+8*w[3], grads[0].Float32()[9], 1e-6)
		if whole == nil {
			whole = grads[0].Float32()
		}
		assert.Equal(t, whole, grads[0].Float32())
	}
}

// Under GradAdd two batches of gradients are one of twice the size; ZeroGrads begins anew.
func TestModuleAddsGradients(t *testing.T) {
	net, _ := toy(1)
	it := toyData(32, 32)
	b := firstBatch(t, it)
	for _, on := range []model.Option{model.On(device.CPU(0)), two} {
		mod := model.NewModule(net, on, quiet())
		defer mod.Close()
		require.NoError(t, mod.Bind(it.ProvideData(), it.ProvideLabel(), model.GradRequest(symbol.GradAdd),
			model.GradRequests(map[string]symbol.GradReq{"fc1_bias": symbol.GradNull})))
		require.NoError(t, mod.InitParams())
		require.NoError(t, mod.ForwardBackward(b))
		grad := mod.Executors()[0].Grad("fc1_weight")
		once := grad.Float32()
		assert.Nil(t, mod.Executors()[0].Grad("fc1_bias"))
		require.NoError(t, mod.ForwardBackward(b))
		for i, v := range grad.Float32() {
			assert.InDelta(t, 2*once[i], v, 1e-5)
		}
		require.NoError(t, mod.ZeroGrads())
		assert.Equal(t, make([]float32, len(once)), grad.Float32())
	}
}

// Two modules over the same arrays: one for training, one with large batches, one optimizer.
func TestSharedModule(t *testing.T) {
	mod := ready(t, fancy(), two)
	require.NoError(t, mod.InitOptimizer("local", optimizer.SGD{LearningRate: 0.1}))
	big := model.NewModule(fancy(), two, quiet())
	it := toyData(64, 64)
	require.NoError(t, big.Bind(it.ProvideData(), it.ProvideLabel(), model.SharedModule(mod)))
	defer func() { assert.NoError(t, big.Close()) }()
	before, err := mod.GetParams()
	require.NoError(t, err)
	train(t, big, it)
	after, err := mod.GetParams()
	require.NoError(t, err)
	assert.NotEqual(t, before.Args["fc1_weight"].Float32(), after.Args["fc1_weight"].Float32())
	theirs, err := big.GetParams()
	require.NoError(t, err)
	assert.Equal(t, after.Args["fc1_weight"].Float32(), theirs.Args["fc1_weight"].Float32())

	wider := symbol.SoftmaxOutput(symbol.FullyConnected(symbol.Variable("data"), 16, with.Name("fc2")), with.Name("softmax"))
	assert.ErrorContains(t, model.NewModule(wider, two, quiet()).Bind(it.ProvideData(), it.ProvideLabel(), model.SharedModule(mod)),
		`parameter "fc2_weight" is (3,16), the network wants (16,3)`)
	assert.ErrorContains(t, model.NewModule(fancy(), quiet()).Bind(it.ProvideData(), it.ProvideLabel(), model.SharedModule(mod)),
		"the other module is on [cpu(0), cpu(1)], this one on [cpu(0)]")
}
