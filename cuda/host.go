package cuda

import (
	"time"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// boundHost is what a Host call works on: its tensors in host memory and where they lie on the device.
type boundHost struct {
	in, out  []backend.HostTensor
	from, to []cudrv.Ptr
}

func (b *bound) newHost(c *backend.Call) boundHost {
	var h boundHost
	for _, id := range c.In {
		h.in = append(h.in, hostTensor(b.x.p.Value(id)))
		h.from = append(h.from, b.x.address(place{Space: binding.SpaceValue, Index: int(id)}, b.addrs))
	}
	for _, id := range c.Out {
		h.out = append(h.out, hostTensor(b.x.p.Value(id)))
		h.to = append(h.to, b.x.address(place{Space: binding.SpaceValue, Index: int(id)}, b.addrs))
	}
	return h
}

// hostTensor has memory for v, aligned for any element.
func hostTensor(v *backend.ValueInfo) backend.HostTensor {
	n := v.Bytes()
	words := make([]uint64, (n+7)/8)
	data := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), 8*len(words))
	return backend.HostTensor{Shape: v.Shape.Clone(), DType: v.DType, Data: data[:n:n]}
}

// runHost copies in, runs the function, copies out. The function may use the device.
func (b *bound) runHost(call int, h *boundHost) error {
	d, c := b.x.dev, &b.en.calls[call]
	fail := func(err error) error {
		return d.faults.note(&backend.Error{Device: d.String(), Node: c.Node, Call: c.Kind.String(), Err: err})
	}
	for i, t := range h.in {
		if err := d.read(t.Data, h.from[i]); err != nil {
			return err
		}
	}
	since := time.Now()
	if err := c.Attrs.(*backend.HostAttrs).Fn(h.in, h.out); err != nil {
		return fail(err)
	}
	if b.x.profiling {
		b.en.seconds[call] += time.Since(since).Seconds()
	}
	for i, t := range h.out {
		if err := d.write(h.to[i], t.Data); err != nil {
			return err
		}
	}
	return nil
}
