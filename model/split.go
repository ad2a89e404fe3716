package model

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/device"
)

// span is a device's share of a batch: the rows from lo up to, not including, hi.
type span struct{ lo, hi int }

// split shares n rows out over devices in proportion to their work loads, nil for equal ones. As in MXNet each share is
// rounded and the last device takes what is left.
func split(n int, devices []device.Context, loads []float64) ([]span, error) {
	if loads != nil && len(loads) != len(devices) {
		return nil, fmt.Errorf("model: %d work loads %v for %d devices %v", len(loads), loads, len(devices), devices)
	}
	load := func(i int) float64 {
		if loads == nil {
			return 1
		}
		return loads[i]
	}
	total := 0.0
	for i, d := range devices {
		if w := load(i); !(w > 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("model: the work load of %v is %v, want a number above 0", d, w)
		}
		total += load(i)
	}
	spans := make([]span, len(devices))
	at := 0
	for i, d := range devices {
		end := min(at+int(math.Round(float64(n)*load(i)/total)), n)
		if i == len(devices)-1 {
			end = n
		}
		if end <= at {
			return nil, fmt.Errorf("model: a batch of %d examples leaves none for %v: use larger batches, fewer devices or other work loads", n, d)
		}
		spans[i] = span{at, end}
		at = end
	}
	return spans, nil
}
