package cuda

import (
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/internal/cudrv"
)

// modules are the PTX texts that the device has loaded, and their kernels.
type modules struct {
	mu     sync.Mutex
	loaded map[string]*loadedModule // by text
}

type loadedModule struct {
	m         cudrv.Module
	functions map[string]cudrv.Function
}

// function loads a kernel; a module is compiled by the driver when the first of its kernels is wanted.
func (d *Device) function(k *kernel) (cudrv.Function, error) {
	ms := &d.modules
	ms.mu.Lock()
	defer ms.mu.Unlock()
	text := k.module.text()
	m := ms.loaded[text]
	if m == nil {
		loaded, err := d.ctx.LoadModule(text)
		if err != nil {
			return cudrv.Function{}, fmt.Errorf("%s: %w", k.module.name, err)
		}
		m = &loadedModule{loaded, map[string]cudrv.Function{}}
		if ms.loaded == nil {
			ms.loaded = map[string]*loadedModule{}
		}
		ms.loaded[text] = m
	}
	f, ok := m.functions[k.name]
	if !ok {
		var err error
		if f, err = m.m.Function(k.name); err != nil {
			return cudrv.Function{}, fmt.Errorf("%s: %w", k.module.name, err)
		}
		m.functions[k.name] = f
	}
	return f, nil
}

func (ms *modules) close() {
	for _, m := range ms.loaded {
		m.m.Unload()
	}
	ms.loaded = nil
}
