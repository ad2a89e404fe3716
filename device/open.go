package device

import (
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/all"
)

// registry keeps what was opened. Failures are not kept: a driver may come up later.
type registry struct {
	mu   sync.RWMutex
	devs map[Context]backend.Device
	open func(Context) (backend.Device, error)
}

var opened = registry{devs: map[Context]backend.Device{}, open: open}

func (r *registry) get(c Context) (backend.Device, error) {
	r.mu.RLock()
	d, ok := r.devs[c]
	r.mu.RUnlock()
	if ok {
		return d, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.devs[c]; ok {
		return d, nil
	}
	d, err := r.open(c)
	if err != nil {
		return nil, err
	}
	r.devs[c] = d
	return d, nil
}

func open(c Context) (backend.Device, error) {
	if c.index < 0 {
		return nil, fmt.Errorf("device: %v: the number is negative", c)
	}
	d, err := all.New(kindNames[c.kind], c.index)
	switch {
	case err == nil:
		return d, nil
	case c.IsGPU(): // says its name itself
		return nil, fmt.Errorf("device: %w", err)
	}
	return nil, fmt.Errorf("device: %v: %w", c, err)
}
