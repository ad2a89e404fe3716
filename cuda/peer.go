package cuda

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// peers remembers which devices this one has been let reach.
type peers struct {
	mu  sync.Mutex
	met map[*Device]bool
	now cudrv.Event // a point of the compute stream; recorded and waited for under the locks of both devices
}

// CopyPeer implements backend.PeerCopier.
func (d *Device) CopyPeer(dst, src backend.Region) error {
	there, ok := src.Buffer.(*buffer)
	if !ok {
		return fmt.Errorf("%v: copy from %s: %w", d, ownerOf(src.Buffer), errors.ErrUnsupported)
	}
	s := there.dev
	if s == d {
		return d.Copy(dst, src)
	}
	to, err := d.address(dst)
	if err == nil && dst.Buffer == nil {
		err = errors.New("host memory")
	}
	if err != nil {
		return fmt.Errorf("%v: copy from %v: destination: %w", d, s, err)
	}
	from, err := s.address(src)
	if err != nil {
		return fmt.Errorf("%v: copy from %v: source: %w", d, s, err)
	}
	if dst.Length != src.Length {
		return fmt.Errorf("%v: copy from %v: %d bytes into %d", d, s, src.Length, dst.Length)
	}
	for _, lost := range []error{d.faults.lostError(), s.faults.lostError()} {
		if lost != nil {
			return lost
		}
	}
	if dst.Length == 0 {
		return nil
	}
	if err := d.meet(s); err != nil {
		return err
	}
	defer dst.Buffer.Touch()
	if err = d.fetchPeer(to, s, from, dst.Length); err != nil && refused(err) {
		return d.copyByHost(dst, src, s)
	}
	return err
}

// refused tells an error that says that there is no way from device to device.
func refused(err error) bool {
	var e *cudrv.Error
	return errors.As(err, &e) && e.PeerRefused()
}

// meet lets d reach the memory of s, if the hardware can. Without it the driver takes the way through the host.
func (d *Device) meet(s *Device) error {
	p := &d.peers
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.met[s] {
		return nil
	}
	can, err := d.ctx.CanAccess(s.ctx)
	if err == nil && can {
		err = d.ctx.EnablePeer(s.ctx)
	}
	if err != nil && !refused(err) {
		return d.fail(err)
	}
	if p.met == nil {
		p.met = map[*Device]bool{}
	}
	p.met[s] = true
	return nil
}

// fetchPeer copies on d's compute stream, after what s was asked before; what s is asked later waits for it.
func (d *Device) fetchPeer(dst cudrv.Ptr, s *Device, src cudrv.Ptr, bytes int) error {
	first, second := d, s
	if s.number < d.number {
		first, second = s, d
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if err := d.follow(s); err != nil {
		return err
	}
	if err := d.compute.CopyPeer(dst, src, s.ctx, bytes); err != nil {
		return d.fail(err)
	}
	return s.follow(d)
}

// follow makes what d is asked from now on wait for what s was asked so far.
func (d *Device) follow(s *Device) error {
	if err := s.ensure(&s.peers.now); err != nil {
		return s.fail(err)
	}
	if err := s.compute.Record(s.peers.now); err != nil {
		return s.fail(err)
	}
	if err := d.compute.Wait(s.peers.now); err != nil {
		return d.fail(err)
	}
	return nil
}

// copyByHost is for hardware and drivers that know no peers.
func (d *Device) copyByHost(dst, src backend.Region, s *Device) error {
	between := make([]byte, min(src.Length, 8<<20))
	for at := 0; at < src.Length; {
		n := min(src.Length-at, len(between))
		if err := s.Copy(backend.HostRegion(between[:n]), backend.Region{Buffer: src.Buffer, Offset: src.Offset + at, Length: n}); err != nil {
			return err
		}
		if err := d.Copy(backend.Region{Buffer: dst.Buffer, Offset: dst.Offset + at, Length: n}, backend.HostRegion(between[:n])); err != nil {
			return err
		}
		at += n
	}
	return nil
}
