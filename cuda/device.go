package cuda

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// Device is a GPU as a backend.Device. Its work is one sequence: whatever is asked first happens first, whoever asks.
type Device struct {
	index  int
	number int64 // of devices opened, for the order of locks
	driver *cudrv.Driver
	props  *cudrv.Properties
	ctx    *cudrv.Context
	debug  debug
	closed bool

	mu       sync.Mutex   // held while work is enqueued on compute
	compute  cudrv.Stream // the sequence
	progress *cudrv.Progress
	history  history

	pool    pool
	faults  faults
	uploads uploads
	reads   reads
	modules modules
	blas    blasHandle
	peers   peers
}

// debug is what GOMX_DEBUG, a list with commas, switches on.
type debug struct {
	sync   bool // wait after every operation, so that a fault is found where it happens
	noPool bool // give every freed block back to the driver at once
}

func debugSwitches() debug {
	names := strings.Split(os.Getenv("GOMX_DEBUG"), ",")
	return debug{sync: slices.Contains(names, "sync"), noPool: slices.Contains(names, "nopool")}
}

const (
	oldestMajor, oldestMinor = 5, 2 // the target of the PTX
	// progressEvery is how many operations lie between two marks: the width of the net in which a fault is caught. A mark
	// costs two small operations of the stream.
	progressEvery = 64
)

// devices counts those opened.
var devices atomic.Int64

// Count is the number of GPUs; the error says why there is none to be found.
func Count() (int, error) {
	driver, err := cudrv.Load()
	if err != nil {
		return 0, err
	}
	return driver.Count()
}

// New opens gpu(index).
func New(index int) (*Device, error) {
	d := &Device{index: index, number: devices.Add(1), debug: debugSwitches()}
	if err := d.open(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Device) open() (err error) {
	if d.driver, err = cudrv.Load(); err != nil {
		return fmt.Errorf("%v: %w; use cpu(0)", d, err)
	}
	n, err := d.driver.Count()
	switch {
	case err != nil:
		return fmt.Errorf("%v: %w; use cpu(0)", d, err)
	case d.index < 0:
		return fmt.Errorf("%v: the number is negative", d)
	case n == 0:
		return fmt.Errorf("%v: this machine has no GPU; use cpu(0)", d)
	case n == 1 && d.index > 0:
		return fmt.Errorf("%v: this machine has 1 GPU", d)
	case d.index >= n:
		return fmt.Errorf("%v: this machine has %d GPUs", d, n)
	}
	if d.props, err = d.driver.Properties(d.index); err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	if p := d.props; p.Major < oldestMajor || p.Major == oldestMajor && p.Minor < oldestMinor {
		return fmt.Errorf("%v: %s has compute capability %d.%d, want %d.%d or more; use cpu(0)", d, p.Name, p.Major, p.Minor, oldestMajor, oldestMinor)
	}
	if d.ctx, err = d.driver.Retain(d.index); err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	d.pool.dev = d
	if d.compute, err = d.ctx.NewStream(); err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	if d.uploads.stream, err = d.ctx.NewStream(); err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	if d.progress, err = d.ctx.NewProgress(progressEvery); err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	return nil
}

// Close waits for the device's work and gives everything back. Free buffers and close executables before.
func (d *Device) Close() error {
	if d.ctx == nil || d.closed {
		return nil
	}
	err := d.Sync()
	d.closed = true
	d.blas.close(d)
	d.uploads.close(d)
	d.reads.close(d)
	d.modules.close()
	destroy(d.peers.now)
	d.pool.trim()
	d.progress.Free()
	if d.compute != (cudrv.Stream{}) {
		d.compute.Destroy()
	}
	d.faults.lose(fmt.Errorf("%v: the device was closed", d))
	d.ctx.Release()
	return err
}

// String is the name, gpu(0).
func (d *Device) String() string { return fmt.Sprintf("gpu(%d)", d.index) }

// Info tells the card, its architecture, the PTX in use and the BLAS.
func (d *Device) Info() backend.Info {
	major, minor := d.driver.Version()
	return backend.Info{
		Name:    d.String(),
		Model:   fmt.Sprintf("%s, driver for CUDA %d.%d", d.props.Name, major, minor),
		Kernels: fmt.Sprintf("sm_%d%d ptx sm_%d%d", d.props.Major, d.props.Minor, oldestMajor, oldestMinor),
		BLAS:    d.blasName(),
		Memory:  d.props.Memory,
	}
}

// Sync waits until the device has done everything that was asked of it.
func (d *Device) Sync() error {
	err := d.faults.lostError()
	if err == nil {
		err = d.wait()
	}
	if first := d.faults.takeFirst(); first != nil {
		return first
	}
	return err
}

// wait waits for all streams.
func (d *Device) wait() error {
	for _, s := range []cudrv.Stream{d.uploads.stream, d.compute} {
		if s == (cudrv.Stream{}) {
			continue
		}
		if err := s.Synchronize(); err != nil {
			return d.fail(err)
		}
	}
	return nil
}

// Supports reports whether there is a kernel for the call as it stands.
func (d *Device) Supports(p *backend.Program, c *backend.Call) bool {
	if c.Kind == backend.Host {
		return true
	}
	row, ok := kernels[c.Kind]
	return ok && row.supports(p, c)
}

// Prefers names the layout for a call's data: C order.
func (d *Device) Prefers(*backend.Program, *backend.Call) backend.Layout { return backend.Plain }

// WeightLayout names the layout for weights: C order.
func (d *Device) WeightLayout(*backend.Program, *backend.Call, backend.Layout) backend.Layout {
	return backend.Plain
}

// Coverage says in a few words for what the device has a kernel of a kind; `gomx ops` prints it.
func (d *Device) Coverage(k backend.Kind) string { return Coverage(k) }

// Coverage says in a few words for what there is a kernel of a kind.
func Coverage(k backend.Kind) string {
	row, ok := kernels[k]
	switch {
	case k == backend.Host:
		return "a Go function between segments"
	case !ok:
		return "refused"
	}
	return row.covers
}
