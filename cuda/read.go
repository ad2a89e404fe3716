package cuda

import (
	"sync"

	"github.com/gomx-org/gomx/internal/cudrv"
)

// readSlot is how many bytes travel at a time from the device to the host; longer reads use two slots in turns.
const (
	readSlot  = 1 << 20
	readSlots = 2
)

// reads is pinned memory that the device writes to.
type reads struct {
	mu    sync.Mutex
	slots [readSlots]struct {
		mem     []byte
		written cudrv.Event
	}
}

// read copies from the device to host memory and waits for it.
func (d *Device) read(dst []byte, src cudrv.Ptr) error {
	if len(dst) == 0 {
		return nil
	}
	r := &d.reads
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.open(d); err != nil {
		return d.fail(err)
	}
	var err error
	if len(dst) <= readSlot {
		err = r.short(d, dst, src)
	} else {
		err = r.long(d, dst, src)
	}
	if err != nil {
		return d.fail(err)
	}
	return nil
}

func (r *reads) open(d *Device) (err error) {
	for i := range r.slots {
		s := &r.slots[i]
		if s.mem == nil {
			if s.mem, err = d.ctx.AllocHost(readSlot); err != nil {
				return err
			}
		}
		if err := d.ensure(&s.written); err != nil {
			return err
		}
	}
	return nil
}

// begin enqueues the copy of n bytes into slot i; Device.mu is held.
func (r *reads) begin(d *Device, i int, src cudrv.Ptr, n int) error {
	s := &r.slots[i%readSlots]
	if err := d.compute.Download(s.mem[:n], src); err != nil {
		return err
	}
	return d.compute.Record(s.written)
}

// end waits for slot i and empties it into dst.
func (r *reads) end(i int, dst []byte) error {
	s := &r.slots[i%readSlots]
	if err := s.written.Synchronize(); err != nil {
		return err
	}
	copy(dst, s.mem)
	return nil
}

// short does not hold up others while it waits.
func (r *reads) short(d *Device, dst []byte, src cudrv.Ptr) error {
	d.mu.Lock()
	err := r.begin(d, 0, src, len(dst))
	d.mu.Unlock()
	if err != nil {
		return err
	}
	return r.end(0, dst)
}

// long lets nobody in between, or what it reads could change on the way.
func (r *reads) long(d *Device, dst []byte, src cudrv.Ptr) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	piece := func(i int) []byte { return dst[i*readSlot : min((i+1)*readSlot, len(dst))] }
	n := ceilDiv(len(dst), readSlot)
	for i := range n + 1 {
		if i < n {
			if err := r.begin(d, i, src+cudrv.Ptr(i*readSlot), len(piece(i))); err != nil {
				return err
			}
		}
		if i > 0 {
			if err := r.end(i-1, piece(i-1)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reads) close(d *Device) {
	for i := range r.slots {
		s := &r.slots[i]
		if s.mem != nil {
			d.ctx.FreeHost(s.mem)
		}
		destroy(s.written)
		s.mem, s.written = nil, cudrv.Event{}
	}
}
