//go:build !linux || !cgo

package cublas

import (
	"errors"

	"github.com/gomx-org/gomx/internal/cudrv"
)

var errNone = errors.New("this program was built without support for GPUs (it needs Linux and cgo)")

// CallBytes is the memory of a product in a list.
const CallBytes = 0

// Load says that this build has no library.
func Load() error { return errNone }

// New makes a handle for a stream.
func New(c *cudrv.Context, s cudrv.Stream, workspace cudrv.Ptr, bytes int) (*Handle, error) {
	return nil, errNone
}

// Close ends the handle.
func (h *Handle) Close(c *cudrv.Context) error { return errNone }

// Version is the library's.
func (h *Handle) Version() string { return "" }

// Add adds a product to a list.
func (h *Handle) Add(l *cudrv.List, g *Gemm) (a, b, c *uint64) { return nil, nil, nil }
