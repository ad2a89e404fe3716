package cuda

import (
	"errors"
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// Copy moves bytes between buffers of this device and host memory. To the device it returns as soon as the host memory
// has been read, from the device when the bytes are there.
func (d *Device) Copy(dst, src backend.Region) error {
	to, err := d.address(dst)
	if err != nil {
		return fmt.Errorf("%v: copy: destination: %w", d, err)
	}
	from, err := d.address(src)
	if err != nil {
		return fmt.Errorf("%v: copy: source: %w", d, err)
	}
	if dst.Length != src.Length {
		return fmt.Errorf("%v: copy: %d bytes into %d", d, src.Length, dst.Length)
	}
	if err := d.faults.lostError(); err != nil {
		return err
	}
	switch {
	case dst.Length == 0:
	case dst.Buffer == nil && src.Buffer == nil:
		copy(dst.Host, src.Host)
	case dst.Buffer == nil:
		return d.read(dst.Host[:dst.Length], from)
	case src.Buffer == nil:
		err = d.write(to, src.Host[:src.Length])
	default:
		err = d.move(to, from, dst.Length)
	}
	if dst.Buffer != nil {
		dst.Buffer.Touch()
	}
	return err
}

// address checks a region and gives its address on the device; 0 for host memory.
func (d *Device) address(r backend.Region) (cudrv.Ptr, error) {
	size := len(r.Host)
	var p cudrv.Ptr
	if r.Buffer != nil {
		buf, ok := r.Buffer.(*buffer)
		switch {
		case !ok || buf.dev != d:
			return 0, fmt.Errorf("memory of another device (%s)", ownerOf(r.Buffer))
		case buf.Freed():
			return 0, errors.New("the buffer was freed")
		}
		p, size = buf.mem.p+cudrv.Ptr(r.Offset), buf.Size()
	} else if r.Offset != 0 {
		return 0, fmt.Errorf("host memory with an offset of %d", r.Offset)
	}
	if r.Offset < 0 || r.Length < 0 || r.Offset > size || r.Length > size-r.Offset {
		return 0, fmt.Errorf("bytes %d to %d of %d", r.Offset, r.Offset+r.Length, size)
	}
	return p, nil
}

func ownerOf(b backend.Buffer) string {
	if buf, ok := b.(*buffer); ok {
		return buf.dev.String()
	}
	return fmt.Sprintf("%T", b)
}

// move copies within the device, as if through memory in between where the two overlap.
func (d *Device) move(dst, src cudrv.Ptr, bytes int) error {
	if dst == src {
		return nil
	}
	var between *memory
	if distance := max(dst, src) - min(dst, src); distance < cudrv.Ptr(bytes) {
		var err error
		if between, err = d.alloc(bytes); err != nil {
			return err
		}
		defer between.Free()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if between != nil {
		if err := d.compute.Copy(between.p, src, bytes); err != nil {
			return d.fail(err)
		}
		src = between.p
	}
	if err := d.compute.Copy(dst, src, bytes); err != nil {
		return d.fail(err)
	}
	return nil
}
