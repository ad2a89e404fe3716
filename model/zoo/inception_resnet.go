package zoo

import (
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// InceptionResNetV2 is a network of Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact of
// residual connections on learning", 2017, for (N, 3, 299, 299), with the odd filters and borders of MXNet's script.
func InceptionResNetV2(classes int) *symbol.Symbol {
	half := square(3).by(2)
	x := autoUnit(symbol.Variable("data"), 32, half)
	x = autoUnit(x, 32, square(3))
	x = autoUnit(x, 64, square(3).same())
	x = pool(x, with.PoolMax, half)
	x = autoUnit(x, 80, square(1))
	x = autoUnit(x, 192, square(3))
	x = pool(x, with.PoolMax, half)
	a := autoUnit(x, 96, square(1))
	b := autoUnit(autoUnit(x, 48, square(1)), 64, square(5).same())
	c := autoUnit(x, 64, square(1))
	c = autoUnit(autoUnit(c, 96, square(3).same()), 96, square(3).same())
	d := autoUnit(pool(x, with.PoolAvg, square(3).same()), 64, square(1))
	x = symbol.Concat([]*symbol.Symbol{a, b, c, d})
	for range 10 {
		x = block35(x)
	}
	a = autoUnit(x, 384, half)
	b = autoUnit(x, 256, square(1))
	b = autoUnit(autoUnit(b, 256, square(3).same()), 384, half)
	x = symbol.Concat([]*symbol.Symbol{a, b, pool(x, with.PoolMax, half)})
	for range 20 {
		x = block17(x)
	}
	a = autoUnit(autoUnit(x, 256, square(1)), 384, half)
	b = autoUnit(autoUnit(x, 256, square(1)), 288, half)
	c = autoUnit(x, 256, square(1))
	c = autoUnit(autoUnit(c, 288, square(3).same()), 320, half)
	x = symbol.Concat([]*symbol.Symbol{a, b, c, pool(x, with.PoolMax, half)})
	for range 9 {
		x = relu(block8(x, 0.2), "")
	}
	x = autoUnit(block8(x, 1), 1536, square(1))
	x = pool(x, with.PoolAvg, square(1).by(2), with.GlobalPool(true))
	x = symbol.Dropout(symbol.Flatten(x), with.P(0.2))
	return dense(x, classes, "")
}

// autoUnit is a convolution with bias, BatchNorm and ReLU, all with automatic names.
func autoUnit(x *symbol.Symbol, filters int, w window) *symbol.Symbol {
	return relu(symbol.BatchNorm(conv(x, filters, w)), "")
}

// residual adds the scaled 1×1 convolution of the parts, which has no ReLU, to x.
func residual(x *symbol.Symbol, channels int, scale float64, parts ...*symbol.Symbol) *symbol.Symbol {
	y := symbol.BatchNorm(conv(symbol.Concat(parts), channels, square(1)))
	return symbol.Add(x, symbol.MulScalar(y, scale))
}

func block35(x *symbol.Symbol) *symbol.Symbol {
	a := autoUnit(x, 32, square(1))
	b := autoUnit(autoUnit(x, 32, square(1)), 32, square(3).same())
	c := autoUnit(x, 32, square(1))
	c = autoUnit(autoUnit(c, 48, square(3).same()), 64, square(3).same())
	return relu(residual(x, 320, 0.17, a, b, c), "")
}

func block17(x *symbol.Symbol) *symbol.Symbol {
	wide, high := rect(1, 7), rect(7, 1)
	wide.pad, high.pad = [2]int{1, 2}, [2]int{2, 1}
	a := autoUnit(x, 192, square(1))
	b := autoUnit(x, 129, square(1))
	b = autoUnit(autoUnit(b, 160, wide), 192, high)
	return relu(residual(x, 1088, 0.1, a, b), "")
}

func block8(x *symbol.Symbol, scale float64) *symbol.Symbol {
	a := autoUnit(x, 192, square(1))
	b := autoUnit(x, 192, square(1))
	b = autoUnit(autoUnit(b, 224, rect(1, 3).same()), 256, rect(3, 1).same())
	return residual(x, 2080, scale, a, b)
}
