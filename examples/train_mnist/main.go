// Train_mnist trains a multi-layer perceptron or LeNet on MNIST's handwritten digits.
//
//	go run ./examples/train_mnist --network lenet --model-prefix model/lenet
package main

import (
	"context"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/gomx-org/gomx/examples/internal/train"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/io/dataset"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
)

// digit is the shape of one of MNIST's images.
var digit = [3]int{1, 28, 28}

func main() {
	var cli struct{ train.Flags }
	train.Parse(&cli, "train_mnist", "Train a network on MNIST's handwritten digits.", kong.Vars{
		"network": "mlp", "networks": strings.Join(zoo.NamesFor(digit), ", "), "data_dir": "mnist/", "num_examples": "60000", "batch_size": "128", "lr": ".1", "num_epochs": "10",
	})
	train.Run("train_mnist", &cli.Flags, open)
}

// open finds the digits. Training drops the last, partial batch as MXNet's MNISTIter does; validation counts every example.
func open(ctx context.Context, f *train.Flags, log model.Logf) (*train.Data, error) {
	files, err := dataset.FindMNIST(ctx, f.DataDir)
	if err != nil {
		return nil, err
	}
	log("data: %s", files.Source)
	tr, err := mxio.NewMNISTIter(files.TrainImages, files.TrainLabels, mxio.BatchSize(f.BatchSize), mxio.Shuffle(f.Seed))
	if err != nil {
		return nil, err
	}
	val, err := mxio.NewMNISTIter(files.TestImages, files.TestLabels, mxio.BatchSize(f.BatchSize), mxio.LastBatch(mxio.Pad))
	if err != nil {
		return nil, err
	}
	return &train.Data{Train: tr, Val: val, Shape: digit, Classes: 10}, nil
}
