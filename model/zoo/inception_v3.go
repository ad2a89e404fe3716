package zoo

import (
	"fmt"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// step is one convolution of a tower.
type step struct {
	filters int
	w       window
}

// tower is a chain of units named NAME_conv, NAME_conv_1, NAME_conv_2 …
func tower(x *symbol.Symbol, name string, steps ...step) *symbol.Symbol {
	for i, s := range steps {
		n := name + "_conv"
		if i > 0 {
			n = fmt.Sprintf("%s_conv_%d", name, i)
		}
		x = slim(x, n, s.filters, s.w)
	}
	return x
}

// InceptionV3 is the network of Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016, for
// (N, 3, 299, 299).
func InceptionV3(classes int) *symbol.Symbol {
	half := square(3).by(2)
	x := symbol.Copy(symbol.Variable("data"), with.Name("id"))
	x = slim(x, "conv", 32, half)
	x = slim(x, "conv_1", 32, square(3))
	x = slim(x, "conv_2", 64, square(3).same())
	x = pool(x, with.PoolMax, half, with.Name("pool"))
	x = slim(x, "conv_3", 80, square(1))
	x = slim(x, "conv_4", 192, square(3))
	x = pool(x, with.PoolMax, half, with.Name("pool1"))
	for i, proj := range []int{32, 64, 64} {
		x = v3Wide(x, v3Name(i), proj)
	}
	x = v3Reduce(x, v3Name(3))
	for i, n := range []int{128, 160, 160, 192} {
		x = v3Factored(x, v3Name(4+i), n)
	}
	x = v3ReduceFactored(x, v3Name(8))
	x = v3Split(x, v3Name(9), with.PoolAvg)
	x = v3Split(x, v3Name(10), with.PoolMax)
	x = pool(x, with.PoolAvg, square(8), with.Name("global_pool"))
	return dense(symbol.Flatten(x, with.Name("flatten")), classes, "fc1")
}

// v3Name is mixed, mixed_1, mixed_2 …
func v3Name(i int) string {
	if i == 0 {
		return "mixed"
	}
	return fmt.Sprintf("mixed_%d", i)
}

// v3Pool pools and projects to n channels.
func v3Pool(x *symbol.Symbol, name string, kind with.PoolTypeValue, n int) *symbol.Symbol {
	x = pool(x, kind, square(3).same(), with.Name(string(kind)+"_pool_"+name+"_pool"))
	return tower(x, name+"_tower_2", step{n, square(1)})
}

func v3Concat(name string, parts ...*symbol.Symbol) *symbol.Symbol {
	return symbol.Concat(parts, with.Name("ch_concat_"+name+"_chconcat"))
}

func v3Wide(x *symbol.Symbol, name string, proj int) *symbol.Symbol {
	return v3Concat(name,
		tower(x, name, step{64, square(1)}),
		tower(x, name+"_tower", step{48, square(1)}, step{64, square(5).same()}),
		tower(x, name+"_tower_1", step{64, square(1)}, step{96, square(3).same()}, step{96, square(3).same()}),
		v3Pool(x, name, with.PoolAvg, proj))
}

func v3Reduce(x *symbol.Symbol, name string) *symbol.Symbol {
	half := square(3).by(2)
	return v3Concat(name,
		tower(x, name, step{384, half}),
		tower(x, name+"_tower", step{64, square(1)}, step{96, square(3).same()}, step{96, half}),
		pool(x, with.PoolMax, half, with.Pad(0, 0), with.Name("max_pool_"+name+"_pool")))
}

func v3Factored(x *symbol.Symbol, name string, n int) *symbol.Symbol {
	wide, high := rect(1, 7).same(), rect(7, 1).same()
	return v3Concat(name,
		tower(x, name, step{192, square(1)}),
		tower(x, name+"_tower", step{n, square(1)}, step{n, wide}, step{192, high}),
		tower(x, name+"_tower_1", step{n, square(1)}, step{n, high}, step{n, wide}, step{n, high}, step{192, wide}),
		v3Pool(x, name, with.PoolAvg, 192))
}

func v3ReduceFactored(x *symbol.Symbol, name string) *symbol.Symbol {
	half := square(3).by(2)
	return v3Concat(name,
		tower(x, name+"_tower", step{192, square(1)}, step{320, half}),
		tower(x, name+"_tower_1", step{192, square(1)}, step{192, rect(1, 7).same()}, step{192, rect(7, 1).same()}, step{192, half}),
		pool(x, with.PoolMax, half, with.Name("max_pool_"+name+"_pool")))
}

// v3Split ends two of its towers in a 1×3 and a 3×1 side by side.
func v3Split(x *symbol.Symbol, name string, kind with.PoolTypeValue) *symbol.Symbol {
	wide, high := rect(1, 3).same(), rect(3, 1).same()
	one := tower(x, name, step{320, square(1)})
	a := tower(x, name+"_tower", step{384, square(1)})
	a1 := slim(a, name+"_tower_mixed_conv", 384, wide)
	a2 := slim(a, name+"_tower_mixed_conv_1", 384, high)
	b := tower(x, name+"_tower_1", step{448, square(1)}, step{384, square(3).same()})
	b1 := slim(b, name+"_tower_1_mixed_conv", 384, wide)
	b2 := slim(b, name+"_tower_1_mixed_conv_1", 384, high)
	return v3Concat(name, one, a1, a2, b1, b2, v3Pool(x, name, kind, 192))
}
