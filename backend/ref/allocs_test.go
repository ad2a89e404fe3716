package ref_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// No kind of call allocates once it has run, whatever its shapes; Host functions are the user's.
func TestKernelsAllocateNothing(t *testing.T) {
	dev := ref.New(0)
	for _, r := range backendtest.Rows() {
		if r.Name == "Host between calls" {
			continue
		}
		p, err := r.Program(backend.Float32)
		require.NoError(t, err)
		in, err := backendtest.Open(dev, r, backend.Float32, backend.Options{NoFuse: true})
		require.NoError(t, err)
		ref.Alone(func() {
			assert.Zero(t, testing.AllocsPerRun(1, func() { _ = in.Run() }), "%s\n%v", r.Name, p)
		})
		in.Close()
	}
}
