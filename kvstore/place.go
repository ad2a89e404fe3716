package kvstore

import (
	"cmp"
	"slices"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// home is where a new value goes: the CPU where sums are made there, else where it is until a push shows the devices.
func (s *local) home(value *ndarray.NDArray) device.Context {
	if s.onDevice {
		return value.Context()
	}
	return device.CPU(0)
}

// place decides where the sum of e is made. A sum on devices is made on the same one every time; the first push of several
// arrays shares all keys out among its devices, the largest first, each to the device with the fewest bytes so far. A
// single array is its own sum, and the stored value goes to it.
func (s *local) place(e *entry) error {
	if !s.onDevice || e.placed {
		return nil
	}
	if len(e.values) == 1 {
		return e.moveTo(e.values[0].Context())
	}
	var devices []device.Context
	for _, v := range e.values {
		if !slices.Contains(devices, v.Context()) {
			devices = append(devices, v.Context())
		}
	}
	waiting := slices.Clone(s.order)
	slices.SortStableFunc(waiting, func(a, b *entry) int { return cmp.Compare(b.bytes(), a.bytes()) })
	for _, w := range waiting {
		if w.placed {
			continue
		}
		at := devices[0]
		for _, d := range devices[1:] {
			if s.loads[d] < s.loads[at] {
				at = d
			}
		}
		if err := w.moveTo(at); err != nil {
			return err
		}
		w.placed = true
		s.loads[at] += w.bytes()
	}
	return nil
}
