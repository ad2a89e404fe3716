package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// AlexNet is the network of Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
// networks", 2012, on one tower, for (N, 3, 224, 224).
func AlexNet(classes int) *symbol.Symbol {
	lrn := said{"alpha": "0.0001", "beta": "0.75", "knorm": "2", "nsize": "5"}
	half := square(3).by(2)
	x := symbol.Convolution(symbol.Variable("data"), 96, with.Kernel(11, 11), with.Stride(4, 4), with.Name("conv1"))
	x = symbol.Apply("LRN", nil, []*symbol.Symbol{relu(x, "")}, lrn)
	x = pool(x, with.PoolMax, half)
	x = symbol.Convolution(x, 256, with.Kernel(5, 5), with.Pad(2, 2), with.Name("conv2"))
	x = symbol.Apply("LRN", nil, []*symbol.Symbol{relu(x, "")}, lrn)
	x = pool(x, with.PoolMax, half)
	for _, c := range []struct {
		name    string
		filters int
	}{{"conv3", 384}, {"conv4", 384}, {"conv5", 256}} {
		x = relu(symbol.Convolution(x, c.filters, with.Kernel(3, 3), with.Pad(1, 1), with.Name(c.name)), "")
	}
	x = symbol.Flatten(pool(x, with.PoolMax, half))
	for _, name := range []string{"fc1", "fc2"} {
		x = relu(symbol.FullyConnected(x, 4096, with.Name(name)), "")
		x = symbol.Dropout(x, with.P(0.5))
	}
	return dense(x, classes, "fc3")
}

// AlexNet07 is AlexNet as MXNet 0.7 has it: pooling comes before LRN and rounds sizes up, and names are automatic.
func AlexNet07(classes int) *symbol.Symbol {
	lrn := said{"alpha": "0.0001", "beta": "0.75", "knorm": "1", "nsize": "5"}
	half := square(3).by(2)
	x := relu(symbol.Convolution(symbol.Variable("data"), 96, with.Kernel(11, 11), with.Stride(4, 4)), "")
	x = symbol.Apply("LRN", nil, []*symbol.Symbol{pool(x, with.PoolMax, half, with.ConventionFull)}, lrn)
	x = relu(symbol.Convolution(x, 256, with.Kernel(5, 5), with.Pad(2, 2)), "")
	x = symbol.Apply("LRN", nil, []*symbol.Symbol{pool(x, with.PoolMax, half, with.ConventionFull)}, lrn)
	for _, filters := range []int{384, 384, 256} {
		x = relu(symbol.Convolution(x, filters, with.Kernel(3, 3), with.Pad(1, 1)), "")
	}
	x = symbol.Flatten(pool(x, with.PoolMax, half, with.ConventionFull))
	for range 2 {
		x = symbol.Dropout(relu(symbol.FullyConnected(x, 4096), ""), with.P(0.5))
	}
	return dense(x, classes, "")
}
