package zoo

import (
	"fmt"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// residualPlan is what depth and image size decide: units and filters of each stage, and whether units are bottlenecks.
type residualPlan struct {
	units, filters []int // filters[0] is that of the first convolution
	bottleneck     bool
	small          bool // images up to 32×32: a 3×3 first convolution, no pooling after it
}

// imagenetUnits are the units of the four stages for images larger than 32×32.
var imagenetUnits = map[int][]int{18: {2, 2, 2, 2}, 34: {3, 4, 6, 3}, 50: {3, 4, 6, 3}, 101: {3, 4, 23, 3}, 152: {3, 8, 36, 3}, 200: {3, 24, 36, 3}, 269: {3, 30, 48, 8}}

// imagenetPlan is the plan for large images.
func imagenetPlan(depth int) residualPlan {
	p := residualPlan{units: imagenetUnits[depth], bottleneck: depth >= 50, filters: []int{64, 64, 128, 256, 512}}
	if p.bottleneck {
		p.filters = []int{64, 256, 512, 1024, 2048}
	}
	return p
}

// cifarPlan is the plan for small images: depth is 6n+2, or 9n+2 from 164 on.
func cifarPlan(depth int) residualPlan {
	p := residualPlan{small: true, filters: []int{16, 16, 32, 64}}
	n := (depth - 2) / 6
	if depth >= 164 {
		p.bottleneck, p.filters, n = true, []int{16, 64, 128, 256}, (depth-2)/9
	}
	p.units = []int{n, n, n}
	return p
}

// resConv is a convolution of residual networks: no bias, 256 MB of workspace.
func resConv(x *symbol.Symbol, name string, filters int, w window, more ...with.ConvolutionOption) *symbol.Symbol {
	return conv(x, filters, w, append([]with.ConvolutionOption{with.NoBias(true), with.Workspace(256), with.Name(name)}, more...)...)
}

// resShortcut is the 1×1 convolution that brings x to the new size; it says no border.
func resShortcut(x *symbol.Symbol, name string, filters, stride int) *symbol.Symbol {
	return symbol.Convolution(x, filters, with.Kernel(1, 1), with.Stride(stride, stride), with.NoBias(true), with.Workspace(256), with.Name(name))
}

func resBN(x *symbol.Symbol, name string, fixGamma bool) *symbol.Symbol {
	return symbol.BatchNorm(x, with.FixGamma(fixGamma), with.Eps(2e-5), with.Momentum(0.9), with.Name(name))
}

// resStart is the first convolution, with what follows it for large images.
func (p *residualPlan) resStart(x *symbol.Symbol) *symbol.Symbol {
	if p.small {
		return resConv(x, "conv0", p.filters[0], square(3).same())
	}
	x = resConv(x, "conv0", p.filters[0], square(7).by(2).border(3))
	x = relu(resBN(x, "bn0", false), "relu0")
	return pool(x, with.PoolMax, square(3).by(2).border(1))
}

// stages runs unit over all stages; first marks those that change the size.
func (p *residualPlan) stages(x *symbol.Symbol, unit func(x *symbol.Symbol, name string, filters, stride int, first bool) *symbol.Symbol) *symbol.Symbol {
	for s, n := range p.units {
		stride := 2
		if s == 0 {
			stride = 1
		}
		for u := range n {
			x = unit(x, fmt.Sprintf("stage%d_unit%d", s+1, u+1), p.filters[s+1], stride, u == 0)
			stride = 1
		}
	}
	return x
}

func resEnd(x *symbol.Symbol, classes int) *symbol.Symbol {
	x = symbol.Pooling(x, with.PoolAvg, with.GlobalPool(true), with.Kernel(7, 7), with.Name("pool1"))
	return dense(symbol.Flatten(x), classes, "fc1")
}

// ResNet is a network of He, Zhang, Ren and Sun, "Identity mappings in deep residual networks", 2016 (version 2), for
// (N, 3, 224, 224): 18, 34, 50, 101, 152, 200 or 269 layers deep.
func ResNet(depth int) func(classes int) *symbol.Symbol { return resNetV2(imagenetPlan(depth)) }

// ResNetCIFAR is ResNet for (N, 3, 28, 28) or 32×32: 20, 56, 110 (6n+2), 164 (9n+2) … layers deep.
func ResNetCIFAR(depth int) func(classes int) *symbol.Symbol { return resNetV2(cifarPlan(depth)) }

func resNetV2(p residualPlan) func(classes int) *symbol.Symbol {
	return func(classes int) *symbol.Symbol {
		x := symbol.Copy(symbol.Variable("data"), with.Name("id"))
		x = p.resStart(resBN(x, "bn_data", true))
		x = p.stages(x, p.unitV2)
		return resEnd(relu(resBN(x, "bn1", false), "relu1"), classes)
	}
}

func (p *residualPlan) unitV2(x *symbol.Symbol, name string, filters, stride int, first bool) *symbol.Symbol {
	act := func(x *symbol.Symbol, i string) *symbol.Symbol {
		return relu(resBN(x, name+"_bn"+i, false), name+"_relu"+i)
	}
	a := act(x, "1")
	var y *symbol.Symbol
	if p.bottleneck {
		y = resConv(a, name+"_conv1", filters/4, square(1))
		y = resConv(act(y, "2"), name+"_conv2", filters/4, square(3).by(stride).same())
		y = resConv(act(y, "3"), name+"_conv3", filters, square(1))
	} else {
		y = resConv(a, name+"_conv1", filters, square(3).by(stride).same())
		y = resConv(act(y, "2"), name+"_conv2", filters, square(3).same())
	}
	if first {
		x = resShortcut(a, name+"_sc", filters, stride)
	}
	return symbol.Add(y, x)
}

// ResNetV1 is a network of He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016, for
// (N, 3, 224, 224): 18, 34, 50, 101 or 152 layers deep; the first 1×1 of a bottleneck takes the stride.
func ResNetV1(depth int) func(classes int) *symbol.Symbol { return resNetV1(imagenetPlan(depth)) }

// ResNetV1CIFAR is ResNetV1 for (N, 3, 28, 28) or 32×32.
func ResNetV1CIFAR(depth int) func(classes int) *symbol.Symbol { return resNetV1(cifarPlan(depth)) }

func resNetV1(p residualPlan) func(classes int) *symbol.Symbol {
	return func(classes int) *symbol.Symbol {
		x := p.resStart(symbol.Copy(symbol.Variable("data"), with.Name("id")))
		if p.small {
			x = resBN(x, "bn0", false)
		}
		return resEnd(p.stages(x, p.unitV1), classes)
	}
}

func (p *residualPlan) unitV1(x *symbol.Symbol, name string, filters, stride int, first bool) *symbol.Symbol {
	part := func(x *symbol.Symbol, i string, filters int, w window) *symbol.Symbol {
		return resBN(resConv(x, name+"_conv"+i, filters, w), name+"_bn"+i, false)
	}
	var y *symbol.Symbol
	if p.bottleneck {
		y = relu(part(x, "1", filters/4, square(1).by(stride)), name+"_relu1")
		y = relu(part(y, "2", filters/4, square(3).same()), name+"_relu2")
		y = part(y, "3", filters, square(1))
	} else {
		y = relu(part(x, "1", filters, square(3).by(stride).same()), name+"_relu1")
		y = part(y, "2", filters, square(3).same())
	}
	if first {
		x = resBN(resShortcut(x, name+"_conv1sc", filters, stride), name+"_sc", false)
	}
	return relu(symbol.Add(y, x), name+"_relu3")
}

// ResNeXt is a network of Xie et al., "Aggregated residual transformations for deep neural networks", 2017, for
// (N, 3, 224, 224): 50, 101 or 152 layers deep, with 3×3 convolutions in groups.
func ResNeXt(depth, groups int) func(classes int) *symbol.Symbol {
	p := imagenetPlan(depth)
	return func(classes int) *symbol.Symbol {
		x := symbol.Copy(symbol.Variable("data"), with.Name("id"))
		x = p.resStart(resBN(x, "bn_data", true))
		x = p.stages(x, func(x *symbol.Symbol, name string, filters, stride int, first bool) *symbol.Symbol {
			part := func(x *symbol.Symbol, i string, filters int, w window, more ...with.ConvolutionOption) *symbol.Symbol {
				return resBN(resConv(x, name+"_conv"+i, filters, w, more...), name+"_bn"+i, false)
			}
			y := relu(part(x, "1", filters/2, square(1)), name+"_relu1")
			y = relu(part(y, "2", filters/2, square(3).by(stride).same(), with.NumGroup(groups)), name+"_relu2")
			y = part(y, "3", filters, square(1))
			if first {
				x = resBN(resShortcut(x, name+"_sc", filters, stride), name+"_sc_bn", false)
			}
			return relu(symbol.Add(y, x), name+"_relu")
		})
		return resEnd(x, classes)
	}
}
