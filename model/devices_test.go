package model

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func silent() Option { return Log(func(string, ...any) {}) }

func cpus(n int) Option {
	var list []device.Context
	for i := range n {
		list = append(list, device.CPU(i))
	}
	return On(list...)
}

// pictures are batches of noise in which a bright row tells the class.
func pictures(batches, batch, size int) *mxio.NDArrayIter {
	rng := rand.New(rand.NewPCG(5, 6))
	n := batches * batch
	data, label := make([]float32, n*size*size), make([]float32, n)
	for i := range n {
		c := rng.IntN(10)
		label[i] = float32(c)
		for k := range size * size {
			data[i*size*size+k] = rng.Float32()
		}
		for k := range size {
			data[(i*size+c)*size+k]++
		}
	}
	it, err := mxio.NewNDArrayIter(mxio.Floats(data, n, 1, size, size), mxio.Floats(label), mxio.BatchSize(batch), mxio.Shuffle(3))
	if err != nil {
		panic(err)
	}
	return it
}

// trained gives the parameters after an epoch, and the log's accuracy.
func trained(t *testing.T, net *symbol.Symbol, data mxio.DataIter, options ...Option) Params {
	t.Helper()
	m := NewFeedForward(net, append([]Option{Optimizer(optimizer.SGD{LearningRate: 0.05, Momentum: 0.9, WD: 1e-3}), Seed(4), silent()}, options...)...)
	require.NoError(t, m.Fit(context.Background(), data))
	return m.Params
}

// near compares parameters.
func near(t *testing.T, want, got Params, tolerance float64, what string) {
	t.Helper()
	for kind, arrays := range map[string][2]map[string]*ndarray.NDArray{"arg": {want.Args, got.Args}, "aux": {want.Aux, got.Aux}} {
		require.Len(t, arrays[1], len(arrays[0]))
		for name, w := range arrays[0] {
			a, b := w.Float64(), arrays[1][name].Float64()
			for i := range a {
				if !(math.Abs(a[i]-b[i]) <= tolerance) {
					t.Errorf("%s: %s:%s[%d] is %v, want %v", what, kind, name, i, b[i], a[i])
					break
				}
			}
		}
	}
}

// Ten steps of LeNet end at the same weights on one device and on several, whatever joins the gradients.
func TestSeveralDevicesTrainAsOne(t *testing.T) {
	net := zoo.LeNet(10)
	data := func() mxio.DataIter { return pictures(10, 24, 28) }
	one := trained(t, net, data())
	for _, kind := range append(kvstore.Kinds(), "Local") {
		for _, n := range []int{2, 3} {
			what := fmt.Sprintf("%s on %d devices", kind, n)
			several := trained(t, net, data(), cpus(n), KVStore(kind))
			near(t, one, several, 1e-5, what)
			assert.Equal(t, device.CPU(0), several.Args["fullyconnected0_weight"].Context())
			if n == 3 {
				again := trained(t, net, data(), cpus(n), KVStore(kind))
				near(t, several, again, 0, what+", again")
			}
		}
	}
	near(t, one, trained(t, net, data(), cpus(2), WorkLoad(3, 1)), 1e-5, "work loads 3 and 1")
	near(t, one, trained(t, net, data(), cpus(3), WorkLoad(1, 5, .5), KVStore("device")), 1e-5, "work loads 1, 5 and 0.5")
	near(t, one, trained(t, net, data(), On(device.CPU(0), device.CPU(0))), 1e-5, "one device twice")
	none := trained(t, net, data(), KVStore("none"))
	near(t, one, none, 0, "one device has no store")
}

// dropper has Dropout between layers, and nothing that depends on the batch as a whole.
func dropper() *symbol.Symbol {
	x := symbol.Dropout(symbol.FullyConnected(symbol.Flatten(symbol.Variable("data")), 32, with.Name("fc1")), with.P(0.4))
	x = symbol.Dropout(symbol.Activation(x, with.ActRelu), with.P(0.2))
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 10, with.Name("fc2")), with.Name("softmax"))
}

// Masks belong to the examples, wherever they are computed: uneven shares too.
func TestDropoutOnSeveralDevices(t *testing.T) {
	data := func() mxio.DataIter { return pictures(6, 21, 12) }
	one := trained(t, dropper(), data())
	near(t, one, trained(t, dropper(), data(), cpus(2), WorkLoad(5, 2)), 1e-5, "2 devices")
	near(t, one, trained(t, dropper(), data(), cpus(4), KVStore("local_allreduce_device")), 1e-5, "4 devices")
	other := trained(t, dropper(), data(), Seed(5))
	assert.Greater(t, math.Abs(one.Args["fc1_weight"].Float64()[0]-other.Args["fc1_weight"].Float64()[0]), 1e-5, "the seed matters")
}

