package cuda

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// The device passes the tests that every backend passes.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("there are hundreds of Maps to translate")
	}
	backendtest.Run(t, open(t, 0))
}

// Where cuBLAS is hidden the own kernel multiplies.
func TestConformanceWithoutBLAS(t *testing.T) {
	if testing.Short() {
		t.Skip("the kernels are those of TestConformance")
	}
	d := open(t, 0)
	if !d.hasBLAS() {
		t.Skip("TestConformance has no cuBLAS either")
	}
	d = open(t, 0)
	hideBLAS(d)
	tried := 0
	for _, r := range backendtest.Rows() {
		p, err := r.Program(backend.Float32)
		if err != nil || !multiplies(p) {
			continue
		}
		err = backendtest.Check(d, r, backend.Float32)
		if gap := (*backend.NoKernelError)(nil); errors.As(err, &gap) {
			continue
		}
		tried++
		assert.NoError(t, err, r.Name)
	}
	assert.Greater(t, tried, 20)
}

// multiplies reports whether p has a call that may become a product of matrices.
func multiplies(p *backend.Program) bool {
	for i := range p.Entries {
		for k := range p.Entries[i].Calls {
			switch p.Entries[i].Calls[k].Kind {
			case backend.MatMul, backend.Conv, backend.ConvGradData, backend.ConvGradFilter:
				return true
			}
		}
	}
	return false
}
