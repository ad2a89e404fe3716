package cuda

import (
	"os"
	"testing"

	"github.com/gomx-org/gomx/internal/simgpu"
)

func TestMain(m *testing.M) { os.Exit(simgpu.Main(m)) }
