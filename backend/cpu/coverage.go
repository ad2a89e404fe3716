//go:build cgo

package cpu

import "github.com/gomx-org/gomx/backend"

// Coverage says in a few words for what the device has its own kernel of a kind; `gomx ops` prints it.
func (d *Device) Coverage(k backend.Kind) string {
	row, ok := kernels[k]
	switch {
	case k == backend.Host:
		return "a Go function between segments"
	case !ok:
		return "falls back to ref"
	case row.prefers != nil:
		return "own, float32; few channels in layout N16; other types fall back to ref"
	}
	return "own, float32; other types fall back to ref"
}
