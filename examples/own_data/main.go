// Own_data trains on arrays in memory: it shuffles and splits them, scales them, wraps them in an NDArrayIter and calls
// Fit. Here the arrays are MNIST's; put your own in their place.
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/io/dataset"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/optimizer"
)

func main() {
	accuracy, err := run(context.Background(), "mnist/", 6)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("accuracy on 10,000 examples not trained on: %.4f\n", accuracy)
}

const pixels = 28 * 28

func run(ctx context.Context, dir string, epochs int) (float64, error) {
	all, _, err := dataset.LoadMNIST(ctx, dir)
	if err != nil {
		return 0, err
	}
	// Shuffle the examples, since many data sets come sorted by class, and split them.
	n := all.Images.Len()
	x, y := make([]float32, n*pixels), make([]float32, n)
	for to, from := range rand.New(rand.NewPCG(1, 0)).Perm(n) {
		for k := range pixels {
			x[to*pixels+k] = float32(all.Images.Data[from*pixels+k]) / 256 // scaled to [0, 1)
		}
		y[to] = float32(all.Labels.Data[from])
	}
	const train = 50000
	trainIter, err := mxio.NewNDArrayIter(mxio.Floats(x[:train*pixels], train, pixels), mxio.Floats(y[:train]), mxio.BatchSize(100), mxio.Shuffle(1))
	if err != nil {
		return 0, err
	}
	valIter, err := mxio.NewNDArrayIter(mxio.Floats(x[train*pixels:], n-train, pixels), mxio.Floats(y[train:]), mxio.BatchSize(100))
	if err != nil {
		return 0, err
	}
	m := model.NewFeedForward(zoo.MLP(10), model.Epochs(epochs), model.Initializer(initializer.Xavier{}),
		model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9, LRScheduler: optimizer.FactorScheduler{Step: 500, Factor: 0.7}}))
	if err := m.Fit(ctx, trainIter, model.Validate(valIter)); err != nil {
		return 0, err
	}
	return m.Score(ctx, valIter)
}