func normalized() *symbol.Symbol {
	x := symbol.BatchNorm(symbol.FullyConnected(symbol.Flatten(symbol.Variable("data")), 8, with.Name("fc1")), with.Name("bn"), with.FixGamma(false), with.Momentum(.5))
	x = symbol.BatchNorm(symbol.Activation(x, with.ActTanh), with.Name("fixed"))
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 10, with.Name("fc2")), with.Name("softmax"))
}

// Each device keeps moving statistics of its own examples; saved is their mean.
func TestAuxiliaryStatesAreAveraged(t *testing.T) {
	data := pictures(4, 20, 12)
	m := NewFeedForward(normalized(), cpus(2), WorkLoad(1, 3), silent(), Seed(1))
	var each, args [2][]float64
	f := &fit{m: m, train: data, metric: metric.Accuracy()}
	var err error
	f.t, err = m.newTrainer(data.ProvideData(), data.ProvideLabel())
	require.NoError(t, err)
	require.NoError(t, f.batches(context.Background()))
	for i, p := range f.t.parts {
		each[i] = p.exe.Aux("bn_moving_mean").Float64()
		args[i] = p.exe.Arg("fc1_weight").Float64()
	}
	assert.Equal(t, args[0], args[1], "weights are the same on all devices")
	assert.NotEqual(t, each[0], each[1])
	require.NoError(t, f.t.average())
	mean := m.Params.Aux["bn_moving_mean"].Float64()
	for k := range mean {
		assert.InDelta(t, (each[0][k]+each[1][k])/2, mean[k], 1e-7)
	}
	assert.Equal(t, each[0], f.t.parts[0].exe.Aux("bn_moving_mean").Float64(), "the devices keep their own")
	assert.InDeltaSlice(t, []float64{1, 1, 1, 1, 1, 1, 1, 1}, m.Params.Args["fixed_gamma"].Float64(), 1e-3)
	require.NoError(t, f.t.close())
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// Straight to the end and in two parts is the same to the last bit, on several devices too, wherever weights are updated.
func TestSeveralDevicesResume(t *testing.T) {
	for _, kind := range []string{"local", "local_allreduce_cpu", "device"} {
		for _, opt := range []optimizer.Optimizer{optimizer.SGD{Momentum: 0.9}, optimizer.Adam{LearningRate: 0.01, LRScheduler: optimizer.FactorScheduler{Step: 7, Factor: 0.9}}} {
			t.Run(kind+" "+opt.Name(), func(t *testing.T) {
				dir := t.TempDir()
				a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
				options := func(epochs int) []Option {
					return []Option{cpus(2), KVStore(kind), Optimizer(opt), Seed(9), Epochs(epochs), silent()}
				}
				fit := func(m *FeedForward, prefix string) {
					require.NoError(t, m.Fit(context.Background(), pictures(5, 12, 12), CheckpointEvery(prefix, 2)))
				}
				fit(NewFeedForward(normalized(), options(4)...), a)
				fit(NewFeedForward(normalized(), options(2)...), b)
				m, err := Load(b, 2, options(4)...)
				require.NoError(t, err)
				fit(m, b)
				assert.True(t, bytes.Equal(read(t, a+"-0004.params"), read(t, b+"-0004.params")), "params")
				assert.True(t, bytes.Equal(read(t, a+"-0004.states"), read(t, b+"-0004.states")), "states")
			})
		}
	}
}

// An interruption in the middle of an epoch, before the first update even, is resumed exactly.
func TestSeveralDevicesInterrupted(t *testing.T) {
	for _, kind := range []string{"local_update_cpu", "local_allreduce_device"} {
		for _, after := range []int{0, 7} {
			dir := t.TempDir()
			a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
			options := []Option{cpus(3), KVStore(kind), Optimizer(optimizer.Adam{}), Seed(9), Epochs(3), silent()}
			data := func() mxio.DataIter { return pictures(5, 12, 12) }
			require.NoError(t, NewFeedForward(normalized(), options...).Fit(context.Background(), data(), Checkpoint(a)))
			ctx, cancel := context.WithCancel(context.Background())
			batches := 0
			stop := BatchFunc(func(*BatchEnd) {
				if batches++; batches == after {
					cancel()
				}
			})
			if after == 0 {
				cancel()
			}
			err := NewFeedForward(normalized(), options...).Fit(ctx, data(), Checkpoint(b), OnBatchEnd(stop))
			require.ErrorIs(t, err, context.Canceled)
			m, err := LoadInterrupted(b, options...)
			require.NoError(t, err)
			require.NoError(t, m.Fit(context.Background(), data(), Checkpoint(b)))
			assert.True(t, bytes.Equal(read(t, a+"-0003.params"), read(t, b+"-0003.params")), "params, %s after %d", kind, after)
			assert.True(t, bytes.Equal(read(t, a+"-0003.states"), read(t, b+"-0003.states")), "states, %s after %d", kind, after)
		}
	}
}

// A checkpoint of one number of devices goes on with another: momentum and masks are not lost.
func TestResumeOnOtherDevices(t *testing.T) {
	dir := t.TempDir()
	options := func(epochs int, more ...Option) []Option {
		return append([]Option{Optimizer(optimizer.SGD{LearningRate: 0.05, Momentum: 0.9}), Seed(9), Epochs(epochs), silent()}, more...)
	}
	data := func() mxio.DataIter { return pictures(5, 12, 12) }
	straight := NewFeedForward(dropper(), options(4)...)
	require.NoError(t, straight.Fit(context.Background(), data()))
	for i, c := range [][2][]Option{
		{{cpus(1)}, {cpus(2)}}, {{cpus(3), KVStore("device")}, {cpus(1)}}, {{cpus(2), KVStore("local")}, {cpus(3), KVStore("local_allreduce_cpu")}},
	} {
		prefix := filepath.Join(dir, fmt.Sprint(i))
		require.NoError(t, NewFeedForward(dropper(), options(2, c[0]...)...).Fit(context.Background(), data(), Checkpoint(prefix)))
		var lines []string
		m, err := Load(prefix, 2, options(4, append(c[1], Log(func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) }))...)...)
		require.NoError(t, err)
		require.NoError(t, m.Fit(context.Background(), data()))
		near(t, straight.Params, m.Params, 1e-5, fmt.Sprint(i))
		assert.NotContains(t, fmt.Sprint(lines), "warning")
	}
	// The moving statistics of two devices become their mean on one.
	prefix := filepath.Join(dir, "bn")
	require.NoError(t, NewFeedForward(normalized(), options(2, cpus(2))...).Fit(context.Background(), data(), Checkpoint(prefix)))
	m, err := Load(prefix, 2, options(2)...)
	require.NoError(t, err)
	tr, err := m.newTrainer(data().ProvideData(), data().ProvideLabel())
	require.NoError(t, err)
	require.NoError(t, tr.restore(m.states))
	saved, err := LoadParams(prefix + "-0002.params")
	require.NoError(t, err)
	assert.Equal(t, saved.Aux["bn_moving_mean"].Float32(), tr.parts[0].exe.Aux("bn_moving_mean").Float32())
	require.NoError(t, tr.close())
}

