package model_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

var two = model.On(device.CPU(0), device.CPU(1))

// ready is a Module with parameters, bound to the toy data in batches of 32.
func ready(t *testing.T, net *symbol.Symbol, options ...model.Option) *model.Module {
	t.Helper()
	mod := model.NewModule(net, append([]model.Option{quiet()}, options...)...)
	t.Cleanup(func() { assert.NoError(t, mod.Close()) })
	it := toyData(32, 32)
	require.NoError(t, mod.Bind(it.ProvideData(), it.ProvideLabel()))
	require.NoError(t, mod.InitParams())
	return mod
}

// train goes once through data by hand.
func train(t *testing.T, mod *model.Module, it mxio.DataIter) {
	t.Helper()
	it.Reset()
	for {
		b, err := it.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		require.NoError(t, mod.ForwardBackward(b))
		require.NoError(t, mod.Update())
	}
}

func firstBatch(t *testing.T, it mxio.DataIter) *mxio.DataBatch {
	t.Helper()
	it.Reset()
	b, err := it.Next(context.Background())
	require.NoError(t, err)
	return b
}

func TestModuleLearnsByHandAndByFit(t *testing.T) {
	net, data := toy(960)
	byHand := ready(t, net)
	require.NoError(t, byHand.InitOptimizer("local", optimizer.SGD{LearningRate: 0.5, Momentum: 0.9}))
	for range 30 {
		train(t, byHand, data)
	}
	byFit := model.NewModule(net, model.Epochs(30), sgd(0.5), quiet())
	require.NoError(t, byFit.Fit(context.Background(), data, model.Validate(toyData(50, 10))))
	defer byFit.Close()
	for name, mod := range map[string]*model.Module{"by hand": byHand, "by Fit": byFit} {
		acc, err := mod.Score(context.Background(), toyData(101, 10))
		require.NoError(t, err)
		assert.Greater(t, acc, 0.95, name)
	}
	a, err := byHand.GetParams()
	require.NoError(t, err)
	b, err := byFit.GetParams()
	require.NoError(t, err)
	for name := range a.Args {
		assert.Equal(t, a.Args[name].Float32(), b.Args[name].Float32(), "the two are the same to the last bit: %s", name)
	}
}

// An optimizer with random numbers draws the same ones by hand and by Fit.
func TestModuleDrawsAlike(t *testing.T) {
	net, _ := toy(1)
	weights := func(run func(mod *model.Module, it *mxio.NDArrayIter)) []float32 {
		mod := ready(t, net, model.Seed(3))
		require.NoError(t, mod.InitOptimizer("", optimizer.SGLD{LearningRate: 0.01}))
		run(mod, toyData(96, 32))
		p, err := mod.GetParams()
		require.NoError(t, err)
		return p.Args["fc1_weight"].Float32()
	}
	assert.Equal(t,
		weights(func(mod *model.Module, it *mxio.NDArrayIter) { train(t, mod, it) }),
		weights(func(mod *model.Module, it *mxio.NDArrayIter) { require.NoError(t, mod.Fit(context.Background(), it)) }))
}

// The type of the data, where the network leaves it open, is that of its description, and parameters follow.
func TestModuleDataType(t *testing.T) {
	net := symbol.FullyConnected(symbol.Variable("data"), 2, with.Name("fc"))
	mod := model.NewModule(net, quiet())
	defer mod.Close()
	require.NoError(t, mod.Bind([]mxio.DataDesc{{Name: "data", Shape: ndarray.Shape{1, 2}, DType: backend.Float64}}, nil, model.ForInference()))
	require.NoError(t, mod.InitParams())
	require.NoError(t, mod.Forward(&mxio.DataBatch{Data: []*ndarray.NDArray{ndarray.Ones(ndarray.Shape{1, 2}, ndarray.Of(backend.Float64))}}, false))
	p, err := mod.GetParams()
	require.NoError(t, err)
	assert.Equal(t, backend.Float64, p.Args["fc_weight"].DType())
	assert.Equal(t, backend.Float64, mod.OutputShapes()[0].DType)
}

