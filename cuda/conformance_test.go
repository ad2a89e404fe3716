package cuda

import (
	"testing"

	"github.com/gomx-org/gomx/internal/backendtest"
)

// The device passes the tests that every backend passes, with cuBLAS and without.
func TestConformance(t *testing.T) {
	for _, blas := range []bool{true, false} {
		name := map[bool]string{true: "cuBLAS", false: "own"}[blas]
		t.Run(name, func(t *testing.T) {
			d := open(t, 0)
			if !blas {
				hideBLAS(d)
			} else if !d.hasBLAS() {
				t.Skip("no cuBLAS: ", d.blas.why)
			}
			backendtest.Run(t, d)
		})
	}
}