// Metrics and callbacks see whole batches.
func TestMetricsOfSeveralDevices(t *testing.T) {
	run := func(options ...Option) (values []float64) {
		measure, err := metric.New("accuracy", "cross-entropy", "top_k_accuracy_3")
		require.NoError(t, err)
		m := NewFeedForward(zoo.MLP(10), append([]Option{silent(), Seed(2)}, options...)...)
		note := BatchFunc(func(b *BatchEnd) {
			assert.Equal(t, 15, b.BatchSize)
			for _, v := range b.Metric.Values() {
				values = append(values, v.Value)
			}
		})
		require.NoError(t, m.Fit(context.Background(), pictures(4, 15, 12), Metric(measure), OnBatchEnd(note), Validate(pictures(2, 15, 12))))
		for _, v := range measure.Values() {
			values = append(values, v.Value)
		}
		return values
	}
	one := run()
	assert.Len(t, one, 15)
	assert.InDeltaSlice(t, one, run(cpus(4)), 1e-4)
}

func TestSplit(t *testing.T) {
	devices := []device.Context{device.CPU(0), device.CPU(1), device.GPU(0)}
	for _, c := range []struct {
		n     int
		loads []float64
		want  []span
		err   string
	}{
		{9, nil, []span{{0, 3}, {3, 6}, {6, 9}}, ""},
		{10, nil, []span{{0, 3}, {3, 6}, {6, 10}}, ""},
		{11, nil, []span{{0, 4}, {4, 8}, {8, 11}}, ""},
		{10, []float64{1, 2, 7}, []span{{0, 1}, {1, 3}, {3, 10}}, ""},
		{100, []float64{1, 1, 2}, []span{{0, 25}, {25, 50}, {50, 100}}, ""},
		{2, nil, nil, "a batch of 2 examples leaves none for gpu(0)"},
		{10, []float64{1, 100, 1}, nil, "a batch of 10 examples leaves none for cpu(0)"},
		{10, []float64{1, 2}, nil, "2 work loads [1 2] for 3 devices [cpu(0) cpu(1) gpu(0)]"},
		{10, []float64{1, 0, 2}, nil, "the work load of cpu(1) is 0, want a number above 0"},
		{10, []float64{1, math.NaN(), 2}, nil, "the work load of cpu(1) is NaN"},
		{10, []float64{1, math.Inf(1), 2}, nil, "the work load of cpu(1) is +Inf"},
	} {
		got, err := split(c.n, devices, c.loads)
		if c.err != "" {
			assert.ErrorContains(t, err, "model: "+c.err)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%d by %v", c.n, c.loads)
	}
}

func TestMistakesOnSeveralDevices(t *testing.T) {
	data := pictures(1, 4, 12)
	for want, options := range map[string][]Option{
		"leaves none for cpu(4)":                     {cpus(5)},
		"3 work loads [1 1 1] for 2 devices":         {cpus(2), WorkLoad(1, 1, 1)},
		"several machines is not yet there":          {cpus(1), KVStore("dist_sync")},
		"no kind \"lokal\"; want one of":             {cpus(1), KVStore("lokal")},
		"2 devices [cpu(0) cpu(1)] need a key-value": {cpus(2), KVStore("None")},
		"gpu(9999)": {On(device.CPU(0), device.GPU(9999))},
		"epoch 0, batch 2: the output is not finite: ": {cpus(2), Optimizer(optimizer.SGD{LearningRate: math.MaxFloat32}), EpochSize(5)},
	} {
		m := NewFeedForward(zoo.MLP(10), append(options, silent())...)
		err := m.Fit(context.Background(), data)
		if assert.ErrorContains(t, err, want) {
			assert.NotContains(t, err.Error(), "\n")
		}
	}
	var lines []string
	m := NewFeedForward(zoo.MLP(10), cpus(2), Log(func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) }))
	require.NoError(t, m.Fit(context.Background(), data))
	assert.Equal(t, "Start training with [cpu(0), cpu(1)]", lines[0])

	table, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 40), 4, 10), mxio.Floats(make([]float32, 4)), mxio.BatchSize(4))
	require.NoError(t, err)
	x := symbol.FullyConnected(symbol.Variable("data"), 2, with.Name("fc"))
	sum := symbol.MakeLoss(symbol.Sum(x))
	whole := NewFeedForward(sum, cpus(2), silent())
	assert.NoError(t, whole.Bind(table, true))
}

