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
func LeNet(classes int) *symbol.Symbol { return leNet(symbol.Variable("data"), classes) }

func leNet(x *symbol.Symbol, classes int) *symbol.Symbol {
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

// LeNetSTN is LeNet behind a spatial transformer (Jaderberg, Simonyan, Zisserman and Kavukcuoglu, "Spatial transformer
// networks", 2015), which turns and scales each digit as a small network of its own sees fit.
func LeNetSTN(classes int) *symbol.Symbol {
	data := symbol.Variable("data")
	x := symbol.Convolution(data, 30, with.Kernel(5, 5), with.Stride(2, 2))
	x = pool(relu(x, ""), with.PoolMax, square(2).by(2))
	x = relu(symbol.Convolution(x, 60, with.Kernel(3, 3), with.Stride(1, 1), with.Pad(1, 1)), "")
	x = symbol.Pooling(x, with.PoolAvg, with.GlobalPool(true), with.Kernel(2, 2))
	x = symbol.FullyConnected(symbol.Flatten(x), 6, with.Attr("__lr_mult__", "0.01"), with.Name("stn_loc"))
	return leNet(symbol.SpatialTransformer(data, x, with.TransformAffine, with.SamplerBilinear, with.TargetShape(28, 28)), classes)
}
