package ref

import (
	"fmt"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas/blas32"

	"github.com/gomx-org/gomx/backend"
)

// New gives the device with the given number, named ref(0) for 0. All it allocates is Go memory.
func New(index int) backend.Device { return &device{name: fmt.Sprintf("ref(%d)", index)} }

type device struct {
	name string
	mu   sync.Mutex
	err  error // the first since the last Sync
}

func (d *device) Info() backend.Info {
	return backend.Info{Name: d.name, Kernels: "go", BLAS: fmt.Sprintf("%T", blas32.Implementation()), Threads: workers()}
}

// maxBytes is more than any machine has; a size beyond it is a mistake, which make would answer with a panic.
const maxBytes = 1 << 46

func (d *device) Alloc(bytes int) (backend.Buffer, error) {
	if bytes < 0 || uint64(bytes) > maxBytes {
		return nil, fmt.Errorf("%s: cannot allocate %d bytes", d.name, bytes)
	}
	if err := enough(bytes); err != nil {
		return nil, err
	}
	return &buffer{mem: alignedBytes(bytes), size: bytes}, nil
}

func (d *device) Copy(dst, src backend.Region) error {
	to, err := regionBytes(dst)
	if err != nil {
		return fmt.Errorf("%s: copy to: %w", d.name, err)
	}
	from, err := regionBytes(src)
	if err != nil {
		return fmt.Errorf("%s: copy from: %w", d.name, err)
	}
	if len(to) != len(from) {
		return fmt.Errorf("%s: copy of %d bytes to %d bytes", d.name, len(from), len(to))
	}
	copy(to, from)
	if dst.Buffer != nil {
		dst.Buffer.Touch()
	}
	return nil
}

func (d *device) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.err
	d.err = nil
	return err
}

// note keeps the first error for Sync.
func (d *device) note(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
	}
}

// Supports reports whether NewKernel has a kernel for the call: every kind and type, in the layouts of package backend.
func (d *device) Supports(p *backend.Program, c *backend.Call) bool {
	_, err := NewKernel(p, c)
	return err == nil
}

// Prefers is always C order.
func (d *device) Prefers(*backend.Program, *backend.Call) backend.Layout { return backend.Plain }

// WeightLayout is always C order.
func (d *device) WeightLayout(*backend.Program, *backend.Call, backend.Layout) backend.Layout {
	return backend.Plain
}

// buffer is Go memory.
type buffer struct {
	mem     []byte // nil once freed
	size    int
	version atomic.Uint64
}

func (b *buffer) Size() int       { return b.size }
func (b *buffer) Bytes() []byte   { return b.mem }
func (b *buffer) Version() uint64 { return b.version.Load() }
func (b *buffer) Touch()          { b.version.Add(1) }
func (b *buffer) Free()           { b.mem = nil }

// regionBytes is the memory of a region, checked.
func regionBytes(r backend.Region) ([]byte, error) {
	whole := r.Host
	if r.Buffer != nil {
		if whole = r.Buffer.Bytes(); whole == nil && r.Buffer.Size() > 0 {
			return nil, fmt.Errorf("the buffer is freed or not in host memory")
		}
	} else if whole == nil && r.Length > 0 {
		return nil, fmt.Errorf("no memory given")
	}
	if r.Offset < 0 || r.Length < 0 || r.Offset > len(whole) || r.Length > len(whole)-r.Offset {
		return nil, fmt.Errorf("bytes %d to %d of a buffer of %d", r.Offset, r.Offset+r.Length, len(whole))
	}
	return whole[r.Offset : r.Offset+r.Length : r.Offset+r.Length], nil
}
