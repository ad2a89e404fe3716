// Quickstart defines LeNet and trains it on MNIST.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/io/dataset"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func lenet() *symbol.Symbol {
	x := symbol.Variable("data")
	for _, filters := range []int{20, 50} {
		x = symbol.Convolution(x, filters, with.Kernel(5, 5))
		x = symbol.Tanh(x)
		x = symbol.Pooling(x, with.PoolMax, with.Kernel(2, 2), with.Stride(2, 2))
	}
	x = symbol.Tanh(symbol.FullyConnected(symbol.Flatten(x), 500))
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 10), with.Name("softmax"))
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	train, val, err := dataset.MNIST(ctx, dataset.Batch(64))
	check(err)
	m := model.NewFeedForward(lenet(), model.On(device.CPU(0)), model.Epochs(10),
		model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9}))
	check(m.Fit(ctx, train, model.Validate(val), model.Each(50, model.Speedometer), model.Checkpoint("model/lenet")))
	fmt.Println(m.Score(ctx, val))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
