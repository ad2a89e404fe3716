package model_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// toy is a small network and n examples of a problem it can learn: which of three inputs is largest.
func toy(n int) (*symbol.Symbol, *mxio.NDArrayIter) {
	x := symbol.FullyConnected(symbol.Variable("data"), 16, with.Name("fc1"))
	x = symbol.Activation(x, with.ActTanh)
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 3, with.Name("fc2")), with.Name("softmax"))
	return net, toyData(n, 32)
}

func toyData(n, batch int, opts ...mxio.Option) *mxio.NDArrayIter {
	rng := rand.New(rand.NewPCG(3, 4))
	data, label := make([]float32, n*3), make([]float32, n)
	for i := range n {
		best := 0
		for k := range 3 {
			data[i*3+k] = rng.Float32()
			if data[i*3+k] > data[i*3+best] {
				best = k
			}
		}
		label[i] = float32(best)
	}
	it, err := mxio.NewNDArrayIter(mxio.Floats(data, n, 3), mxio.Floats(label), append(opts, mxio.BatchSize(batch))...)
	if err != nil {
		panic(err)
	}
	return it
}

// fancy has what makes resuming hard: BatchNorm's moving statistics, Dropout's masks, Adam's counters.
func fancy() *symbol.Symbol {
	x := symbol.FullyConnected(symbol.Variable("data"), 16, with.Name("fc1"))
	x = symbol.BatchNorm(x, with.FixGamma(false))
	x = symbol.Dropout(symbol.Activation(x, with.ActRelu), with.P(0.2))
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 3, with.Name("fc2")), with.Name("softmax"))
}

func quiet() model.Option { return model.Log(func(string, ...any) {}) }

func sgd(lr float64) model.Option {
	return model.Optimizer(optimizer.SGD{LearningRate: lr, Momentum: 0.9})
}

func TestLearns(t *testing.T) {
	net, train := toy(960)
	m := model.NewFeedForward(net, model.Epochs(30), sgd(0.5), quiet())
	require.NoError(t, m.Fit(context.Background(), train))
	acc, err := m.Score(context.Background(), toyData(101, 10))
	require.NoError(t, err)
	assert.Greater(t, acc, 0.95)

	out, err := m.Predict(context.Background(), toyData(101, 10))
	require.NoError(t, err)
	assert.Equal(t, ndarray.Shape{101, 3}, out[0].Shape(), "padding is left out")
	whole, err := m.Predict(context.Background(), toyData(101, 101))
	require.NoError(t, err)
	assert.InDeltaSlice(t, whole[0].Float64(), out[0].Float64(), 1e-5)
}

func TestLogLines(t *testing.T) {
	net, train := toy(320)
	var lines []string
	m := model.NewFeedForward(net, model.Epochs(1), model.Log(func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) }))
	require.NoError(t, m.Fit(context.Background(), train, model.Validate(toyData(50, 32)), model.Each(5, model.Speedometer)))
	log := strings.Join(lines, "\n")
	assert.Regexp(t, `(?m)^Start training with \[cpu\(0\)\]$`, log)
	assert.Regexp(t, `(?m)^Epoch\[0\] Batch \[5\]\tSpeed: \d+\.\d\d samples/sec\taccuracy=\d\.\d{6}$`, log)
	assert.Regexp(t, `(?m)^Epoch\[0\] Train-accuracy=(NaN|\d\.\d{6})$`, log)
	assert.Regexp(t, `(?m)^Epoch\[0\] Time cost=\d+\.\d{3}$`, log)
	assert.Regexp(t, `(?m)^Epoch\[0\] Validation-accuracy=\d\.\d{6}$`, log)
}

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// Straight to the end, and in two parts through files, is the same to the last bit.
func TestResumeIsExact(t *testing.T) {
	for _, c := range []struct {
		name string
		net  func() *symbol.Symbol
		opt  optimizer.Optimizer
	}{
		{"mlp", func() *symbol.Symbol { n, _ := toy(1); return n }, optimizer.SGD{LearningRate: 0.1, Momentum: 0.9}},
		{"everything", fancy, optimizer.Adam{LearningRate: 0.01, LRScheduler: optimizer.FactorScheduler{Step: 7, Factor: 0.9}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			fit := func(m *model.FeedForward, prefix string) {
				require.NoError(t, m.Fit(context.Background(), toyData(320, 32, mxio.Shuffle(5)), model.Checkpoint(prefix)))
			}
			a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
			opts := []model.Option{model.Optimizer(c.opt), model.Seed(9), quiet()}
			fit(model.NewFeedForward(c.net(), append(opts, model.Epochs(10))...), a)
			fit(model.NewFeedForward(c.net(), append(opts, model.Epochs(8))...), b)
			m, err := model.Load(b, 8, append(opts, model.Epochs(10))...)
			require.NoError(t, err)
			fit(m, b)
			assert.True(t, bytes.Equal(bytesOf(t, a+"-0010.params"), bytesOf(t, b+"-0010.params")), "params")
			assert.True(t, bytes.Equal(bytesOf(t, a+"-0010.states"), bytesOf(t, b+"-0010.states")), "states")
		})
	}
}

