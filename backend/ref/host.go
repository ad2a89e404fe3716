package ref

import "github.com/gomx-org/gomx/backend"

// hostKernel hands its memory to the Go function.
type hostKernel struct {
	fn      func(in, out []backend.HostTensor) error
	in, out []backend.HostTensor
}

func newHost(c *call) Kernel {
	return &hostKernel{c.Attrs.(*backend.HostAttrs).Fn, hostTensors(c.in), hostTensors(c.out)}
}

func hostTensors(vals []*backend.ValueInfo) []backend.HostTensor {
	ts := make([]backend.HostTensor, len(vals))
	for i, v := range vals {
		ts[i] = backend.HostTensor{Shape: v.Shape.Clone(), DType: v.DType}
	}
	return ts
}

func (k *hostKernel) Run(in, out [][]byte) error {
	lend(k.in, in)
	lend(k.out, out)
	defer lend(k.in, nil)
	defer lend(k.out, nil)
	return k.fn(k.in, k.out)
}

// lend gives each tensor its memory, or takes it away again.
func lend(ts []backend.HostTensor, mem [][]byte) {
	for i := range ts {
		ts[i].Data = nil
		if mem != nil {
			n := ts[i].Shape.Size() * ts[i].DType.Size()
			ts[i].Data = mem[i][:n:n]
		}
	}
}