// The same on two devices with every kind of store, and after each epoch both have the mean of the moving statistics.
func TestModuleOnSeveralDevices(t *testing.T) {
	one := ready(t, fancy())
	require.NoError(t, one.InitOptimizer("", optimizer.Adam{}))
	for _, kind := range []string{"local", "local_allreduce_cpu", "device"} {
		mod := ready(t, fancy(), two)
		require.NoError(t, mod.InitOptimizer(kind, optimizer.Adam{}), kind)
		train(t, mod, toyData(64, 32))
		b := firstBatch(t, toyData(32, 32))
		require.NoError(t, mod.Forward(b, false), kind)
		outs, err := mod.GetOutputs()
		require.NoError(t, err, kind)
		assert.Equal(t, ndarray.Shape{32, 3}, outs[0].Shape(), kind)

		require.NoError(t, mod.Fit(context.Background(), toyData(64, 32)), kind)
		exes := mod.Executors()
		require.Len(t, exes, 2)
		assert.Equal(t, exes[0].Aux("batchnorm0_moving_mean").Float32(), exes[1].Aux("batchnorm0_moving_mean").Float32(), kind)
		assert.Equal(t, exes[0].Arg("fc1_weight").Float32(), exes[1].Arg("fc1_weight").Float32(), kind)
	}
}

// Ten epochs straight, and eight and two through files, are the same to the last bit: by hand, by Fit, and on two devices.
func TestModuleResumeIsExact(t *testing.T) {
	adam := optimizer.Adam{LearningRate: 0.01, LRScheduler: optimizer.FactorScheduler{Step: 7, Factor: 0.9}}
	byHand := func(t *testing.T, mod *model.Module, from, to int) {
		it := toyData(320, 32, mxio.Shuffle(5))
		for epoch := from; epoch < to; epoch++ {
			it.SetEpoch(epoch)
			for {
				b, err := it.Next(context.Background())
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				require.NoError(t, mod.ForwardBackward(b))
				require.NoError(t, mod.Update())
			}
		}
	}
	byFit := func(t *testing.T, mod *model.Module, _, _ int) {
		require.NoError(t, mod.Fit(context.Background(), toyData(320, 32, mxio.Shuffle(5))))
	}
	for name, c := range map[string]struct {
		run     func(t *testing.T, mod *model.Module, from, to int)
		devices model.Option
	}{"by hand": {byHand, model.On(device.CPU(0))}, "by Fit": {byFit, model.On(device.CPU(0))}, "on two": {byHand, two}} {
		t.Run(name, func(t *testing.T) {
			a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			options := func(epochs int) []model.Option {
				return []model.Option{c.devices, model.Seed(9), model.Epochs(epochs), quiet()}
			}
			run := func(from, to int, prefix string) {
				mod := ready(t, fancy(), options(to)...)
				require.NoError(t, mod.InitOptimizer("local", adam))
				c.run(t, mod, from, to)
				require.NoError(t, mod.SaveCheckpoint(prefix, to, true))
			}
			run(0, 10, a)
			run(0, 8, b)
			mod, err := model.LoadModule(b, 8, true, options(10)...)
			require.NoError(t, err)
			defer mod.Close()
			it := toyData(32, 32)
			require.NoError(t, mod.Bind(it.ProvideData(), it.ProvideLabel()))
			require.NoError(t, mod.InitOptimizer("local", adam))
			c.run(t, mod, 8, 10)
			require.NoError(t, mod.SaveCheckpoint(b, 10, true))
			for _, end := range []string{"-0010.params", "-0010.states", "-symbol.json"} {
				assert.True(t, bytes.Equal(bytesOf(t, a+end), bytesOf(t, b+end)), end)
			}
		})
	}
}

