package model

import (
	"fmt"
	"strings"
	"sync"

	"github.com/gomx-org/gomx/device"
)

// team does the same thing for each of several devices at the same time. One device has no goroutine but the caller's.
type team struct {
	devices []device.Context
	jobs    []chan func(i int) error // of the devices but the first
	errs    []error
	busy    sync.WaitGroup
}

func newTeam(devices []device.Context) *team {
	t := &team{devices: devices, errs: make([]error, len(devices)), jobs: make([]chan func(int) error, len(devices))}
	for i := 1; i < len(devices); i++ {
		t.jobs[i] = make(chan func(int) error)
		go func() {
			for fn := range t.jobs[i] {
				t.errs[i] = fn(i)
				t.busy.Done()
			}
		}()
	}
	return t
}

// each calls fn with the number of each device and gives the error of the first that has one, with the device's name.
func (t *team) each(fn func(i int) error) error {
	t.busy.Add(len(t.devices) - 1)
	for _, jobs := range t.jobs[1:] {
		jobs <- fn
	}
	t.errs[0] = fn(0)
	t.busy.Wait()
	for i, err := range t.errs {
		if err != nil {
			return t.named(i, err)
		}
	}
	return nil
}

// named adds the device's name to its error where there are several and the error does not tell.
func (t *team) named(i int, err error) error {
	name := t.devices[i].String()
	if len(t.devices) == 1 || strings.Contains(err.Error(), name) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (t *team) close() {
	for _, jobs := range t.jobs[1:] {
		close(jobs)
	}
}
