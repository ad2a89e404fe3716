package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// InceptionBN07 is InceptionBN as MXNet 0.7 has it, for (N, 3, 224, 224): BatchNorm with its defaults, poolings that round
// sizes up.
func InceptionBN07(classes int) *symbol.Symbol {
	return inceptionBN07(classes, 64, 64, 192, inceptionModules)
}

// InceptionBNFull is the wider Inception with BatchNorm that MXNet 0.7 has for the 21841 classes of all of ImageNet, for
// (N, 3, 224, 224).
func InceptionBNFull(classes int) *symbol.Symbol {
	return inceptionBN07(classes, 96, 128, 288, fullModules)
}

var fullModules = []bnModule{
	{"3a", 96, 96, 96, 96, 144, with.PoolAvg, 48},
	{"3b", 96, 96, 144, 96, 144, with.PoolAvg, 96},
	{"3c", 0, 192, 240, 96, 144, with.PoolMax, 0},
	{"4a", 224, 64, 96, 96, 128, with.PoolAvg, 128},
	{"4b", 192, 96, 128, 96, 128, with.PoolAvg, 128},
	{"4c", 160, 128, 160, 128, 160, with.PoolAvg, 128},
	{"4d", 96, 128, 192, 160, 96, with.PoolAvg, 128},
	{"4e", 0, 128, 192, 192, 256, with.PoolMax, 0},
	{"5a", 352, 192, 320, 160, 224, with.PoolAvg, 128},
	{"5b", 352, 192, 320, 192, 224, with.PoolMax, 128},
}

// inceptionBN07 has conv1, reduce and conv2 filters in its first convolutions.
func inceptionBN07(classes, conv1, reduce, conv2 int, modules []bnModule) *symbol.Symbol {
	half := square(3).by(2)
	x := bn07.unit(symbol.Variable("data"), "conv1", conv1, square(7).by(2).border(3))
	x = pool(x, with.PoolMax, half, with.Name("pool1"), with.ConventionFull)
	x = bn07.unit(x, "conv2red", reduce, square(1))
	x = bn07.unit(x, "conv2", conv2, square(3).same())
	x = pool(x, with.PoolMax, half, with.Name("pool2"), with.ConventionFull)
	x = bn07.body(x, modules)
	x = pool(x, with.PoolAvg, square(7), with.Name("global_pool"))
	return dense(symbol.Flatten(x, with.Name("flatten")), classes, "fc1")
}

// InceptionBNSmall07 is InceptionBNSmall as MXNet 0.7 has it, for (N, 3, 28, 28): automatic names, BatchNorm with its
// defaults, poolings that round sizes up.
func InceptionBNSmall07(classes int) *symbol.Symbol {
	x := plainUnit(symbol.Variable("data"), 96, square(3).same())
	for _, m := range smallModules {
		var parts []*symbol.Symbol
		if m.n1 > 0 {
			parts = append(parts, plainUnit(x, m.n1, square(1)), plainUnit(x, m.n3, square(3).same()))
		} else {
			parts = append(parts, plainUnit(x, m.n3, square(3).same().by(2)), pool(x, with.PoolMax, square(3).by(2), with.ConventionFull))
		}
		x = symbol.Concat(parts)
	}
	x = symbol.Pooling(x, with.PoolAvg, with.Kernel(7, 7), with.Name("global_pool"))
	return dense(symbol.Flatten(x, with.Name("flatten1")), classes, "fc1")
}

// plainUnit is a convolution, BatchNorm with its defaults and ReLU, with automatic names.
func plainUnit(x *symbol.Symbol, filters int, w window) *symbol.Symbol {
	return relu(symbol.BatchNorm(conv(x, filters, w)), "")
}
