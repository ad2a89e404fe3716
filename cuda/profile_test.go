package cuda

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// Every call has its own time, on both sides of a Host call too.
func TestProfile(t *testing.T) {
	d := open(t, 0)
	hideBLAS(d)
	p := say(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{4, 4}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{4, 4}, backend.Float32)
		b.Node(`FullyConnected "fc1"`)
		b.Write("y", b.MatMul(plusOne(b, b.MatMul(b.MatMul(x, x), x)), x))
	})
	x := compile(t, d, p, backend.Options{Profile: true})
	b := bind(t, x, backend.Infer, put(t, d, make([]float32, 16)...), put(t, d, make([]float32, 16)...))
	assert.Empty(t, x.Profile())
	for range 2 {
		require.NoError(t, b.Run())
	}
	list := x.Profile()
	require.Len(t, list, len(x.Program().Entry(backend.Infer).Calls))
	for i, r := range list {
		assert.Equal(t, i, r.Call)
		assert.Equal(t, 2, r.Runs)
		if x.Program().Entries[0].Calls[i].Kind != backend.Write {
			assert.Positive(t, r.Seconds, r.Kernel)
		}
	}
	assert.Equal(t, `FullyConnected "fc1"`, list[0].Node)
	assert.Equal(t, "MatMul kernel sgemm_32x128", list[0].Kernel)
}
