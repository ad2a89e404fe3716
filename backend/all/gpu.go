//go:build linux && cgo

package all

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/cuda"
)

func newGPU(index int) (backend.Device, error) {
	d, err := cuda.New(index)
	if err != nil {
		return nil, err
	}
	return d, nil
}

func countGPUs() int {
	n, err := cuda.Count()
	if err != nil {
		return 0
	}
	return n
}
