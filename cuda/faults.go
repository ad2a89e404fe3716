package cuda

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/cublas"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// faults keeps what went wrong. After some errors a context is lost for good: then every call fails at once with the same
// line, and the process lives on.
type faults struct {
	mu    sync.Mutex
	first error // since the last Sync
	lost  error
}

// lostError is why the device does no more work, nil as long as it does.
func (f *faults) lostError() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost
}

// note keeps the first error for Sync.
func (f *faults) note(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
	return err
}

// lose makes err the device's last word unless it had one.
func (f *faults) lose(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost == nil {
		f.lost = err
	}
	return f.lost
}

func (f *faults) takeFirst() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := f.first
	f.first = nil
	return first
}

// fail is an error of the driver in the device's words. A fault comes from some kernel enqueued before: it is narrowed down
// to those that are not known to be done, and the device is lost.
func (d *Device) fail(err error) error {
	if lost := d.faults.lostError(); lost != nil {
		return lost
	}
	var e *cudrv.Error
	switch {
	case errors.As(err, &e) && e.Fault():
		return d.faults.lose(d.narrow(err))
	case e != nil && e.Sticky():
		return d.faults.lose(fmt.Errorf("%v: the device is lost: %w", d, err))
	}
	return fmt.Errorf("%v: %w", d, err)
}

// failedOp is the error of one operation of an entry.
func (d *Device) failedOp(en *entry, f cudrv.Failure) error {
	if lost := d.faults.lostError(); lost != nil {
		return lost
	}
	s := en.stepOf(f.Op)
	switch {
	case s != nil && s.kind == gemmStep && !f.Ran:
		if err := d.compute.Synchronize(); err != nil {
			return d.fail(err) // the library only met what a kernel before did
		}
		return d.faults.note(d.opError(en, f.Op, &cublas.Error{Call: s.name(), Status: f.Result}))
	case f.Ran:
		err := cudrv.ResultError("after "+apiOf(s), f.Result)
		if err.Sticky() {
			return d.faults.lose(d.opError(en, f.Op, err))
		}
		return d.faults.note(d.opError(en, f.Op, err))
	}
	err := cudrv.ResultError(apiOf(s), f.Result)
	if err.Sticky() {
		return d.fail(err)
	}
	return d.faults.note(d.opError(en, f.Op, err))
}

// apiOf is the driver's function that enqueues a step; nil is the recording of an event.
func apiOf(s *step) string {
	if s == nil {
		return "cuEventRecord"
	}
	return [...]string{launchStep: "cuLaunchKernel", copyStep: "cuMemcpyDtoDAsync", fillStep: "cuMemsetD32Async", gemmStep: "cuBLAS"}[s.kind]
}

// opError puts node and kernel to the error of an operation.
func (d *Device) opError(en *entry, op int, err error) error {
	node, kernel := en.nameOf(op)
	return &backend.Error{Device: d.String(), Node: node, Call: kernel, Err: err}
}

// history remembers which entries the last operations came from.
type history struct {
	mu   sync.Mutex
	runs [1024]pastRun
	next int // the oldest
}

// pastRun is one run of operations of an entry: those from op from on are number start and following of the device.
type pastRun struct {
	start, n uint32
	en       *entry
	from     int
}

func (h *history) add(r pastRun) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs[h.next] = r
	h.next = (h.next + 1) % len(h.runs)
}

// cut says of the run added last that no more than n operations were enqueued.
func (h *history) cut(n uint32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs[(h.next+len(h.runs)-1)%len(h.runs)].n = n
}

// narrow names the operations that a fault can come from: those between the last mark known to be reached and the next.
func (d *Device) narrow(err error) error {
	done, enqueued := d.progress.Done(), d.progress.Enqueued()
	var first, last suspect
	n := 0
	d.history.mu.Lock()
	defer d.history.mu.Unlock()
	for i := range d.history.runs {
		r := &d.history.runs[(d.history.next+i)%len(d.history.runs)]
		for k := range r.n {
			at := r.start + k - done // 0 is the first one not known to be done
			if at >= min(enqueued-done, progressEvery) || r.en.stepOf(r.from+int(k)) == nil {
				continue
			}
			if n++; n == 1 {
				first = suspect{r.en, r.from + int(k)}
			}
			last = suspect{r.en, r.from + int(k)}
		}
	}
	switch n {
	case 0:
		return &backend.Error{Device: d.String(), Err: err}
	case 1:
		return d.opError(first.en, first.op, err)
	}
	return &backend.Error{Device: d.String(), Err: fmt.Errorf("%w, in one of %d operations from %v to %v; GOMX_DEBUG=sync tells which", err, n, first, last)}
}

type suspect struct {
	en *entry
	op int
}

func (s suspect) String() string {
	node, kernel := s.en.nameOf(s.op)
	return node + ": " + kernel
}
