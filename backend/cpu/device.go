//go:build cgo

package cpu

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/gomx-org/gomx/backend"
)

// Device is the processor as a backend.Device. All cpu(i) are the same cores and share one pool of threads.
type Device struct {
	index int
	level level
}

// New gives cpu(index). It fails when GOMX_CPU asks for what the processor does not have.
func New(index int) (backend.Device, error) {
	l, err := chooseLevel()
	if err != nil {
		return nil, err
	}
	ensurePool()
	return &Device{index: index, level: l}, nil
}

// String is the name, cpu(0).
func (d *Device) String() string { return fmt.Sprintf("cpu(%d)", d.index) }

// Info tells the instruction set and the BLAS in use.
func (d *Device) Info() backend.Info {
	return backend.Info{Name: d.String(), Kernels: d.level.String(), BLAS: blasName(d.level), Threads: Threads(), Memory: totalMemory()}
}

// Copy moves bytes between buffers and host memory.
func (d *Device) Copy(dst, src backend.Region) error {
	if err := checkRegion(dst); err != nil {
		return fmt.Errorf("%v: copy: destination: %w", d, err)
	}
	if err := checkRegion(src); err != nil {
		return fmt.Errorf("%v: copy: source: %w", d, err)
	}
	if dst.Length != src.Length {
		return fmt.Errorf("%v: copy: %d bytes into %d", d, src.Length, dst.Length)
	}
	copy(dst.Bytes(), src.Bytes())
	runtime.KeepAlive(src.Buffer)
	if dst.Buffer != nil {
		dst.Buffer.Touch()
	}
	return nil
}

// checkRegion makes sure that the host can address all of r.
func checkRegion(r backend.Region) error {
	size := len(r.Host)
	if r.Buffer != nil {
		size = r.Buffer.Size()
		if r.Buffer.Bytes() == nil {
			return errors.New("the buffer was freed or is not in host memory")
		}
	} else if r.Offset != 0 {
		return fmt.Errorf("host memory with an offset of %d", r.Offset)
	}
	if r.Offset < 0 || r.Length < 0 || r.Offset > size || r.Length > size-r.Offset {
		return fmt.Errorf("bytes %d to %d of %d", r.Offset, r.Offset+r.Length, size)
	}
	return nil
}

// Sync does nothing: calls are done when they return.
func (d *Device) Sync() error { return nil }

// Supports reports whether the call has a kernel in C as it stands.
func (d *Device) Supports(p *backend.Program, c *backend.Call) bool {
	row, ok := kernels[c.Kind]
	return ok && row.supports(p, c)
}

// Prefers names the layout in which the kernels would like the call's data.
func (d *Device) Prefers(p *backend.Program, c *backend.Call) backend.Layout {
	if row := kernels[c.Kind]; row.prefers != nil {
		return row.prefers(p, c)
	}
	return backend.Plain
}

// WeightLayout names how a convolution in layout l, or a product of matrices, wants its weights.
func (d *Device) WeightLayout(p *backend.Program, c *backend.Call, l backend.Layout) backend.Layout {
	if row := kernels[c.Kind]; row.weightLayout != nil {
		return row.weightLayout(d, p, c, l)
	}
	return backend.Plain
}
