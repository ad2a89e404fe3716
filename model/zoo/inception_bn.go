package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// bnStyle is what the Inceptions with BatchNorm of one version of MXNet have in common.
type bnStyle struct {
	norm []with.BatchNormOption // of each BatchNorm
	half window                 // of the pooling in modules that halve the size,
	up   []with.PoolingOption   // and how poolings round sizes
}

var (
	bn08 = bnStyle{norm: []with.BatchNormOption{with.Eps(1.0000100000000001e-05), with.FixGamma(false), with.Momentum(0.9)}, half: square(3).by(2).border(1)}
	bn07 = bnStyle{half: square(3).by(2), up: []with.PoolingOption{with.ConventionFull}}
)

// unit is a convolution, BatchNorm and ReLU, named conv_, bn_ and relu_ with the unit's name.
func (b *bnStyle) unit(x *symbol.Symbol, name string, filters int, w window) *symbol.Symbol {
	x = conv(x, filters, w, with.Name("conv_"+name))
	x = symbol.BatchNorm(x, append([]with.BatchNormOption{with.Name("bn_" + name)}, b.norm...)...)
	return relu(x, "relu_"+name)
}

// shrink is the pooling that halves the size in a module.
func (b *bnStyle) shrink(x *symbol.Symbol, name string) *symbol.Symbol {
	return pool(x, with.PoolMax, b.half, append([]with.PoolingOption{with.Name(name)}, b.up...)...)
}

// InceptionBN is the network of Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
// internal covariate shift", 2015, for (N, 3, 224, 224).
func InceptionBN(classes int) *symbol.Symbol {
	half := square(3).by(2)
	x := bn08.unit(symbol.Variable("data"), "1", 64, square(7).by(2).border(3))
	x = pool(x, with.PoolMax, half, with.Name("pool_1"))
	x = bn08.unit(x, "2_red", 64, square(1))
	x = bn08.unit(x, "2", 192, square(3).same())
	x = pool(x, with.PoolMax, half, with.Name("pool_2"))
	x = bn08.body(x, inceptionModules)
	x = pool(x, with.PoolAvg, square(7), with.Name("global_pool"))
	return dense(symbol.Flatten(x), classes, "")
}

// bnModule is a module of Inception with BatchNorm. One without n1 halves the size and has no projection.
type bnModule struct {
	name                         string
	n1, reduce3, n3, reduceD, nD int // filters of 1×1; of 3×3; of each of two 3×3
	kind                         with.PoolTypeValue
	proj                         int
}

var inceptionModules = []bnModule{
	{"3a", 64, 64, 64, 64, 96, with.PoolAvg, 32},
	{"3b", 64, 64, 96, 64, 96, with.PoolAvg, 64},
	{"3c", 0, 128, 160, 64, 96, with.PoolMax, 0},
	{"4a", 224, 64, 96, 96, 128, with.PoolAvg, 128},
	{"4b", 192, 96, 128, 96, 128, with.PoolAvg, 128},
	{"4c", 160, 128, 160, 128, 160, with.PoolAvg, 128},
	{"4d", 96, 128, 192, 160, 192, with.PoolAvg, 128},
	{"4e", 0, 128, 192, 192, 256, with.PoolMax, 0},
	{"5a", 352, 192, 320, 160, 224, with.PoolAvg, 128},
	{"5b", 352, 192, 320, 192, 224, with.PoolMax, 128},
}

// body puts modules one after the other.
func (b *bnStyle) body(x *symbol.Symbol, modules []bnModule) *symbol.Symbol {
	for _, m := range modules {
		var parts []*symbol.Symbol
		last := square(3).same()
		if m.n1 > 0 {
			parts = append(parts, b.unit(x, m.name+"_1x1", m.n1, square(1)))
		} else {
			last = last.by(2)
		}
		y := b.unit(x, m.name+"_3x3_reduce", m.reduce3, square(1))
		parts = append(parts, b.unit(y, m.name+"_3x3", m.n3, last))
		y = b.unit(x, m.name+"_double_3x3_reduce", m.reduceD, square(1))
		y = b.unit(y, m.name+"_double_3x3_0", m.nD, square(3).same())
		parts = append(parts, b.unit(y, m.name+"_double_3x3_1", m.nD, last))
		name := string(m.kind) + "_pool_" + m.name + "_pool"
		if m.n1 > 0 {
			y = pool(x, m.kind, square(3).same(), with.Name(name))
			parts = append(parts, b.unit(y, m.name+"_proj", m.proj, square(1)))
		} else {
			parts = append(parts, b.shrink(x, name))
		}
		x = symbol.Concat(parts, with.Name("ch_concat_"+m.name+"_chconcat"))
	}
	return x
}

// smallModules are the modules for small images: 1×1 and 3×3 filters, or 3×3 and pooling, which halve the size.
var smallModules = []struct {
	name   string
	n1, n3 int // n1 of 0: it halves the size
}{
	{"in3a", 32, 32}, {"in3b", 32, 48}, {"in3c", 0, 80}, {"in4a", 112, 48}, {"in4b", 96, 64}, {"in4c", 80, 80}, {"in4d", 48, 96},
	{"in4e", 0, 96}, {"in5a", 176, 160}, {"in5b", 176, 160},
}

// InceptionBNSmall is InceptionBN for images of 28×28.
func InceptionBNSmall(classes int) *symbol.Symbol {
	x := bn08.unit(symbol.Variable("data"), "1", 96, square(3).same())
	for _, m := range smallModules {
		var parts []*symbol.Symbol
		if m.n1 > 0 {
			parts = append(parts, bn08.unit(x, m.name+"_1x1", m.n1, square(1)), bn08.unit(x, m.name+"_3x3", m.n3, square(3).same()))
		} else {
			parts = append(parts, bn08.unit(x, m.name+"_conv", m.n3, square(3).same().by(2)), bn08.shrink(x, m.name+"_pool"))
		}
		x = symbol.Concat(parts, with.Name(m.name+"_ch_concat"))
	}
	x = symbol.Pooling(x, with.PoolAvg, with.Kernel(7, 7), with.Name("global_pool"))
	return dense(symbol.Flatten(x), classes, "")
}
