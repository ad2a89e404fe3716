package ndarray

import (
	"errors"

	"github.com/gomx-org/gomx/backend"
)

// hostMemory keeps a few blocks for data on the way to and from devices that the host cannot address.
var hostMemory = make(chan []byte, 4)

const maxHostBlock = 64 << 20 // larger blocks are not kept

// borrow gives n bytes for as long as fn runs.
func borrow(n int, fn func([]byte) error) error {
	var b []byte
	select {
	case b = <-hostMemory:
	default:
	}
	if cap(b) < n {
		b = make([]byte, n)
	}
	err := fn(b[:n:n])
	if cap(b) <= maxHostBlock {
		select {
		case hostMemory <- b:
		default:
		}
	}
	return err
}

// across copies between two devices: straight where the host can address the memory of one, by the devices' own way where
// they have one, else through host memory.
func (a *NDArray) across(src *NDArray) error {
	to, from := a.region(), src.region()
	near, origin := to.Bytes(), from.Bytes()
	switch {
	case near != nil && origin != nil:
		copy(near, origin)
		to.Buffer.Touch()
		return nil
	case origin != nil:
		return a.home.dev.Copy(to, backend.HostRegion(origin))
	case near != nil:
		err := src.home.fetch(near, from)
		to.Buffer.Touch()
		return err
	}
	if p, ok := a.home.dev.(backend.PeerCopier); ok {
		if err := p.CopyPeer(to, from); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return borrow(to.Length, func(b []byte) error {
		if err := src.home.fetch(b, from); err != nil {
			return err
		}
		return a.home.dev.Copy(to, backend.HostRegion(b))
	})
}

// fetch copies from the device to host memory.
func (h *home) fetch(dst []byte, src backend.Region) error {
	return h.dev.Copy(backend.HostRegion(dst), src)
}

// send copies what fill writes to the device.
func (h *home) send(dst backend.Region, fill func([]byte)) error {
	if b := dst.Bytes(); b != nil {
		fill(b)
		dst.Buffer.Touch()
		return nil
	}
	return borrow(dst.Length, func(b []byte) error {
		fill(b)
		return h.dev.Copy(dst, backend.HostRegion(b))
	})
}
