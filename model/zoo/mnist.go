package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// MLP is the multi-layer perceptron of train_mnist: (N, …) → 128 → 64 → classes, ReLU between.
func MLP(classes int) *symbol.Symbol {
	x := symbol.Flatten(symbol.Variable("data"))
	x = symbol.FullyConnected(x, 128, with.Name("fc1"))
	x = symbol.Activation(x, with.ActRelu, with.Name("relu1"))
	x = symbol.FullyConnected(x, 64, with.Name("fc2"))
	x = symbol.Activation(x, with.ActRelu, with.Name("relu2"))
	x = symbol.FullyConnected(x, classes, with.Name("fc3"))
	return symbol.SoftmaxOutput(x, with.Name("softmax"))
}

// LeNet is the convolutional network of train_mnist (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied
// to document recognition", 1998): two 5×5 convolutions with tanh and pooling, 500 hidden units, classes.
func LeNet(classes int) *symbol.Symbol {
	x := symbol.Variable("data")
	for _, filters := range []int{20, 50} {
		x = symbol.Convolution(x, filters, with.Kernel(5, 5))
		x = symbol.Activation(x, with.ActTanh)
		x = symbol.Pooling(x, with.PoolMax, with.Kernel(2, 2), with.Stride(2, 2))
	}
	x = symbol.FullyConnected(symbol.Flatten(x), 500)
	x = symbol.Activation(x, with.ActTanh)
	x = symbol.FullyConnected(x, classes)
	return symbol.SoftmaxOutput(x, with.Name("softmax"))
}
