package model_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// What comes too early says what is missing; what does not fit, what there is.
func TestModuleMistakes(t *testing.T) {
	net, data := toy(64)
	b := firstBatch(t, data)
	d, l := data.ProvideData(), data.ProvideLabel()
	mod := model.NewModule(net, quiet())
	defer mod.Close()
	unbound := map[string]error{
		"InitParams": mod.InitParams(), "SetParams": mod.SetParams(model.Params{}), "Forward": mod.Forward(b, true), "Backward": mod.Backward(),
		"ForwardBackward": mod.ForwardBackward(b), "Update": mod.Update(), "Reshape": mod.Reshape(d, l), "InitOptimizer": mod.InitOptimizer("", nil),
		"SaveCheckpoint": mod.SaveCheckpoint(filepath.Join(t.TempDir(), "x"), 1, false), "InstallMonitor": mod.InstallMonitor(&model.Monitor{}),
	}
	_, unbound["GetParams"] = mod.GetParams()
	_, unbound["GetOutputs"] = mod.GetOutputs()
	_, unbound["Score"] = mod.Score(context.Background(), data)
	_, unbound["Predict"] = mod.Predict(context.Background(), data)
	for method, err := range unbound {
		assert.ErrorContains(t, err, "call Bind first", method)
	}
	for _, err := range mod.IterPredict(context.Background(), data) {
		assert.ErrorContains(t, err, "call Bind first")
	}
	assert.Nil(t, mod.DataShapes())
	assert.Nil(t, mod.Executors())

	require.NoError(t, mod.Bind(d, l))
	assert.ErrorContains(t, mod.Forward(b, true), "call InitParams first")
	assert.ErrorContains(t, mod.InitOptimizer("", nil), "call InitParams first")
	require.NoError(t, mod.InitParams())
	assert.ErrorContains(t, mod.Update(), "call InitOptimizer first")
	assert.ErrorContains(t, mod.SaveOptimizerStates("x"), "call InitOptimizer first")
	assert.ErrorContains(t, mod.InitOptimizer("nearby", nil), "nearby")
	require.NoError(t, mod.InitOptimizer("", nil))
	assert.ErrorContains(t, mod.Update(), "call ForwardBackward first")
	assert.ErrorContains(t, mod.Backward(), "call Forward for training first")
	require.NoError(t, mod.Forward(b, false))
	assert.ErrorContains(t, mod.Backward(), "call Forward for training first")
	_, err := mod.GetInputGrads()
	assert.ErrorContains(t, err, "Bind with InputsNeedGrad")
	assert.ErrorContains(t, mod.Forward(&mxio.DataBatch{Data: b.Data}, true), "the batch has no labels")
	assert.ErrorContains(t, mod.Forward(&mxio.DataBatch{Data: []*ndarray.NDArray{ndarray.Ones(ndarray.Shape{4, 7})}, Label: b.Label}, false), "fc1")

	bind := func(m *model.Module, o ...model.BindOption) error { return m.Bind(d, l, o...) }
	infer := model.NewModule(net, quiet())
	defer infer.Close()
	require.NoError(t, bind(infer, model.ForInference()))
	require.NoError(t, infer.InitParams())
	assert.ErrorContains(t, infer.Forward(b, true), "bound for inference")
	assert.ErrorContains(t, infer.InitOptimizer("", nil), "bound for inference")
	assert.ErrorContains(t, infer.Fit(context.Background(), data), "bound for inference")

	assert.ErrorContains(t, bind(model.NewModule(net, quiet()), model.ForInference(), model.InputsNeedGrad()), "InputsNeedGrad wants training")
	assert.ErrorContains(t, bind(model.NewModule(net, model.DataNames("dat"))), `DataNames: the network has no input "dat"; the nearest are data`)
	assert.ErrorContains(t, bind(model.NewModule(net, model.LabelNames("label"))), `LabelNames: the network has no input "label"; there are data, fc1_weight, fc1_bias, fc2_weight, fc2_bias, softmax_label`)
	assert.ErrorContains(t, bind(model.NewModule(net, model.DataNames("data", "softmax_label"))), "the data is data, the module's DataNames are data, softmax_label")
	assert.ErrorContains(t, bind(model.NewModule(net, model.FixedParams("fc3_weight"))), `FixedParams: no parameter "fc3_weight" in the network; the nearest are`)
	assert.ErrorContains(t, bind(model.NewModule(net), model.GradRequests(map[string]symbol.GradReq{"w": symbol.GradAdd})), `GradRequests: the network has no argument "w"`)
	assert.ErrorContains(t, model.NewModule(net).Bind(d, nil), `the network wants the label "softmax_label"`)
	assert.ErrorContains(t, bind(model.NewModule(net), model.SharedModule(model.NewModule(net))), "the other module wants Bind and InitParams first")
	assert.ErrorContains(t, model.NewModule(nil).Bind(d, l), "symbol")
}

// Parameters given are used, and checked before anything changes.
func TestModuleInitParams(t *testing.T) {
	net, data := toy(32)
	ones := ndarray.Ones(ndarray.Shape{16, 3})
	some := model.Params{Args: map[string]*ndarray.NDArray{"fc1_weight": ones}}
	bound := func(options ...model.Option) *model.Module {
		mod := model.NewModule(net, append(options, quiet())...)
		t.Cleanup(func() { assert.NoError(t, mod.Close()) })
		require.NoError(t, mod.Bind(data.ProvideData(), data.ProvideLabel()))
		return mod
	}
	weight := func(mod *model.Module) []float32 {
		p, err := mod.GetParams()
		require.NoError(t, err)
		return p.Args["fc1_weight"].Float32()
	}
	assert.ErrorContains(t, bound().InitParams(model.WithParams(some)), `parameter "fc1_bias" is not among the parameters given; AllowMissingParams`)
	mod := bound()
	require.NoError(t, mod.InitParams(model.WithParams(some), model.AllowMissingParams()))
	assert.Equal(t, ones.Float32(), weight(mod))
	require.NoError(t, mod.InitParams(), "a warning")
	assert.Equal(t, ones.Float32(), weight(mod))
	require.NoError(t, mod.InitParams(model.ForceInit()))
	assert.NotEqual(t, ones.Float32(), weight(mod))

	given := bound(model.WithParams(some), model.AllowMissingParams())
	require.NoError(t, given.InitParams())
	assert.Equal(t, ones.Float32(), weight(given), "by NewModule's options")
	require.NoError(t, given.InitOptimizer("", optimizer.SGD{LearningRate: 1}))
	train(t, given, data)
	assert.Equal(t, ndarray.Ones(ndarray.Shape{16, 3}).Float32(), ones.Float32(), "what was given is copied")

	extra := model.Params{Args: map[string]*ndarray.NDArray{"fc1_wight": ones}}
	assert.ErrorContains(t, given.SetParams(extra), `no parameter "fc1_wight" in the network; the nearest are fc1_weight`)
	assert.ErrorContains(t, mod.SetParams(some), `parameter "fc1_bias" is not among`)
	require.NoError(t, given.SetParams(extra, model.AllowExtraParams(), model.AllowMissingParams()))
	wrong := model.Params{Args: map[string]*ndarray.NDArray{"fc1_weight": ndarray.Ones(ndarray.Shape{3, 3})}}
	assert.ErrorContains(t, given.SetParams(wrong, model.AllowMissingParams()), `parameter "fc1_weight" is (3,3), the network wants (16,3)`)
}
