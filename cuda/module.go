package cuda

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomx-org/gomx/internal/cudrv"
)

// maxIdleModules is how many modules that no executable uses any more stay loaded for the next that asks.
const maxIdleModules = 256

// modules are the PTX texts that the device has loaded.
type modules struct {
	mu     sync.Mutex
	loaded map[string]*loadedModule // by text
	idle   int
}

type loadedModule struct {
	m         cudrv.Module
	functions map[string]cudrv.Function
	users     int // executables
}

// use loads a kernel. Its module is compiled by the driver when the first of its kernels is wanted, counted once in held,
// and kept until release.
func (ms *modules) use(d *Device, k *kernel, held map[*loadedModule]bool) (cudrv.Function, error) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m, err := ms.load(d, k.module)
	if err != nil {
		return cudrv.Function{}, err
	}
	if !held[m] {
		if m.users == 0 {
			ms.idle--
		}
		m.users++
		held[m] = true
	}
	f, ok := m.functions[k.name]
	if !ok {
		if f, err = m.m.Function(k.name); err != nil {
			return f, fmt.Errorf("%s: %w", k.module.name, err)
		}
		m.functions[k.name] = f
	}
	return f, nil
}

func (ms *modules) load(d *Device, wanted *module) (*loadedModule, error) {
	text := wanted.text()
	if m := ms.loaded[text]; m != nil {
		return m, nil
	}
	m, err := d.ctx.LoadModule(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wanted.name, err)
	}
	loaded := &loadedModule{m: m, functions: map[string]cudrv.Function{}}
	if ms.loaded == nil {
		ms.loaded = map[string]*loadedModule{}
	}
	ms.loaded[text] = loaded
	ms.idle++
	return loaded, nil
}

// release lets go of an executable's modules. When too many lie idle all of those are unloaded.
func (ms *modules) release(d *Device, held map[*loadedModule]bool) error {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for m := range held {
		if m.users--; m.users == 0 {
			ms.idle++
		}
	}
	clear(held)
	if ms.idle <= maxIdleModules || d.faults.lostError() != nil {
		return nil
	}
	if err := d.wait(); err != nil { // their kernels may still run
		return err
	}
	var errs []error
	for text, m := range ms.loaded {
		if m.users == 0 {
			errs = append(errs, m.m.Unload())
			delete(ms.loaded, text)
		}
	}
	ms.idle = 0
	return errors.Join(errs...)
}

// close unloads all; the device's work is done.
func (ms *modules) close() {
	for _, m := range ms.loaded {
		m.m.Unload()
	}
	ms.loaded, ms.idle = nil, 0
}
