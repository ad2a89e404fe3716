package cuda

import (
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
	"github.com/gomx-org/gomx/internal/cudrv"
)

// bound is an entry with its addresses.
type bound struct {
	x       *executable
	en      *entry
	list    *cudrv.List
	cells   []cell
	hosts   []boundHost
	times   []cudrv.Event  // of each opTime
	done    cudrv.Event    // at the end of a run
	used    []int          // arguments of the entry
	addrs   []cudrv.Ptr    // of all arguments
	spans   []binding.Span // for checkOverlap
	held    []*buffer
	spare   []*buffer // for Rebind
	written []*buffer // whose version a Run changes
	prepare *bound    // makes what en reads of Prepare's results
	params  []backend.Region
	closed  bool

	errMu sync.Mutex
	err   error // of the last Run
}

// Run enqueues the entry and does not wait for it, but for Host calls.
func (b *bound) Run() error {
	x := b.x
	x.mu.Lock()
	defer x.mu.Unlock()
	err := b.run()
	b.errMu.Lock()
	b.err = err
	b.errMu.Unlock()
	return err
}

func (b *bound) run() error {
	x := b.x
	if b.closed || x.closed {
		return fmt.Errorf("%v: run %v: %w", x.dev, b.en.kind, errClosed)
	}
	if err := x.dev.faults.lostError(); err != nil {
		return err
	}
	if err := b.runPrepare(); err != nil {
		return err
	}
	err := b.runSegments()
	for _, buf := range b.written {
		buf.Touch()
	}
	return err
}

func (b *bound) runSegments() error {
	hosts := 0
	for i := range b.en.segments {
		s := &b.en.segments[i]
		if s.host >= 0 {
			if err := b.runHost(s.host, &b.hosts[hosts]); err != nil {
				return err
			}
			hosts++
			continue
		}
		if err := b.x.dev.enqueue(b.en, b.list, s.from, s.to); err != nil {
			return err
		}
	}
	if b.x.profiling {
		return b.collect()
	}
	return nil
}

// enqueue hands operations of an entry to the device.
func (d *Device) enqueue(en *entry, list *cudrv.List, from, to int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	start := d.progress.Enqueued()
	d.history.add(pastRun{start, uint32(to - from), en, from})
	if f, ok := list.Run(d.compute, from, to, d.progress, d.debug.sync); !ok {
		d.history.cut(d.progress.Enqueued() - start)
		return d.failedOp(en, f)
	}
	return nil
}

// Wait waits until the last Run is done and gives its error.
func (b *bound) Wait() error {
	b.errMu.Lock()
	err := b.err
	b.errMu.Unlock()
	if err != nil {
		return err
	}
	d := b.x.dev
	if err := d.faults.lostError(); err != nil {
		return err
	}
	if err := b.done.Synchronize(); err != nil {
		return d.fail(err)
	}
	return nil
}

// Close lets go of the buffers.
func (b *bound) Close() {
	b.x.mu.Lock()
	defer b.x.mu.Unlock()
	b.close()
}

func (b *bound) close() {
	if b.closed {
		return
	}
	b.closed = true
	if b.prepare != nil {
		b.prepare.close()
	}
	for _, buf := range b.held {
		buf.Release()
	}
	b.list.Free()
	destroy(b.done)
	for _, e := range b.times {
		destroy(e)
	}
	b.list, b.cells, b.hosts, b.held, b.written, b.times = nil, nil, nil, nil, nil, nil
	b.x.bounds--
	if err := b.x.freeUnused(); err != nil {
		b.x.dev.faults.note(err)
	}
}
