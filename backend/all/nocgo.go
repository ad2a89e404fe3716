//go:build !cgo

package all

import (
	"errors"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
)

var kinds = []string{"ref"}

func newCPU(index int) (backend.Device, error) {
	name, err := wanted()
	switch {
	case err != nil:
		return nil, err
	case name == "cpu":
		return nil, errors.New("GOMX_BACKEND=cpu: this program was built without cgo and has no kernels in C")
	}
	return ref.New(index), nil
}
