package zoo

import (
	"fmt"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// v4Block numbers the convolutions of one block: BLOCK_conv1_1*1, BLOCK_conv2_3*3 …
type v4Block struct {
	name string
	n    int
}

// conv adds a unit; label is how its kernel is called, where the scripts call it otherwise than it is.
func (b *v4Block) conv(x *symbol.Symbol, filters int, w window, label ...string) *symbol.Symbol {
	b.n++
	l := fmt.Sprintf("%d*%d", w.kernel[0], w.kernel[1])
	if len(label) > 0 {
		l = label[0]
	}
	return slim(x, fmt.Sprintf("%s_conv%d_%s", b.name, b.n, l), filters, w)
}

func (b *v4Block) avg(x *symbol.Symbol) *symbol.Symbol {
	return symbol.Pooling(x, with.PoolAvg, with.Kernel(3, 3), with.Pad(1, 1), with.Name(b.name+"_avgpool_1"))
}

func (b *v4Block) max(x *symbol.Symbol, name string) *symbol.Symbol {
	return pool(x, with.PoolMax, square(3).by(2), with.Name(b.name+"_"+name))
}

func (b *v4Block) concat(name string, parts ...*symbol.Symbol) *symbol.Symbol {
	return symbol.Concat(parts, with.Name(b.name+"_"+name))
}

// InceptionV4 is a network of Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact of
// residual connections on learning", 2017, for (N, 3, 299, 299).
func InceptionV4(classes int) *symbol.Symbol {
	x := v4Stem(symbol.Copy(symbol.Variable("data"), with.Name("id")))
	for i := range 4 {
		x = v4A(x, fmt.Sprintf("in%dA", i+1))
	}
	x = v4ReduceA(x)
	for i := range 7 {
		x = v4B(x, fmt.Sprintf("in%dB", i+1))
	}
	x = v4ReduceB(x)
	for i := range 3 {
		x = v4C(x, fmt.Sprintf("in%dC", i+1))
	}
	x = symbol.Pooling(x, with.PoolAvg, with.Kernel(8, 8), with.Pad(1, 1), with.Name("global_avgpool"))
	x = symbol.Dropout(x, with.P(0.2))
	return dense(symbol.Flatten(x, with.Name("flatten")), classes, "fc1")
}

func v4Stem(x *symbol.Symbol) *symbol.Symbol {
	b := v4Block{name: "in_stem"}
	half := square(3).by(2)
	x = b.conv(x, 32, half)
	x = b.conv(x, 32, square(3))
	x = b.conv(x, 64, square(3).same())
	p := b.max(x, "maxpool_1")
	x = b.concat("concat_1", p, b.conv(x, 96, half))
	p = b.conv(b.conv(x, 64, square(1)), 96, square(3))
	q := b.conv(x, 64, square(1))
	q = b.conv(q, 64, rect(7, 1).same())
	q = b.conv(q, 64, rect(1, 7).same())
	q = b.conv(q, 96, square(3))
	x = b.concat("concat_2", p, q)
	p = b.conv(x, 192, half)
	return b.concat("concat_3", p, b.max(x, "maxpool_2"))
}

func v4A(x *symbol.Symbol, name string) *symbol.Symbol {
	b := v4Block{name: name}
	p := b.conv(b.avg(x), 96, square(1))
	q := b.conv(x, 96, square(1))
	r := b.conv(b.conv(x, 64, square(1)), 96, square(3).same())
	s := b.conv(b.conv(x, 64, square(1)), 96, square(3).same())
	return b.concat("concat_1", p, q, r, b.conv(s, 96, square(3).same()))
}

func v4ReduceA(x *symbol.Symbol) *symbol.Symbol {
	b := v4Block{name: "re1A"}
	half := square(3).by(2)
	p := b.max(x, "maxpool_1")
	q := b.conv(x, 384, half)
	r := b.conv(b.conv(x, 192, square(1)), 224, square(3).same())
	return b.concat("concat_1", p, q, b.conv(r, 256, half))
}

func v4B(x *symbol.Symbol, name string) *symbol.Symbol {
	b := v4Block{name: name}
	wide, high := rect(1, 7).same(), rect(7, 1).same()
	p := b.conv(b.avg(x), 128, square(1))
	q := b.conv(x, 384, square(1))
	r := b.conv(b.conv(x, 192, square(1)), 224, wide)
	r = b.conv(r, 256, high, "1*7")
	s := b.conv(b.conv(x, 192, square(1)), 192, wide)
	s = b.conv(b.conv(s, 224, high), 224, wide)
	return b.concat("concat_1", p, q, r, b.conv(s, 256, high))
}

func v4ReduceB(x *symbol.Symbol) *symbol.Symbol {
	b := v4Block{name: "re1B"}
	half := square(3).by(2)
	p := b.max(x, "maxpool_1")
	q := b.conv(b.conv(x, 192, square(1)), 192, half)
	r := b.conv(b.conv(x, 256, square(1)), 256, rect(1, 7).same())
	r = b.conv(r, 320, rect(7, 1).same())
	return b.concat("concat_1", p, q, b.conv(r, 320, half))
}

func v4C(x *symbol.Symbol, name string) *symbol.Symbol {
	b := v4Block{name: name}
	wide, high := rect(1, 3).same(), rect(3, 1).same()
	p := b.conv(b.avg(x), 256, square(1))
	q := b.conv(x, 256, square(1))
	r := b.conv(x, 384, square(1))
	r1 := b.conv(r, 256, wide, "3*1")
	r2 := b.conv(r, 256, high, "1*3")
	s := b.conv(b.conv(x, 384, square(1)), 448, wide, "1*3")
	s = b.conv(s, 512, high, "3*1")
	s1 := b.conv(s, 256, high, "1*3")
	s2 := b.conv(s, 256, wide, "3*1")
	return b.concat("concat", p, q, r1, r2, s1, s2)
}
