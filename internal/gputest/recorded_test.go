package gputest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/simgpu"
	"github.com/gomx-org/gomx/internal/verify"
)

// What MXNet recorded comes out of the kernels too, or is refused for want of one. That is rare, and what is refused is
// listed. GOMX_VECTORS names another folder of cases, as in internal/verify.
//
// With cuBLAS the simulated one would multiply, which adds in an order of its own. It makes one number that a ReLU of
// train/inception-small looks at change its sign; on the CPU moving the initial weights by their last bit does the same.
func TestRecorded(t *testing.T) {
	simgpu.Need(t)
	if os.Getenv("GOMX_CUBLAS") != "off" {
		t.Skip("it runs where cuBLAS is hidden")
	}
	dir := os.Getenv("GOMX_VECTORS")
	if dir == "" {
		dir = "../verify/testdata"
	}
	cases, err := verify.Cases(dir)
	require.NoError(t, err)
	passed, refused := 0, 0
	for i, c := range cases {
		if testing.Short() && i%10 != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			switch r := c.Run(verify.Options{Context: device.GPU(0)}); {
			case r.Verdict == verify.Pass:
				passed++
			case strings.Contains(r.Why, refusal):
				refused++
				t.Log(r.Why)
			case r.Verdict == verify.Skip:
				t.Skip(r.Why)
			default:
				t.Error(r.Why)
			}
		})
	}
	t.Logf("%d cases pass, %d are refused", passed, refused)
	assert.Greater(t, passed, 9*refused)
}

// refusal is what a *backend.NoKernelError says.
var refusal = strings.TrimSuffix((&backend.NoKernelError{Device: "gpu(0)", Gaps: []string{""}}).Error(), " ")
