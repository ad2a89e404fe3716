//go:build cgo

package cpu

import (
	"testing"

	"github.com/gomx-org/gomx/internal/backendtest"
)

// Every level of this processor passes the tests that every backend passes.
func TestBackend(t *testing.T) {
	for _, d := range levels() {
		t.Run(d.level.String(), func(t *testing.T) { backendtest.Run(t, d) })
	}
}
