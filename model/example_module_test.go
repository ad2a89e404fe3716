package model_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// silent writes no log.
func silent(string, ...any) {}

// A training loop of one's own: what Fit does, step by step.
func ExampleModule() {
	net, data := toy(960)
	mod := model.NewModule(net, model.Seed(1))
	defer mod.Close()
	check(mod.Bind(data.ProvideData(), data.ProvideLabel()))
	check(mod.InitParams(model.Initializer(initializer.Xavier{})))
	check(mod.InitOptimizer("local", optimizer.SGD{LearningRate: 0.5, Momentum: 0.9}))
	accuracy := metric.Accuracy()
	for epoch := range 20 {
		accuracy.Reset()
		data.SetEpoch(epoch)
		for {
			batch, err := data.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			check(err)
			check(mod.ForwardBackward(batch))
			check(mod.Update())
			check(mod.UpdateMetric(accuracy, batch.Label))
		}
	}
	_, value := accuracy.Get()
	fmt.Println("learnt it:", value > 0.95)
	// Output: learnt it: true
}

// Fine-tuning: the lower layers of a trained network stay as they are, and a new last layer learns another task.
func ExampleFixedParams() {
	ctx := context.Background()
	// A network that knows which of three numbers is largest.
	x := symbol.FullyConnected(symbol.Variable("data"), 16, with.Name("fc1"))
	x = symbol.Flatten(symbol.Tanh(x), with.Name("flatten0"))
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 3, with.Name("fc2")), with.Name("softmax"))
	old := model.NewModule(net, model.Epochs(20), model.Optimizer(optimizer.SGD{LearningRate: 0.5, Momentum: 0.9}), model.Log(silent))
	defer old.Close()
	check(old.Fit(ctx, toyData(960, 32)))
	trained, err := old.GetParams()
	check(err)

	// Up to flatten0 it is the new network's too; fc_new is not among the trained parameters, fc2 is not in the network.
	features := net.GetInternals().OutputNamed("flatten0_output")
	net = symbol.SoftmaxOutput(symbol.FullyConnected(features, 2, with.Name("fc_new")), with.Name("softmax"))
	mod := model.NewModule(net, model.FixedParams(features.ListArguments()[1:]...), model.Epochs(20),
		model.WithParams(trained), model.AllowMissingParams(), model.AllowExtraParams(),
		model.Optimizer(optimizer.SGD{LearningRate: 0.5, Momentum: 0.9}), model.Log(silent))
	defer mod.Close()
	data := firstIsLargest(960)
	check(mod.Fit(ctx, data))

	tuned, err := mod.GetParams()
	check(err)
	same := slices.Equal(trained.Args["fc1_weight"].Float32(), tuned.Args["fc1_weight"].Float32())
	score, err := mod.Score(ctx, data)
	check(err)
	fmt.Println("fixed:", strings.Join(features.ListArguments()[1:], ", "))
	fmt.Println("to the bit:", same)
	fmt.Println("learnt it:", score > 0.9)
	// Output:
	// fixed: fc1_weight, fc1_bias
	// to the bit: true
	// learnt it: true
}

// firstIsLargest asks of toyData's examples whether the first number is the largest.
func firstIsLargest(n int) mxio.DataIter {
	b, err := toyData(n, n).Next(context.Background())
	check(err)
	label := b.Label[0].Float32()
	for i, l := range label {
		label[i] = 0
		if l == 0 {
			label[i] = 1
		}
	}
	it, err := mxio.NewNDArrayIter(mxio.Floats(b.Data[0].Float32(), n, 3), mxio.Floats(label), mxio.BatchSize(32))
	check(err)
	return it
}

// What goes through a network: the size of weights and outputs, as the step of the first batch computed them.
func ExampleMonitor() {
	x := symbol.FullyConnected(symbol.Variable("data"), 2, with.NoBias(true), with.Name("fc"))
	net := symbol.LinearRegressionOutput(x, with.Name("lin"))
	e, err := net.SimpleBind(device.CPU(0), symbol.GradWrite, map[string]ndarray.Shape{"data": {1, 2}})
	check(err)
	defer e.Close()
	check(e.Arg("data").SetFloat32([]float32{3, 4}))
	check(e.Arg("fc_weight").SetFloat32([]float32{1, 0, 0, 1}))

	mon := &model.Monitor{Interval: 10, Pattern: "fc|data"}
	check(mon.Install(e))
	mon.Tic()
	check(e.Forward(true))
	check(mon.TocPrint(func(format string, args ...any) {
		fmt.Println(strings.TrimSpace(fmt.Sprintf(format, args...)))
	}))
	// Output:
	// Batch:       1 fc_output                      3.535534
	// Batch:       1 data                           3.535534
	// Batch:       1 fc_weight                      0.70710677
}
