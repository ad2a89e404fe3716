package cuda

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/simgpu"
)

// A batch travels while the step before computes: it may lie on the device when that has not ended.
func TestUploadOverlapsCompute(t *testing.T) {
	simgpu.Need(t)
	if os.Getenv("SIMGPU_SEED") == "0" {
		t.Skip("in the order of the program nothing overlaps")
	}
	d, b := openChain(t, 20)
	const n = 1 << 20
	batch := alloc(t, d, n)
	seen, err := d.ctx.AllocHost(n)
	require.NoError(t, err)
	defer func() { assert.NoError(t, d.ctx.FreeHost(seen)) }()
	for i := range 50 {
		data := randomBytes(n)
		data[0] = byte(i)
		require.NoError(t, b.Run())
		require.NoError(t, d.Copy(whole(batch), backend.HostRegion(data)))
		u := &d.uploads
		require.NoError(t, u.stream.Download(seen, u.stages[(u.next+stages-1)%stages].mem.p))
		require.NoError(t, u.stream.Synchronize())
		require.True(t, bytes.Equal(data, seen))
		done, err := b.(*bound).done.Done()
		require.NoError(t, err)
		if !done {
			return
		}
	}
	t.Error("no batch arrived before the step was done")
}
