package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// GoogLeNet is the network of Szegedy et al., "Going deeper with convolutions", 2015, without its side outputs, for
// (N, 3, 224, 224).
func GoogLeNet(classes int) *symbol.Symbol {
	x := googleBody(nil)
	x = pool(x, with.PoolAvg, square(7), with.GlobalPool(true))
	return dense(symbol.Flatten(x), classes, "")
}

// GoogLeNet07 is GoogLeNet as MXNet 0.7 has it: the poolings that halve the size round it up, so that 7×7 are left at the end.
func GoogLeNet07(classes int) *symbol.Symbol {
	x := googleBody([]with.PoolingOption{with.ConventionFull})
	x = pool(x, with.PoolAvg, square(7))
	return dense(symbol.Flatten(x), classes, "")
}

// googleBody is everything up to the last pooling; rounding goes into the poolings that halve the size.
func googleBody(rounding []with.PoolingOption) *symbol.Symbol {
	half := square(3).by(2)
	x := googleUnit(symbol.Variable("data"), "conv1", 64, square(7).by(2).border(3))
	x = pool(x, with.PoolMax, half, rounding...)
	x = googleUnit(x, "conv2", 64, square(1))
	x = googleUnit(x, "conv3", 192, square(3).same())
	x = pool(x, with.PoolMax, half, rounding...)
	for _, m := range []struct {
		name                               string
		n1, reduce3, n3, reduce5, n5, proj int
		pool                               bool // after it
	}{
		{"in3a", 64, 96, 128, 16, 32, 32, false}, {"in3b", 128, 128, 192, 32, 96, 64, true},
		{"in4a", 192, 96, 208, 16, 48, 64, false}, {"in4b", 160, 112, 224, 24, 64, 64, false},
		{"in4c", 128, 128, 256, 24, 64, 64, false}, {"in4d", 112, 144, 288, 32, 64, 64, false},
		{"in4e", 256, 160, 320, 32, 128, 128, true},
		{"in5a", 256, 160, 320, 32, 128, 128, false}, {"in5b", 384, 192, 384, 48, 128, 128, false},
	} {
		a := googleUnit(x, m.name+"_1x1", m.n1, square(1))
		b := googleUnit(x, m.name+"_3x3_reduce", m.reduce3, square(1))
		b = googleUnit(b, m.name+"_3x3", m.n3, square(3).same())
		c := googleUnit(x, m.name+"_5x5_reduce", m.reduce5, square(1))
		c = googleUnit(c, m.name+"_5x5", m.n5, square(5).same())
		d := pool(x, with.PoolMax, square(3).same(), with.Name("max_pool_"+m.name+"_pool"))
		d = googleUnit(d, m.name+"_proj", m.proj, square(1))
		x = symbol.Concat([]*symbol.Symbol{a, b, c, d}, with.Name("ch_concat_"+m.name+"_chconcat"))
		if m.pool {
			x = pool(x, with.PoolMax, half, rounding...)
		}
	}
	return x
}

// googleUnit is a convolution and ReLU, named conv_ and relu_ with the unit's name.
func googleUnit(x *symbol.Symbol, name string, filters int, w window) *symbol.Symbol {
	o := []with.ConvolutionOption{with.Name("conv_" + name)}
	return relu(conv(x, filters, w, o...), "relu_"+name)
}