// Whose fault it was stands in the error.
func TestErrorsNameTheDevice(t *testing.T) {
	team := newTeam([]device.Context{device.CPU(0), device.CPU(1), device.CPU(2)})
	defer team.close()
	assert.NoError(t, team.each(func(int) error { return nil }))
	err := team.each(func(i int) error { return map[int]error{1: fmt.Errorf("out of luck"), 2: fmt.Errorf("too")}[i] })
	assert.EqualError(t, err, "cpu(1): out of luck")
	err = team.each(func(i int) error { return map[int]error{2: fmt.Errorf("cpu(2): FullyConnected: broken")}[i] })
	assert.EqualError(t, err, "cpu(2): FullyConnected: broken")
}

func TestWhoUpdates(t *testing.T) {
	small, big := optimizer.Param{Shape: ndarray.Shape{4096, 4096}}, optimizer.Param{Shape: ndarray.Shape{16<<20 + 1}}
	for kind, want := range map[string][2]bool{
		"local": {true, false}, "local_update_cpu": {true, true}, "local_allreduce_cpu": {false, false},
		"device": {true, true}, "local_allreduce_device": {false, false},
	} {
		assert.Equal(t, want[0], updatesInStore(kind, []optimizer.Param{small}), kind)
		assert.Equal(t, want[1], updatesInStore(kind, []optimizer.Param{small, big}), kind)
	}
}
