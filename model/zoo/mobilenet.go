package zoo

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// MobileNet is the network of Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision
// applications", 2017, for (N, 3, 224, 224); multiplier scales the number of channels.
func MobileNet(multiplier float64) func(classes int) *symbol.Symbol {
	return func(classes int) *symbol.Symbol {
		channels := func(n int) int { return int(math.Round(float64(n) * multiplier)) }
		x := slim(symbol.Variable("data"), "conv_1", channels(32), square(3).by(2).same(), with.NumGroup(1))
		have := channels(32)
		for i, l := range []struct{ filters, stride int }{
			{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
		} {
			name := fmt.Sprintf("conv_%d", i+2)
			x = slim(x, name+"_dw", have, square(3).by(l.stride).same(), with.NumGroup(have))
			have = channels(l.filters)
			x = slim(x, name, have, square(1), with.NumGroup(1))
		}
		x = pool(x, with.PoolAvg, square(7), with.Name("global_pool"))
		return dense(symbol.Flatten(x, with.Name("flatten")), classes, "fc")
	}
}

// MobileNetV2 is the network of Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018, for
// (N, 3, 224, 224).
func MobileNetV2(classes int) *symbol.Symbol {
	x := relu6Unit(symbol.Variable("data"), "first-3x3-conv", 32, square(3).by(2).same(), 1)
	have := 32
	for i, b := range []struct{ expand, channels, blocks, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		for k := range b.blocks {
			stride := b.stride
			if k > 0 {
				stride = 1
			}
			name := fmt.Sprintf("seq-%d-block%d", i, k)
			y := invertedResidual(x, name, have*b.expand, b.channels, stride)
			if k > 0 {
				y = symbol.ElemwiseAdd(x, y, with.Name(name+"-shortcut"))
			}
			x, have = y, b.channels
		}
	}
	x = relu6Unit(x, "last-1x1-conv", 1280, square(1), 1)
	x = pool(x, with.PoolAvg, square(7), with.GlobalPool(true), with.Name("global_pool"))
	return dense(symbol.Flatten(x, with.Name("flatten")), classes, "fc")
}

// invertedResidual widens by a 1×1, convolves each channel on its own and narrows without ReLU.
func invertedResidual(x *symbol.Symbol, name string, wide, channels, stride int) *symbol.Symbol {
	x = relu6Unit(x, name+"-exp", wide, square(1), 1)
	x = relu6Unit(x, name+"-depthwise", wide, square(3).by(stride).same(), wide)
	return linearUnit(x, name+"-linear", channels, square(1), 1)
}

func linearUnit(x *symbol.Symbol, name string, filters int, w window, groups int) *symbol.Symbol {
	x = conv(x, filters, w, with.NumGroup(groups), with.NoBias(true), with.Name(name+"-conv2d"))
	return symbol.BatchNorm(x, with.FixGamma(false), with.Eps(1e-5), with.UseGlobalStats(false), with.Name(name+"-batchnorm"))
}

func relu6Unit(x *symbol.Symbol, name string, filters int, w window, groups int) *symbol.Symbol {
	x = linearUnit(x, name, filters, w, groups)
	return symbol.Apply("clip", nil, []*symbol.Symbol{x}, said{"a_min": "0", "a_max": "6"}, with.Name(name+"-relu6"))
}
