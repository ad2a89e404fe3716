package cuda

import (
	"os"
	"testing"

	"github.com/gomx-org/gomx/internal/simgpu"
)

// Sanitizers see the end of an allocation, so none must be larger than what was asked for.
func TestMain(m *testing.M) {
	if os.Getenv("GOMX_SIM_SANITIZE") != "" && os.Getenv("GOMX_DEBUG") == "" {
		os.Setenv("GOMX_DEBUG", "nopool")
	}
	os.Exit(simgpu.Main(m))
}
