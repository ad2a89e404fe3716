//go:build !linux || !cgo

package all

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

func newGPU(index int) (backend.Device, error) {
	return nil, fmt.Errorf("gpu(%d): this program was built without support for GPUs (it needs Linux and cgo); use cpu(0)", index)
}

func countGPUs() int { return 0 }
