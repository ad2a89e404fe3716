package zoo_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/symbol"
)

// TestMirrorSavesMemory plans the memory between the calls of a training step of 32 images, with and without mirroring; -v
// prints it. Nothing runs, and no device has a say.
func TestMirrorSavesMemory(t *testing.T) {
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "0")
	for _, row := range []struct {
		name  string
		share float64 // of the memory, at most
	}{
		{"resnet-50", 0.55}, {"resnet-v1-50", 0.6}, {"mobilenet", 0.55},
	} {
		net, err := zoo.Get(row.name)
		require.NoError(t, err)
		s := net.Make(net.Classes)
		plan := func(mirror bool) float64 {
			o := symbol.LowerOptions{Grads: true, Mirror: mirror, Grad: map[string]symbol.GradReq{}, Shapes: map[string]backend.Shape{
				"data": {32, net.Shape[0], net.Shape[1], net.Shape[2]}}}
			for _, name := range s.ListArguments() {
				if name != "data" && name != "softmax_label" {
					o.Grad[name] = symbol.GradWrite
				}
			}
			p, err := s.Lower(o)
			require.NoError(t, err)
			p, err = passes.Optimize(p, nil, backend.Options{})
			require.NoError(t, err)
			return float64(passes.Memory(p, 64).Arena) / 1e6
		}
		plain, mirrored := plan(false), plan(true)
		t.Logf("%-17s %7.1f MB, mirrored %7.1f MB (%.0f %%)", row.name, plain, mirrored, 100*mirrored/plain)
		assert.Less(t, mirrored, row.share*plain, row.name)
	}
}
