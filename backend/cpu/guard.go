//go:build cgo

package cpu

import (
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// guarding is GOMX_DEBUG=guard: every block of memory has a zone before and behind it that no kernel may change, and
// values of the arena hold NaN before an entry makes them.
var guarding = os.Getenv("GOMX_DEBUG") == "guard"

const (
	guardZone    = 4096
	guardPattern = 0xA5
	nanPattern   = 0x7FC0DEAD // a NaN of its own, easy to recognise
)

func guardBytes() int {
	if guarding {
		return guardZone
	}
	return 0
}

func (m *memory) zones() [2][]byte {
	n := guardBytes()
	return [2][]byte{unsafe.Slice((*byte)(unsafe.Add(m.p, -n)), n), unsafe.Slice((*byte)(unsafe.Add(m.p, m.size)), n)}
}

func (m *memory) setGuards() {
	for _, zone := range m.zones() {
		for i := range zone {
			zone[i] = guardPattern
		}
	}
}

// checkGuards finds the nearest byte outside the block that was written.
func (m *memory) checkGuards() error {
	zones := m.zones()
	for i := range zones[0] {
		if at := len(zones[0]) - 1 - i; zones[0][at] != guardPattern {
			return fmt.Errorf("a kernel wrote %d bytes before a block of %d", i+1, m.size)
		}
		if zones[1][i] != guardPattern {
			return fmt.Errorf("a kernel wrote %d bytes behind a block of %d", i+1, m.size)
		}
	}
	return nil
}

// fillNaN makes every float32 of b a NaN.
func fillNaN(b []byte) {
	for ; len(b) >= 4; b = b[4:] {
		binary.NativeEndian.PutUint32(b, nanPattern)
	}
}

// runGuarded is runPlain with checks. Before an entry that begins from nothing, the values that its calls make are
// filled with NaN; Backward keeps what Forward saved, Prepare's results stay.
func (b *bound) runGuarded() error {
	if k := b.en.kind; k != backend.Backward && k != backend.Prepare {
		for i := range b.en.calls {
			for _, id := range b.en.calls[i].Out {
				if at := b.x.places[id]; at.Space == binding.SpaceArena {
					fillNaN(b.x.memory[binding.SpaceArena].bytes()[at.Offset:][:b.x.p.Value(id).Bytes()])
				}
			}
		}
	}
	hosts := 0
	for i := range b.en.segments {
		s := &b.en.segments[i]
		if s.host != nil {
			if err := b.runHost(s.host, &b.hosts[hosts]); err != nil {
				return err
			}
			hosts++
			continue
		}
		for k := s.from; k < s.to; k++ {
			b.runC(k, k+1)
			if err := b.checkGuards(); err != nil {
				c := &b.en.calls[b.en.callOf[k]]
				return &backend.Error{Device: b.x.dev.String(), Node: c.Node, Call: b.x.p.CallString(c), Err: err}
			}
		}
	}
	return nil
}

func (b *bound) checkGuards() error {
	for _, m := range b.x.memory {
		if m == nil {
			continue
		}
		if err := m.checkGuards(); err != nil {
			return err
		}
	}
	for _, buf := range b.held {
		if err := buf.mem.checkGuards(); err != nil {
			return err
		}
	}
	return nil
}