// An interruption in the middle of an epoch, resumed, ends where the straight run ends.
func TestInterruptAndResume(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	opts := []model.Option{model.Optimizer(optimizer.Adam{}), model.Seed(9), model.Epochs(4), quiet()}
	data := func() *mxio.NDArrayIter { return toyData(320, 32, mxio.Shuffle(5)) }
	require.NoError(t, model.NewFeedForward(fancy(), opts...).Fit(context.Background(), data(), model.Checkpoint(a)))

	ctx, cancel := context.WithCancel(context.Background())
	batches := 0
	stop := model.BatchFunc(func(*model.BatchEnd) {
		if batches++; batches == 25 {
			cancel()
		}
	})
	err := model.NewFeedForward(fancy(), opts...).Fit(ctx, data(), model.Checkpoint(b), model.OnBatchEnd(stop))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []int{1, 2}, model.CheckpointEpochs(b), "the last whole epoch is complete, no half one is seen")

	m, err := model.LoadInterrupted(b, opts...)
	require.NoError(t, err)
	require.NoError(t, m.Fit(context.Background(), data(), model.Checkpoint(b)))
	assert.True(t, bytes.Equal(bytesOf(t, a+"-0004.params"), bytesOf(t, b+"-0004.params")), "params")
	assert.True(t, bytes.Equal(bytesOf(t, a+"-0004.states"), bytesOf(t, b+"-0004.states")), "states")
	assert.NoFileExists(t, model.Interrupted(b)+".params")
}

func TestStatesThatDoNotBelong(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "net")
	net, train := toy(64)
	m := model.NewFeedForward(net, model.Epochs(2), quiet())
	require.NoError(t, m.Fit(context.Background(), train, model.Checkpoint(prefix)))
	var warnings []string
	log := model.Log(func(f string, a ...any) { warnings = append(warnings, fmt.Sprintf(f, a...)) })

	require.NoError(t, os.Rename(prefix+"-0001.states", prefix+"-0002.states"))
	_, err := model.Load(prefix, 2, log)
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Contains(t, warnings[0], "checksum differs")

	require.NoError(t, os.Remove(prefix+"-0002.states"))
	_, err = model.Load(prefix, 2, log)
	require.NoError(t, err)
	assert.Contains(t, warnings[1], "no optimizer state")
}

func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	prefix := filepath.Join(dir, "net")
	net, train := toy(64)
	require.NoError(t, model.NewFeedForward(net, quiet()).Fit(context.Background(), train, model.Checkpoint(prefix)))
	good := bytesOf(t, prefix+"-0001.params")

	_, err := model.Load(prefix, 7)
	assert.ErrorContains(t, err, "has the epochs [1]")
	assert.ErrorIs(t, err, os.ErrNotExist)
	for name, content := range map[string][]byte{"ends after": good[:len(good)/2], "HTML": []byte("<html></html>")} {
		require.NoError(t, os.WriteFile(prefix+"-0001.params", content, 0o644))
		_, err := model.Load(prefix, 1)
		if assert.ErrorContains(t, err, name) {
			assert.ErrorContains(t, err, "net-0001.params")
			assert.NotContains(t, err.Error(), "\n")
		}
	}
	require.NoError(t, ndarray.Save(prefix+"-0001.params", map[string]*ndarray.NDArray{"fc": ndarray.Zeros(ndarray.Shape{1})}))
	_, err = model.Load(prefix, 1)
	assert.ErrorContains(t, err, "not a checkpoint")
}

