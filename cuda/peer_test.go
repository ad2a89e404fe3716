package cuda

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
)

// Data goes round between two devices, changed on each, without a wait on the way.
func TestCopyPeerKeepsOrder(t *testing.T) {
	a, b := open(t, 0), open(t, 1)
	const n, rounds = 50000, 6
	onA, onB := alloc(t, a, n), alloc(t, b, n)
	spareA, spareB := alloc(t, a, n), alloc(t, b, n)
	for i := range rounds {
		want := randomBytes(n)
		want[0] = byte(i)
		require.NoError(t, a.Copy(whole(spareA), backend.HostRegion(want)))
		require.NoError(t, a.Copy(whole(onA), whole(spareA)))
		require.NoError(t, b.CopyPeer(whole(onB), whole(onA)))
		require.NoError(t, a.Copy(whole(onA), backend.HostRegion(make([]byte, n))), "after it was read")
		require.NoError(t, b.Copy(whole(spareB), whole(onB)))
		require.NoError(t, a.CopyPeer(whole(onA), whole(spareB)))
		require.NoError(t, b.Copy(whole(spareB), backend.HostRegion(make([]byte, n))), "after it was read")
		if i%2 == 0 {
			continue
		}
		got := make([]byte, n)
		require.NoError(t, a.Copy(backend.HostRegion(got), whole(onA)))
		assert.Equal(t, want, got)
	}
}

func TestCopyPeerRefuses(t *testing.T) {
	a, b := open(t, 0), open(t, 1)
	onA, onB := alloc(t, a, 8), alloc(t, b, 8)
	var _ backend.PeerCopier = a
	foreign, err := ref.New(0).Alloc(8)
	require.NoError(t, err)
	assert.ErrorIs(t, a.CopyPeer(whole(onA), whole(foreign)), errors.ErrUnsupported)
	assert.EqualError(t, a.CopyPeer(whole(onA), backend.Region{Buffer: onB, Length: 4}), "gpu(0): copy from gpu(1): 4 bytes into 8")
	assert.EqualError(t, a.CopyPeer(backend.HostRegion(make([]byte, 8)), whole(onB)), "gpu(0): copy from gpu(1): destination: host memory")
	version := onA.Version()
	assert.NoError(t, a.CopyPeer(whole(onA), whole(onA)))
	assert.NotEqual(t, version, onA.Version())
}

// The way through the host, for hardware that refuses.
func TestCopyByHost(t *testing.T) {
	a, b := open(t, 0), open(t, 1)
	const n = 9 << 20
	want := randomBytes(n)
	onA, onB := alloc(t, a, n), alloc(t, b, n)
	require.NoError(t, a.Copy(whole(onA), backend.HostRegion(want)))
	require.NoError(t, b.copyByHost(whole(onB), whole(onA), a))
	got := make([]byte, n)
	require.NoError(t, b.Copy(backend.HostRegion(got), whole(onB)))
	assert.Equal(t, want, got)
}
