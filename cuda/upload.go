package cuda

import (
	"errors"
	"sync"

	"github.com/gomx-org/gomx/internal/cudrv"
)

// Host memory travels to the device in one of two ways. A few bytes go through a pinned ring and straight into place on
// the compute stream. Many bytes go through pinned slots and a stream of their own to staging memory of the device, while
// the compute stream still works, which then moves them into place behind an event: so the next batch travels while the
// step before computes. Either way the caller's memory is free as soon as it has been read.
const (
	smallCopy  = 64 << 10
	ringPart   = 256 << 10
	ringParts  = 4
	pinnedSlot = 2 << 20
	pinneds    = 4
	stageLimit = 64 << 20
	stages     = 3
)

type uploads struct {
	mu     sync.Mutex      // held for a large copy
	stream cudrv.Stream    // opened with the device
	pinned [pinneds]pinned // in turns
	turn   int
	stages [stages]stage // in turns
	next   int
	ring   ring // under Device.mu
}

// pinned is host memory that the device reads from.
type pinned struct {
	mem  []byte
	read cudrv.Event
}

// stage is device memory between the streams.
type stage struct {
	mem     *memory
	arrived cudrv.Event // on the upload stream
	used    cudrv.Event // on the compute stream: it is in place
}

// ring is pinned memory for small copies. A part is written again once the device has passed its event.
type ring struct {
	mem      []byte
	events   [ringParts]cudrv.Event
	part, at int // where the next bytes go
}

// write copies from host memory to the device.
func (d *Device) write(dst cudrv.Ptr, src []byte) error {
	switch {
	case len(src) == 0:
		return nil
	case len(src) <= smallCopy:
		return d.writeSmall(dst, src)
	}
	u := &d.uploads
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.open(d); err != nil {
		return d.fail(err)
	}
	for len(src) > 0 {
		n := min(len(src), stageLimit)
		if err := d.writeStaged(dst, src[:n]); err != nil {
			return err
		}
		dst, src = dst+cudrv.Ptr(n), src[n:]
	}
	return nil
}

func (u *uploads) open(d *Device) (err error) {
	for i := range u.pinned {
		p := &u.pinned[i]
		if p.mem == nil {
			if p.mem, err = d.ctx.AllocHost(pinnedSlot); err != nil {
				return err
			}
		}
		if err := d.ensure(&p.read); err != nil {
			return err
		}
	}
	for i := range u.stages {
		s := &u.stages[i]
		if err := errors.Join(d.ensure(&s.arrived), d.ensure(&s.used)); err != nil {
			return err
		}
	}
	return nil
}

// ensure makes an event unless it is there.
func (d *Device) ensure(e *cudrv.Event) (err error) {
	if *e == (cudrv.Event{}) {
		*e, err = d.ctx.NewEvent(false)
	}
	return err
}

// writeStaged sends at most stageLimit bytes. Without room for staging they take the compute stream.
func (d *Device) writeStaged(dst cudrv.Ptr, src []byte) error {
	u := &d.uploads
	s := &u.stages[u.next]
	u.next = (u.next + 1) % stages
	if err := s.grow(d, len(src)); err != nil {
		if d.faults.lostError() != nil {
			return err
		}
		if err := d.send(d.compute, dst, src); err != nil {
			return d.fail(err)
		}
		return nil
	}
	if err := d.stageAndMove(s, dst, src); err != nil {
		return d.fail(err)
	}
	return nil
}

func (d *Device) stageAndMove(s *stage, dst cudrv.Ptr, src []byte) error {
	u := &d.uploads
	if err := u.stream.Wait(s.used); err != nil {
		return err
	}
	if err := d.send(u.stream, s.mem.p, src); err != nil {
		return err
	}
	if err := u.stream.Record(s.arrived); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.compute.Wait(s.arrived); err != nil {
		return err
	}
	if err := d.compute.Copy(dst, s.mem.p, len(src)); err != nil {
		return err
	}
	return d.compute.Record(s.used)
}

// grow makes sure that the stage holds bytes. What the pool gives may still be in use by the compute stream.
func (s *stage) grow(d *Device, bytes int) error {
	if s.mem != nil && s.mem.size >= bytes {
		return nil
	}
	s.mem.Free()
	s.mem = nil
	m, err := d.alloc(bytes)
	if err != nil {
		return err
	}
	s.mem = m
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.compute.Record(s.used)
}

// send copies through the pinned slots on a stream.
func (d *Device) send(stream cudrv.Stream, dst cudrv.Ptr, src []byte) error {
	u := &d.uploads
	for len(src) > 0 {
		p := &u.pinned[u.turn]
		u.turn = (u.turn + 1) % pinneds
		if err := p.read.Synchronize(); err != nil {
			return err
		}
		n := copy(p.mem, src)
		if err := stream.Upload(dst, p.mem[:n]); err != nil {
			return err
		}
		if err := stream.Record(p.read); err != nil {
			return err
		}
		dst, src = dst+cudrv.Ptr(n), src[n:]
	}
	return nil
}

// writeSmall copies through the ring on the compute stream.
func (d *Device) writeSmall(dst cudrv.Ptr, src []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	mem, err := d.uploads.ring.take(d, len(src))
	if err != nil {
		return d.fail(err)
	}
	copy(mem, src)
	if err := d.compute.Upload(dst, mem); err != nil {
		return d.fail(err)
	}
	return nil
}

// take gives the next bytes of the ring.
func (r *ring) take(d *Device, bytes int) ([]byte, error) {
	if r.mem == nil {
		if err := r.open(d); err != nil {
			return nil, err
		}
	}
	if r.at+bytes > ringPart {
		// This part is full: when the device passes this event, it has read it. The next part it must have passed already.
		if err := d.compute.Record(r.events[r.part]); err != nil {
			return nil, err
		}
		r.part, r.at = (r.part+1)%ringParts, 0
		if err := r.events[r.part].Synchronize(); err != nil {
			return nil, err
		}
	}
	from := r.part*ringPart + r.at
	r.at += roundUp(bytes, 16)
	return r.mem[from : from+bytes : from+bytes], nil
}

func (r *ring) open(d *Device) (err error) {
	for i := range r.events {
		if err := d.ensure(&r.events[i]); err != nil {
			return err
		}
	}
	r.mem, err = d.ctx.AllocHost(ringPart * ringParts)
	return err
}

// close gives everything back; the streams are done.
func (u *uploads) close(d *Device) {
	for _, p := range u.pinned {
		if p.mem != nil {
			d.ctx.FreeHost(p.mem)
		}
		destroy(p.read)
	}
	for _, s := range u.stages {
		s.mem.Free()
		destroy(s.arrived)
		destroy(s.used)
	}
	for _, e := range u.ring.events {
		destroy(e)
	}
	if u.ring.mem != nil {
		d.ctx.FreeHost(u.ring.mem)
	}
	if u.stream != (cudrv.Stream{}) {
		u.stream.Destroy()
	}
}

func destroy(e cudrv.Event) {
	if e != (cudrv.Event{}) {
		e.Destroy()
	}
}