func TestParametersThatDoNotFit(t *testing.T) {
	net, train := toy(64)
	zeros := func(s ...int) *ndarray.NDArray { return ndarray.Zeros(s) }
	for want, args := range map[string]map[string]*ndarray.NDArray{
		`parameter "fc1_weight" is (16,4), the network wants (16,3)`:  {"fc1_weight": zeros(16, 4)},
		`no parameter "fc1_wait" in the network; the nearest are fc1`: {"fc1_wait": zeros(16, 3)},
	} {
		m := model.NewFeedForward(net, model.WithParams(model.Params{Args: args}), quiet())
		assert.ErrorContains(t, m.Fit(context.Background(), train), want)
	}
	extra := model.Params{Args: map[string]*ndarray.NDArray{"other_weight": zeros(2)}}
	assert.NoError(t, model.NewFeedForward(net, model.WithParams(extra), model.AllowExtraParams(), quiet()).Fit(context.Background(), train))

	_, err := model.NewFeedForward(net, quiet()).Score(context.Background(), train)
	assert.ErrorContains(t, err, `parameter "fc1_weight" has no value`)
}

func TestBadData(t *testing.T) {
	net, _ := toy(1)
	m := func(opts ...model.Option) *model.FeedForward {
		return model.NewFeedForward(net, append(opts, quiet())...)
	}
	named, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 30), 10, 3), mxio.Floats(make([]float32, 10)), mxio.BatchSize(5), mxio.DataName("dota"))
	require.NoError(t, err)
	assert.ErrorContains(t, m().Fit(context.Background(), named), `the data provides "dota"`)
	wide, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 40), 10, 4), mxio.Floats(make([]float32, 10)), mxio.BatchSize(5))
	require.NoError(t, err)
	trained := m()
	require.NoError(t, trained.Fit(context.Background(), toyData(64, 32)))
	assert.ErrorContains(t, trained.Fit(context.Background(), wide), "fc1_weight")
	assert.ErrorContains(t, m(sgd(1e38), model.Epochs(5)).Fit(context.Background(), toyData(320, 32)), "not finite")
	noLabel, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 30), 10, 3), nil, mxio.BatchSize(5))
	require.NoError(t, err)
	assert.ErrorContains(t, m().Fit(context.Background(), noLabel), `wants the label "softmax_label"`)
	_, err = trained.Predict(context.Background(), noLabel)
	assert.NoError(t, err, "labels are not needed to predict")
}

func TestASaveThatFailsEndsFit(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "none", "net") // the folder does not exist
	net, train := toy(64)
	err := model.NewFeedForward(net, quiet()).Fit(context.Background(), train, model.Checkpoint(prefix))
	assert.ErrorContains(t, err, "model: save")
	assert.ErrorContains(t, err, "net-symbol.json")
}

// MXNet itself loads the checkpoint and scores what was printed. MXNET_PY names a Python with mxnet 1.9.1.
func TestMXNetLoadsTheCheckpoint(t *testing.T) {
	python := os.Getenv("MXNET_PY")
	if python == "" {
		t.Skip("MXNET_PY is not set: bench/setup.sh makes a Python with MXNet 1.9.1")
	}
	prefix := filepath.Join(t.TempDir(), "net")
	net := zoo.MLP(3)
	m := model.NewFeedForward(net, model.Epochs(5), sgd(0.3), quiet())
	require.NoError(t, m.Fit(context.Background(), toyData(960, 32), model.Checkpoint(prefix)))
	val := toyData(500, 50)
	acc, err := m.Score(context.Background(), val)
	require.NoError(t, err)
	data := filepath.Join(t.TempDir(), "val.params")
	x, y := ndarray.Zeros(ndarray.Shape{500, 3}), ndarray.Zeros(ndarray.Shape{500})
	at := 0
	val.Reset()
	require.NoError(t, mxio.Each(context.Background(), val, func(b *mxio.DataBatch) error {
		x.Slice(at, at+50).Set(b.Data[0])
		y.Slice(at, at+50).Set(b.Label[0])
		at += 50
		return nil
	}))
	require.NoError(t, ndarray.Save(data, map[string]*ndarray.NDArray{"x": x, "y": y}))
	out, err := exec.Command(python, "-c", `
import sys, mxnet as mx
d = mx.nd.load(sys.argv[2])
sym, args, aux = mx.model.load_checkpoint(sys.argv[1], 5)
mod = mx.mod.Module(sym)
it = mx.io.NDArrayIter(d["x"], d["y"], 50)
mod.bind(it.provide_data, it.provide_label, for_training=False)
mod.set_params(args, aux)
print("accuracy %.6f" % mod.score(it, "acc")[0][1])
`, prefix, data).CombinedOutput()
	require.NoError(t, err, string(out))
	var theirs float64
	text := string(out)
	_, err = fmt.Sscanf(text[strings.LastIndex(text, "accuracy"):], "accuracy %f", &theirs)
	require.NoError(t, err, text)
	assert.InDelta(t, theirs, acc, 0.0005)
}