func TestModuleInterruptAndResume(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	opts := []model.Option{model.Optimizer(optimizer.Adam{}), model.Seed(9), model.Epochs(3), quiet()}
	data := func() *mxio.NDArrayIter { return toyData(320, 32, mxio.Shuffle(5)) }
	straight := model.NewModule(fancy(), opts...)
	defer straight.Close()
	require.NoError(t, straight.Fit(context.Background(), data(), model.Checkpoint(a)))

	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	mod := model.NewModule(fancy(), opts...)
	defer mod.Close()
	err := mod.Fit(ctx, data(), model.Checkpoint(b), model.OnBatchEnd(model.BatchFunc(func(*model.BatchEnd) {
		if n++; n == 14 {
			cancel()
		}
	})))
	require.ErrorIs(t, err, context.Canceled)
	resumed, err := model.LoadInterruptedModule(b, opts...)
	require.NoError(t, err)
	defer resumed.Close()
	require.NoError(t, resumed.Fit(context.Background(), data(), model.Checkpoint(b)))
	for _, end := range []string{"-0003.params", "-0003.states"} {
		assert.True(t, bytes.Equal(bytesOf(t, a+end), bytesOf(t, b+end)), end)
	}
}

// What a Module says of itself.
func TestModuleDescribes(t *testing.T) {
	mod := ready(t, fancy())
	assert.Equal(t, []string{"data"}, mod.DataNames())
	assert.Equal(t, []string{"softmax_label"}, mod.LabelNames())
	assert.Equal(t, []string{"softmax_output"}, mod.OutputNames())
	assert.Equal(t, "data(32,3)", mod.DataShapes()[0].String())
	assert.Equal(t, "softmax_label(32,)", mod.LabelShapes()[0].String())
	assert.Equal(t, "softmax_output(32,3)", mod.OutputShapes()[0].String())

	own := symbol.LinearRegressionOutput(symbol.FullyConnected(symbol.Variable("x"), 1, with.Name("fc")), with.Name("lin"))
	assert.Equal(t, []string{"lin_label"}, model.NewModule(own, model.DataNames("x")).LabelNames(), "the labels of the loss layers")
}

// Batches of other sizes use the same parameters and gradients, and go on with the same step.
func TestModuleReshapes(t *testing.T) {
	mod := ready(t, fancy(), model.Seed(3))
	require.NoError(t, mod.InitOptimizer("local", optimizer.SGD{LearningRate: 0.1}))
	train(t, mod, toyData(64, 32))
	before := mod.Executors()[0].StepCount()
	require.NoError(t, mod.ForwardBackward(firstBatch(t, toyData(8, 8))))
	assert.Equal(t, "data(8,3)", mod.DataShapes()[0].String())
	assert.Equal(t, "softmax_output(8,3)", mod.OutputShapes()[0].String())
	assert.Equal(t, before+1, mod.Executors()[0].StepCount())
	was, err := mod.GetParams()
	require.NoError(t, err)
	require.NoError(t, mod.Update())
	now, err := mod.GetParams()
	require.NoError(t, err)
	for i, g := range mod.Executors()[0].Grad("fc2_weight").Float32() {
		moved := now.Args["fc2_weight"].Float32()[i] - was.Args["fc2_weight"].Float32()[i]
		assert.InDelta(t, -0.1*g/32, moved, 1e-7, "Update sees the gradients of the small batch")
	}

	small := mod.Executors()[0]
	for n := 1; n <= 3; n++ {
		require.NoError(t, mod.Forward(firstBatch(t, toyData(n, n)), false))
	}
	it := toyData(8, 8)
	require.NoError(t, mod.Reshape(it.ProvideData(), it.ProvideLabel()))
	assert.Same(t, small, mod.Executors()[0], "shapes used lately stay bound")
	for n := 1; n <= 9; n++ {
		require.NoError(t, mod.Forward(firstBatch(t, toyData(n, n)), false), "and many shapes do no harm")
	}
	train(t, mod, toyData(64, 32))
	out, err := mod.Predict(context.Background(), toyData(101, 10))
	require.NoError(t, err)
	assert.Equal(t, ndarray.Shape{101, 3}, out[0].Shape())
}

