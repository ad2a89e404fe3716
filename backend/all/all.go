// Package all links the backends in. Build tags decide which: without cgo, "cpu" is the portable backend in Go.
//
// A GPU is there when its driver is, which is looked for when one is asked for.
//
// GOMX_BACKEND=ref makes "cpu" the portable backend in any build; GOMX_BACKEND=cpu asks for the kernels in C.
package all

import (
	"fmt"
	"os"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
)

// New opens the device of the kind with the given number: "cpu", "gpu", or "ref" for the portable backend.
func New(kind string, index int) (backend.Device, error) {
	if index < 0 {
		return nil, fmt.Errorf("%s(%d): the number is negative", kind, index)
	}
	switch kind {
	case "cpu":
		return newCPU(index)
	case "gpu":
		return newGPU(index)
	case "ref":
		return ref.New(index), nil
	}
	return nil, fmt.Errorf("no kind of device is called %q, want cpu, gpu or ref", kind)
}

// Devices opens one device of each kind that this build and this machine have.
func Devices() ([]backend.Device, error) {
	present := kinds
	if countGPUs() > 0 {
		present = append(slices.Clone(kinds), "gpu")
	}
	var list []backend.Device
	for _, kind := range present {
		d, err := New(kind, 0)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// wanted reads GOMX_BACKEND: "", "cpu" or "ref".
func wanted() (string, error) {
	switch name := os.Getenv("GOMX_BACKEND"); name {
	case "", "cpu", "ref":
		return name, nil
	default:
		return "", fmt.Errorf("GOMX_BACKEND=%s is unknown, want cpu or ref", name)
	}
}
