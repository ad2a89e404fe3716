//go:build cgo

package all

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/cpu"
	"github.com/gomx-org/gomx/backend/ref"
)

var kinds = []string{"cpu", "ref"}

func newCPU(index int) (backend.Device, error) {
	name, err := wanted()
	switch {
	case err != nil:
		return nil, err
	case name == "ref":
		return ref.New(index), nil
	}
	return cpu.New(index)
}
