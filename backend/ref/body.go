package ref

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// bodyKernel runs the calls that a fused call replaces, in C order, on memory of its own.
type bodyKernel struct {
	steps   []bodyStep
	mem     map[backend.ValueID]int // position in slots
	slots   [][]byte
	in, out []int // the call's inputs and outputs in slots
}

type bodyStep struct {
	kernel          Kernel
	in, out         []int
	inMem, outMem   [][]byte
	node, operation string
}

func newBody(p *backend.Program, c *backend.Call) (Kernel, error) {
	k := &bodyKernel{mem: make(map[backend.ValueID]int)}
	slot := func(id backend.ValueID) int {
		if _, ok := k.mem[id]; !ok {
			k.mem[id] = len(k.slots)
			k.slots = append(k.slots, nil)
		}
		return k.mem[id]
	}
	given := make(map[int]bool)
	for _, id := range c.In {
		k.in = append(k.in, slot(id))
		given[slot(id)] = true
	}
	for _, id := range c.Out {
		k.out = append(k.out, slot(id))
		given[slot(id)] = true
	}
	for i := range c.Body {
		b := &c.Body[i]
		kernel, err := plainKernel(p, b)
		if err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
		s := bodyStep{kernel: kernel, inMem: make([][]byte, len(b.In)), outMem: make([][]byte, len(b.Out)), node: b.Node, operation: b.Kind.String()}
		for _, id := range b.In {
			v := p.Value(id)
			at := slot(id)
			s.in = append(s.in, at)
			if v.Kind == backend.ConstValue && k.slots[at] == nil {
				k.slots[at] = v.ConstBytes()
			}
		}
		for _, id := range b.Out {
			at := slot(id)
			s.out = append(s.out, at)
			if v := p.Value(id); !given[at] {
				k.slots[at] = alignedBytes(v.Shape.Size() * v.DType.Size())
			}
		}
		k.steps = append(k.steps, s)
	}
	return k, nil
}

func (k *bodyKernel) Run(in, out [][]byte) error {
	for i, at := range k.in {
		k.slots[at] = in[i]
	}
	for i, at := range k.out {
		k.slots[at] = out[i]
	}
	for i := range k.steps {
		s := &k.steps[i]
		for j, at := range s.in {
			s.inMem[j] = k.slots[at]
		}
		for j, at := range s.out {
			s.outMem[j] = k.slots[at]
		}
		if err := s.kernel.Run(s.inMem, s.outMem); err != nil {
			return &backend.Error{Node: s.node, Call: s.operation, Err: err}
		}
	}
	return nil
}
