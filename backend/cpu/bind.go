//go:build cgo

package cpu

// #include "gomx_cpu.h"
import "C"

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// Bind resolves addresses for one entry.
func (x *executable) Bind(kind backend.EntryKind, args []backend.Region) (backend.Bound, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	b, err := x.bind(kind, args)
	if err != nil {
		return nil, fmt.Errorf("%v: bind %v: %w", x.dev, kind, err)
	}
	return b, nil
}

func (x *executable) bind(kind backend.EntryKind, args []backend.Region) (*bound, error) {
	en := x.entry(kind)
	switch {
	case x.closed:
		return nil, errClosed
	case en == nil:
		return nil, fmt.Errorf("the Program has no such entry")
	case len(args) != len(x.p.Args):
		return nil, fmt.Errorf("%d arguments, want %d", len(args), len(x.p.Args))
	}
	b := &bound{x: x, en: en}
	x.bounds++
	if err := b.resolve(args); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bound) resolve(args []backend.Region) error {
	used := b.x.p.UsedArgs(b.en.kind)
	if err := checkArgs(b.x.p, used, args); err != nil {
		return err
	}
	addrs := make([]unsafe.Pointer, len(args))
	for _, i := range used {
		if err := b.hold(&b.x.p.Args[i], args[i]); err != nil {
			return fmt.Errorf("argument %q: %w", b.x.p.Args[i].Name, err)
		}
		addrs[i] = unsafe.Pointer(unsafe.SliceData(args[i].Bytes()))
	}
	if err := b.fillCalls(addrs); err != nil {
		return err
	}
	for _, s := range b.en.segments {
		if s.host != nil {
			b.hosts = append(b.hosts, b.hostMemory(&b.en.calls[s.host.call], addrs))
		}
	}
	return b.bindPrepare(args)
}

// checkArgs checks lengths, and that no argument that is written overlaps another.
func checkArgs(p *backend.Program, used []int, args []backend.Region) error {
	var few [8]binding.Span // spares the heap in most eager calls
	spans := few[:0]
	for _, i := range used {
		a, r := &p.Args[i], args[i]
		want := a.Shape.Size() * a.DType.Size()
		if err := checkRegion(r); err != nil {
			return fmt.Errorf("argument %q: %w", a.Name, err)
		}
		if r.Length != want {
			return fmt.Errorf("argument %q: %d bytes, want %d for %v %v", a.Name, r.Length, want, a.DType, a.Shape)
		}
		if want == 0 {
			continue
		}
		from := uintptr(unsafe.Pointer(unsafe.SliceData(r.Bytes())))
		spans = append(spans, binding.Span{From: from, To: from + uintptr(want), Arg: i})
	}
	return binding.CheckOverlap(p, spans)
}

// hold keeps an argument's memory alive and in place until close.
func (b *bound) hold(a *backend.Arg, r backend.Region) error {
	buf, ok := r.Buffer.(*buffer)
	switch {
	case r.Buffer == nil:
		if len(r.Host) > 0 {
			b.pins.Pin(unsafe.SliceData(r.Host))
		}
		return nil
	case !ok:
		return fmt.Errorf("memory of another device (%T)", r.Buffer)
	}
	if err := buf.Retain(); err != nil {
		return err
	}
	b.held = append(b.held, buf)
	if a.Mode != backend.In && !slices.Contains(b.written, buf) {
		b.written = append(b.written, buf)
	}
	return nil
}

// fillCalls writes the steps as C calls.
func (b *bound) fillCalls(args []unsafe.Pointer) (err error) {
	steps := b.en.steps
	codeBytes := 0
	for i := range steps {
		codeBytes += roundUp(len(steps[i].Code), 64)
	}
	if b.callsMem, err = allocMemory(max(1, len(steps)) * C.sizeof_gomx_call); err != nil {
		return err
	}
	if b.code, err = allocMemory(codeBytes); err != nil {
		return err
	}
	clear(b.callsMem.bytes())
	if b.x.profiling {
		if b.seconds, err = allocMemory(8 * len(steps)); err != nil {
			return err
		}
		clear(b.seconds.bytes())
	}
	b.calls = unsafe.Slice((*C.gomx_call)(b.callsMem.p), len(steps))
	at := 0
	for i := range steps {
		s, c := &steps[i], &b.calls[i]
		c.run = s.Kernel[b.x.dev.level]
		c.pieces = C.int64_t(s.Pieces)
		for k, r := range s.Ptrs {
			c.p[k] = b.x.address(r, args)
		}
		for k, n := range s.N {
			c.n[k] = C.int64_t(n)
		}
		for k, f := range s.F {
			c.f[k] = C.float(f)
		}
		if s.Code != nil {
			copy(b.code.bytes()[at:], s.Code)
			c.code = unsafe.Add(b.code.p, at)
			at += roundUp(len(s.Code), 64)
		}
	}
	return nil
}

func (b *bound) hostMemory(c *backend.Call, args []unsafe.Pointer) boundHost {
	var h boundHost
	mem := func(r place, bytes int) []byte {
		if bytes == 0 {
			return nil
		}
		return unsafe.Slice((*byte)(b.x.address(r, args)), bytes)
	}
	for _, id := range c.In {
		h.in = append(h.in, mem(place{Space: binding.SpaceValue, Index: int(id)}, b.x.p.Value(id).Bytes()))
	}
	for _, id := range c.Out {
		h.out = append(h.out, mem(place{Space: binding.SpaceValue, Index: int(id)}, b.x.p.Value(id).Bytes()))
	}
	if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
		a := &b.x.p.Args[w.Arg]
		h.out = append(h.out, mem(place{Space: binding.SpaceArg, Index: w.Arg}, a.Shape.Size()*a.DType.Size()))
	}
	return h
}
