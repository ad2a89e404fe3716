package zoo

import (
	"fmt"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// The residual networks for small images that MXNet 0.7 has. Both add before the last ReLU of a block, as in He et al.,
// "Deep residual learning for image recognition", 2016.

// ResNet07 is the network that MXNet 0.7 calls resnet, for (N, 3, 32, 32): three levels of nine blocks behind a BatchNorm
// that standardizes the data; a 2×2 convolution is the shortcut where the size is halved.
func ResNet07(classes int) *symbol.Symbol {
	x := symbol.BatchNorm(symbol.Variable("data"), with.FixGamma(true), with.Momentum(0.9), with.Name("zscore"))
	x = relu(named07(x, "conv0", 16, square(3).same()), "conv0_relu")
	for level := range 3 {
		for block := range 9 {
			name, filters := fmt.Sprintf("level%d_block%d", level+1, block+1), 16<<level
			first, shortcut := square(3).same(), x
			if level > 0 && block == 0 {
				first = first.by(2)
				shortcut = conv(x, filters, square(2).by(2), with.NoBias(true), with.Name(name+"_proj"))
			}
			x = relu(named07(x, name+"_conv1", filters, first), name+"_conv1_relu")
			x = symbol.Add(shortcut, named07(x, name+"_conv2", filters, square(3).same()))
			x = relu(x, name+"_relu")
		}
	}
	x = symbol.Pooling(x, with.PoolAvg, with.Kernel(8, 8))
	return dense(symbol.Flatten(x), classes, "fc")
}

// named07 is a convolution without bias and BatchNorm, named after it with _bn.
func named07(x *symbol.Symbol, name string, filters int, w window) *symbol.Symbol {
	x = conv(x, filters, w, with.NoBias(true), with.Name(name))
	return symbol.BatchNorm(x, with.Eps(1.0000100000000001e-05), with.FixGamma(false), with.Momentum(0.9), with.Name(name+"_bn"))
}

// ResNetSmall07 is the network that MXNet 0.7 calls resnet-28-small, for (N, 3, 28, 28): three stages of n blocks,
// 6n+2 layers deep, with automatic names.
func ResNetSmall07(n int) func(classes int) *symbol.Symbol {
	norm := func(x *symbol.Symbol, filters int, w window) *symbol.Symbol {
		return symbol.BatchNorm(conv(x, filters, w))
	}
	return func(classes int) *symbol.Symbol {
		x := plainUnit(symbol.Variable("data"), 16, square(3).same())
		for stage := range 3 {
			for block := range n {
				filters := 16 << stage
				first, shortcut := square(3).same(), x
				if stage > 0 && block == 0 {
					first = first.by(2)
					shortcut = norm(x, filters, square(1).by(2))
				}
				y := norm(plainUnit(x, filters, first), filters, square(3).same())
				x = relu(symbol.Add(y, shortcut), "")
			}
		}
		x = symbol.Pooling(x, with.PoolAvg, with.Kernel(7, 7))
		return dense(symbol.Flatten(x, with.Name("flatten")), classes, "fc1")
	}
}