// Predict, and IterPredict batch by batch, give the same; labels are not needed.
func TestModulePredicts(t *testing.T) {
	trained := ready(t, fancy())
	p, err := trained.GetParams()
	require.NoError(t, err)
	data := toyData(50, 16)
	mod := model.NewModule(fancy(), quiet())
	defer mod.Close()
	require.NoError(t, mod.Bind(data.ProvideData(), nil, model.ForInference()))
	require.NoError(t, mod.SetParams(p))
	want, err := trained.Predict(context.Background(), data)
	require.NoError(t, err)
	got, err := mod.Predict(context.Background(), data)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want[0].Float64(), got[0].Float64(), 1e-6)
	row := 0
	for p, err := range mod.IterPredict(context.Background(), data) {
		require.NoError(t, err)
		n := p.Outputs[0].Shape()[0]
		assert.Equal(t, got[0].Slice(row, row+n).Float32(), p.Outputs[0].Float32())
		assert.Equal(t, row/16, p.Batch)
		row += n
		if row > 40 {
			break
		}
	}
	assert.Equal(t, 48, row)
	acc, err := mod.Score(context.Background(), data, model.ScoreBatches(2))
	require.NoError(t, err)
	assert.False(t, math.IsNaN(acc))
}

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

// A Module bound anew goes on with its parameters and the optimizer's states.
func TestForceRebind(t *testing.T) {
	for _, on := range []model.Option{model.On(device.CPU(0)), two} {
		train2 := func(rebind bool) []float32 {
			mod := ready(t, fancy(), on)
			require.NoError(t, mod.InitOptimizer("local", optimizer.Adam{LearningRate: 0.1}))
			train(t, mod, toyData(64, 32))
			if rebind {
				it := toyData(32, 32)
				require.NoError(t, mod.Bind(it.ProvideData(), it.ProvideLabel(), model.ForceRebind()))
			}
			train(t, mod, toyData(64, 32))
			p, err := mod.GetParams()
			require.NoError(t, err)
			return p.Args["fc1_weight"].Float32()
		}
		assert.Equal(t, train2(false), train2(true))
	}
}

// Parameters set from outside count in the next update, wherever the weights are kept.
func TestSetParamsWhileTraining(t *testing.T) {
	for _, kind := range []string{"local", "local_allreduce_cpu"} {
		mod := ready(t, fancy(), two)
		require.NoError(t, mod.InitOptimizer(kind, optimizer.SGD{LearningRate: 1e-9}))
		train(t, mod, toyData(32, 32))
		p, err := mod.GetParams()
		require.NoError(t, err)
		p.Args["fc2_bias"].Fill(7)
		require.NoError(t, mod.SetParams(model.Params{Args: map[string]*ndarray.NDArray{"fc2_bias": p.Args["fc2_bias"]}}, model.AllowMissingParams()))
		train(t, mod, toyData(32, 32))
		now, err := mod.GetParams()
		require.NoError(t, err)
		assert.InDelta(t, 7, now.Args["fc2_bias"].Float32()[0], 1e-6, kind)
		assert.InDelta(t, p.Args["fc1_weight"].Float32()[0], now.Args["fc1_weight"].Float32()[0], 1e-6, kind)
	}
}

func TestUpdateMetric(t *testing.T) {
	mod := ready(t, fancy())
	b := firstBatch(t, toyData(32, 32))
	acc := metric.Accuracy()
	assert.ErrorContains(t, mod.UpdateMetric(acc, b.Label), "call Forward first")
	require.NoError(t, mod.Forward(b, false))
	require.NoError(t, mod.UpdateMetric(acc, b.Label))
	_, num := acc.(metric.Counter).Counts()
	assert.Equal(t, 32.0, num)
}

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
