package ref

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// blocking describes a layout that cuts axis axis into blocks of size elements and makes the place inside a block the
// innermost axis.
type blocking struct{ axis, size int }

var blockings = map[backend.Layout]blocking{
	backend.N16: {0, 16},
	backend.C16: {1, 16},
	backend.F4:  {0, 4},
}

// blocked copies between C order and a blocked layout, element by element of the given size.
type blocked struct {
	outer, axis, inner int // the shape seen as (outer, blocked axis, inner)
	block, size        int
}

func newBlocked(v *backend.ValueInfo) (*blocked, error) {
	b, ok := blockings[v.Layout]
	if !ok || b.axis >= len(v.Shape) {
		return nil, fmt.Errorf("ref has no layout %v for %v", v.Layout, v.Shape)
	}
	return &blocked{v.Shape[:b.axis].Size(), v.Shape[b.axis], v.Shape[b.axis+1:].Size(), b.size, v.DType.Size()}, nil
}

// each visits every element of C order with its byte position in the blocked layout.
func (b *blocked) each(visit func(plain, packed int)) {
	blocks := (b.axis + b.block - 1) / b.block
	plain := 0
	for o := range b.outer {
		for a := range b.axis {
			at := ((o*blocks+a/b.block)*b.inner)*b.block + a%b.block
			for i := range b.inner {
				visit(plain, (at+i*b.block)*b.size)
				plain += b.size
			}
		}
	}
}

func (b *blocked) unpack(plain, packed []byte) {
	b.each(func(p, q int) { copy(plain[p:p+b.size], packed[q:q+b.size]) })
}

func (b *blocked) pack(packed, plain []byte) {
	clear(packed)
	b.each(func(p, q int) { copy(packed[q:q+b.size], plain[p:p+b.size]) })
}

// layoutKernel runs a plain kernel on values in blocked layouts: it unpacks before and packs after.
type layoutKernel struct {
	plain   Kernel
	in, out []packedPort
	x, y    [][]byte
}

type packedPort struct {
	layout *blocked // nil for C order
	bytes  int      // in the blocked layout
	plain  []byte
}

// inLayouts wraps k when a value of c is not in C order.
func inLayouts(p *backend.Program, c *backend.Call, k Kernel) (Kernel, error) {
	l := &layoutKernel{plain: k}
	any := false
	add := func(v *backend.ValueInfo) (packedPort, error) {
		if v.Layout == backend.Plain {
			return packedPort{}, nil
		}
		any = true
		b, err := newBlocked(v)
		if err != nil {
			return packedPort{}, err
		}
		return packedPort{b, v.Bytes(), alignedBytes(v.Shape.Size() * v.DType.Size())}, nil
	}
	info := newCall(p, c)
	for _, v := range info.in {
		port, err := add(v)
		if err != nil {
			return nil, err
		}
		l.in = append(l.in, port)
	}
	for _, v := range info.out {
		port, err := add(v)
		if err != nil {
			return nil, err
		}
		l.out = append(l.out, port)
	}
	if !any {
		return k, nil
	}
	l.x, l.y = make([][]byte, len(l.in)), make([][]byte, len(l.out))
	return l, nil
}

func (l *layoutKernel) Run(in, out [][]byte) error {
	for i, p := range l.in {
		l.x[i] = in[i]
		if p.layout != nil {
			p.layout.unpack(p.plain, in[i])
			l.x[i] = p.plain
		}
	}
	for i, p := range l.out {
		l.y[i] = out[i]
		if p.layout != nil {
			l.y[i] = p.plain
		}
	}
	if err := l.plain.Run(l.x, l.y); err != nil {
		return err
	}
	for i, p := range l.out {
		if p.layout != nil {
			p.layout.pack(out[i][:p.bytes], p.plain)
		}
	}
	return nil
}
