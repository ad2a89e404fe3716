package gputest

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/initializer"
	"github.com/gomx-org/gomx/internal/simgpu"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// dropout is a network whose result does not depend on how a batch is shared out, random as it is.
func dropout() *symbol.Symbol {
	x := symbol.Dropout(symbol.FullyConnected(symbol.Variable("data"), 16, with.Name("fc1")), with.P(0.3))
	x = symbol.Activation(x, with.ActRelu)
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 5, with.Name("fc2")), with.Name("softmax"))
}

// statistics is one whose moving statistics differ from device to device.
func statistics() *symbol.Symbol {
	x := symbol.BatchNorm(symbol.FullyConnected(symbol.Variable("data"), 16, with.NoBias(true), with.Name("fc1")), with.Name("bn"))
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 5, with.Name("fc2")), with.Name("softmax"))
}

// points are examples whose largest number tells the class.
func points(t *testing.T) mxio.DataIter {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 9))
	const n = 70
	x, y := make([]float32, n*5), make([]float32, n)
	for i := range n {
		for k := range 5 {
			if x[5*i+k] = rng.Float32(); x[5*i+k] > x[5*i+int(y[i])] {
				y[i] = float32(k)
			}
		}
	}
	it, err := mxio.NewNDArrayIter(mxio.Floats(x, n, 5), mxio.Floats(y), mxio.BatchSize(14), mxio.Shuffle(1))
	require.NoError(t, err)
	return it
}

func options(epochs int, more ...model.Option) []model.Option {
	return append([]model.Option{model.Epochs(epochs), model.Seed(5), model.Initializer(initializer.Xavier{}), model.Log(func(string, ...any) {}),
		model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9, WD: 1e-3})}, more...)
}

func twoGPUs(kind string) []model.Option {
	return []model.Option{model.On(device.GPU(0), device.GPU(1)), model.WorkLoad(4, 3), model.KVStore(kind)}
}

// Every kind of store, from training over checkpoints to predictions: as the CPU, to the same bits every time, and from a
// checkpoint on as if nothing had been between, on the CPU too.
func TestStores(t *testing.T) {
	simgpu.Need(t)
	ctx, dir := context.Background(), t.TempDir()
	cpu := model.NewFeedForward(dropout(), options(4)...)
	require.NoError(t, cpu.Fit(ctx, points(t)))
	accuracy, err := cpu.Score(ctx, points(t))
	require.NoError(t, err)
	predicted, err := cpu.Predict(ctx, points(t))
	require.NoError(t, err)
	for _, kind := range kvstore.Kinds() {
		a, b := filepath.Join(dir, kind, "a"), filepath.Join(dir, kind, "b")
		require.NoError(t, os.MkdirAll(filepath.Dir(a), 0o700))
		straight := model.NewFeedForward(dropout(), options(4, twoGPUs(kind)...)...)
		require.NoError(t, straight.Fit(ctx, points(t), model.Validate(points(t)), model.Checkpoint(a)))
		require.NoError(t, model.NewFeedForward(dropout(), options(2, twoGPUs(kind)...)...).Fit(ctx, points(t), model.Checkpoint(b)))
		onGPUs, err := model.Load(b, 2, options(4, twoGPUs(kind)...)...)
		require.NoError(t, err)
		require.NoError(t, onGPUs.Fit(ctx, points(t), model.Checkpoint(b)))
		for _, end := range []string{"-0004.params", "-0004.states"} {
			want, err := os.ReadFile(a + end)
			require.NoError(t, err)
			got, err := os.ReadFile(b + end)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, got), "%s: %s differs after resuming", kind, end)
		}
		onCPU, err := model.Load(b, 2, options(4)...)
		require.NoError(t, err)
		require.NoError(t, onCPU.Fit(ctx, points(t)))
		for name, w := range cpu.Params.Args {
			require.NoError(t, near(straight.Params.Args[name].Float32(), w.Float32(), 1e-4), "%s: %s", kind, name)
			require.NoError(t, near(onCPU.Params.Args[name].Float32(), w.Float32(), 1e-4), "%s, then the CPU: %s", kind, name)
		}
		score, err := straight.Score(ctx, points(t))
		require.NoError(t, err)
		assert.InDelta(t, accuracy, score, 0.02)
		out, err := straight.Predict(ctx, points(t))
		require.NoError(t, err)
		require.NoError(t, near(out[0].Float32(), predicted[0].Float32(), 1e-4), kind)
		straight.Close()
	}
}

// The moving statistics saved are the mean of what two CPUs, and so two GPUs, have.
func TestStatisticsOfTwoGPUs(t *testing.T) {
	simgpu.Need(t)
	train := func(a, b device.Context) model.Params {
		m := model.NewFeedForward(statistics(), options(2, model.On(a, b), model.KVStore("device"))...)
		require.NoError(t, m.Fit(context.Background(), points(t)))
		return m.Params
	}
	want, got := train(device.CPU(0), device.CPU(1)), train(device.GPU(0), device.GPU(1))
	for name, w := range want.Aux {
		require.NoError(t, near(got.Aux[name].Float32(), w.Float32(), 1e-4), name)
	}
	for name, w := range want.Args {
		require.NoError(t, near(got.Args[name].Float32(), w.Float32(), 1e-3), name)
	}
}
