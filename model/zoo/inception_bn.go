package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// bnUnit is a convolution, BatchNorm and ReLU, named conv_, bn_ and relu_ with the unit's name.
func bnUnit(x *symbol.Symbol, name string, filters int, w window) *symbol.Symbol {
	x = conv(x, filters, w, with.Name("conv_"+name))
	x = symbol.BatchNorm(x, with.Eps(1.0000100000000001e-05), with.FixGamma(false), with.Momentum(0.9), with.Name("bn_"+name))
	return relu(x, "relu_"+name)
}

// InceptionBN is the network of Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
// internal covariate shift", 2015, for (N, 3, 224, 224).
func InceptionBN(classes int) *symbol.Symbol {
	half := square(3).by(2)
	x := bnUnit(symbol.Variable("data"), "1", 64, square(7).by(2).border(3))
	x = pool(x, with.PoolMax, half, with.Name("pool_1"))
	x = bnUnit(x, "2_red", 64, square(1))
	x = bnUnit(x, "2", 192, square(3).same())
	x = pool(x, with.PoolMax, half, with.Name("pool_2"))
	x = inceptionA(x, "3a", 64, 64, 64, 64, 96, with.PoolAvg, 32)
	x = inceptionA(x, "3b", 64, 64, 96, 64, 96, with.PoolAvg, 64)
	x = inceptionB(x, "3c", 128, 160, 64, 96)
	x = inceptionA(x, "4a", 224, 64, 96, 96, 128, with.PoolAvg, 128)
	x = inceptionA(x, "4b", 192, 96, 128, 96, 128, with.PoolAvg, 128)
	x = inceptionA(x, "4c", 160, 128, 160, 128, 160, with.PoolAvg, 128)
	x = inceptionA(x, "4d", 96, 128, 192, 160, 192, with.PoolAvg, 128)
	x = inceptionB(x, "4e", 128, 192, 192, 256)
	x = inceptionA(x, "5a", 352, 192, 320, 160, 224, with.PoolAvg, 128)
	x = inceptionA(x, "5b", 352, 192, 320, 192, 224, with.PoolMax, 128)
	x = pool(x, with.PoolAvg, square(7), with.Name("global_pool"))
	return dense(symbol.Flatten(x), classes, "")
}

// inceptionA keeps the size: 1×1, 3×3, two 3×3, and pooling with a projection.
func inceptionA(x *symbol.Symbol, name string, n1, reduce3, n3, reduceD, nD int, kind with.PoolTypeValue, proj int) *symbol.Symbol {
	a := bnUnit(x, name+"_1x1", n1, square(1))
	b := bnUnit(x, name+"_3x3_reduce", reduce3, square(1))
	b = bnUnit(b, name+"_3x3", n3, square(3).same())
	c := bnUnit(x, name+"_double_3x3_reduce", reduceD, square(1))
	c = bnUnit(c, name+"_double_3x3_0", nD, square(3).same())
	c = bnUnit(c, name+"_double_3x3_1", nD, square(3).same())
	d := pool(x, kind, square(3).same(), with.Name(string(kind)+"_pool_"+name+"_pool"))
	d = bnUnit(d, name+"_proj", proj, square(1))
	return symbol.Concat([]*symbol.Symbol{a, b, c, d}, with.Name("ch_concat_"+name+"_chconcat"))
}

// inceptionB halves the size.
func inceptionB(x *symbol.Symbol, name string, reduce3, n3, reduceD, nD int) *symbol.Symbol {
	half := square(3).by(2).border(1)
	a := bnUnit(x, name+"_3x3_reduce", reduce3, square(1))
	a = bnUnit(a, name+"_3x3", n3, half)
	b := bnUnit(x, name+"_double_3x3_reduce", reduceD, square(1))
	b = bnUnit(b, name+"_double_3x3_0", nD, square(3).same())
	b = bnUnit(b, name+"_double_3x3_1", nD, half)
	c := pool(x, with.PoolMax, half, with.Name("max_pool_"+name+"_pool"))
	return symbol.Concat([]*symbol.Symbol{a, b, c}, with.Name("ch_concat_"+name+"_chconcat"))
}

// InceptionBNSmall is InceptionBN for images of 28×28.
func InceptionBNSmall(classes int) *symbol.Symbol {
	x := bnUnit(symbol.Variable("data"), "1", 96, square(3).same())
	for _, m := range []struct {
		name   string
		n1, n3 int // n1 of 0: a module that halves the size
	}{
		{"in3a", 32, 32}, {"in3b", 32, 48}, {"in3c", 0, 80}, {"in4a", 112, 48}, {"in4b", 96, 64}, {"in4c", 80, 80}, {"in4d", 48, 96},
		{"in4e", 0, 96}, {"in5a", 176, 160}, {"in5b", 176, 160},
	} {
		var parts []*symbol.Symbol
		if m.n1 > 0 {
			parts = append(parts, bnUnit(x, m.name+"_1x1", m.n1, square(1)), bnUnit(x, m.name+"_3x3", m.n3, square(3).same()))
		} else {
			half := square(3).by(2).border(1)
			parts = append(parts, bnUnit(x, m.name+"_conv", m.n3, half), pool(x, with.PoolMax, half, with.Name(m.name+"_pool")))
		}
		x = symbol.Concat(parts, with.Name(m.name+"_ch_concat"))
	}
	x = symbol.Pooling(x, with.PoolAvg, with.Kernel(7, 7), with.Name("global_pool"))
	return dense(symbol.Flatten(x), classes, "")
}
