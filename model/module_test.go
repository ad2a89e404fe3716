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
