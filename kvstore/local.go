package kvstore

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/device"
)

// local is the store of a single process.
type local struct {
	kind     string
	onDevice bool

	mu      sync.Mutex
	updater Updater
	entries map[Key]*entry
	order   []*entry // as they were initialised
	sums    sums
	loads   map[device.Context]int // bytes whose sums are made on a device
	pushed  []*entry               // of the push under way
}

func newLocal(kind string, onDevice bool) *local {
	return &local{kind: kind, onDevice: onDevice, entries: map[Key]*entry{}, loads: map[device.Context]int{}, sums: sums{}}
}

// Type is the kind.
func (s *local) Type() string { return s.kind }

// Rank is 0: there is one process.
func (s *local) Rank() int { return 0 }

// NumWorkers is 1.
func (s *local) NumWorkers() int { return 1 }

// Barrier has nobody to wait for.
func (s *local) Barrier() error { return nil }

// SetUpdater sets how pushes change stored values.
func (s *local) SetUpdater(u Updater) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updater = u
}

// Init copies first values.
func (s *local) Init(pairs ...Pair) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range pairs {
		if len(p.Arrays) != 1 || p.Arrays[0] == nil {
			return fmt.Errorf("kvstore: init of key %v: %d values, want 1 that is not nil", p.Key, len(p.Arrays))
		}
		again := s.entries[p.Key] != nil
		for _, before := range pairs[:i] {
			again = again || before.Key == p.Key
		}
		if again {
			return fmt.Errorf("kvstore: init of key %v: it was initialised before; push changes it", p.Key)
		}
	}
	for _, p := range pairs {
		e, err := s.newEntry(p.Key, p.Arrays[0])
		if err != nil {
			return fmt.Errorf("kvstore: init of key %v: %w", p.Key, err)
		}
		s.entries[p.Key] = e
		s.order = append(s.order, e)
	}
	return nil
}

// Push sums, and updates or replaces. After the first push of its kind it allocates nothing.
func (s *local) Push(_ int, pairs ...Pair) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check("push", pairs); err != nil {
		return err
	}
	s.group(pairs)
	for _, e := range s.pushed {
		if err := s.push(e); err != nil {
			return fmt.Errorf("kvstore: push of key %v: %w", e.key, err)
		}
	}
	return nil
}

// Pull copies stored values. It allocates nothing.
func (s *local) Pull(_ int, pairs ...Pair) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check("pull", pairs); err != nil {
		return err
	}
	for i := range pairs {
		p := &pairs[i]
		e := s.entries[p.Key]
		for k, out := range p.Arrays {
			if err := out.CopyFrom(e.stored); err != nil {
				return fmt.Errorf("kvstore: pull of key %v: array %d on %v: %w", p.Key, k, out.Context(), err)
			}
		}
	}
	return nil
}

// check refuses keys that are unknown and arrays that do not fit.
func (s *local) check(what string, pairs []Pair) error {
	for i := range pairs {
		p := &pairs[i]
		e := s.entries[p.Key]
		if e == nil {
			return fmt.Errorf("kvstore: %s of key %v: it was not initialised; the store has %d keys", what, p.Key, len(s.entries))
		}
		if len(p.Arrays) == 0 {
			return fmt.Errorf("kvstore: %s of key %v: no array, want one per device", what, p.Key)
		}
		for k, a := range p.Arrays {
			if a == nil {
				return fmt.Errorf("kvstore: %s of key %v: array %d is nil", what, p.Key, k)
			}
			if !a.Shape().Equal(e.shape) || a.DType() != e.dtype {
				return fmt.Errorf("kvstore: %s of key %v: array %d on %v is %v %v, want %v %v", what, p.Key, k, a.Context(), a.DType(), a.Shape(), e.dtype, e.shape)
			}
		}
	}
	return nil
}

// group collects the arrays of each key into its entry, and the entries into pushed.
func (s *local) group(pairs []Pair) {
	for _, e := range s.pushed {
		e.values = e.values[:0]
	}
	s.pushed = s.pushed[:0]
	for i := range pairs {
		e := s.entries[pairs[i].Key]
		if len(e.values) == 0 {
			s.pushed = append(s.pushed, e)
		}
		e.values = append(e.values, pairs[i].Arrays...)
	}
}

// push is Push of one key.
func (s *local) push(e *entry) error {
	if err := s.place(e); err != nil {
		return err
	}
	sum, err := e.sum(s.sums, !s.onDevice)
	if err != nil {
		return err
	}
	if s.updater == nil {
		return e.replace(sum)
	}
	return s.updater(e.key, sum, e.stored)
}

// Close gives the memory back.
func (s *local) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.order {
		e.close()
		e.stored.Close()
	}
	s.order, s.pushed = nil, nil
	clear(s.entries)
	var err error
	for key, exe := range s.sums {
		err = errors.Join(err, exe.Close())
		delete(s.sums, key)
	}
	return err
}

var _ KVStore = (*local)(nil)
