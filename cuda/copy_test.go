package cuda

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

// The sizes lie round those at which copies take another way.
func TestCopyThereAndBack(t *testing.T) {
	d := open(t, 0)
	for _, n := range []int{0, 1, 3, 4096, smallCopy, smallCopy + 1, readSlot, readSlot + 1, pinnedSlot*pinneds + 12345} {
		b := alloc(t, d, n+8)
		version := b.Version()
		want := randomBytes(n)
		sent := append([]byte(nil), want...)
		require.NoError(t, d.Copy(backend.Region{Buffer: b, Offset: 4, Length: n}, backend.HostRegion(sent)))
		clear(sent) // what Copy has read is the caller's again
		assert.NotEqual(t, version, b.Version())
		got := make([]byte, n)
		require.NoError(t, d.Copy(backend.HostRegion(got), backend.Region{Buffer: b, Offset: 4, Length: n}))
		assert.Equal(t, want, got, "%d bytes", n)
	}
}

// More copies than there are slots, without a wait between them: none may overtake another or lose its slot.
func TestCopiesKeepTheirOrder(t *testing.T) {
	d := open(t, 0)
	for n, rounds := range map[int]int{7000: 2 * ringPart * ringParts / 7000, smallCopy + 4096: 4 * max(stages, pinneds)} {
		b, all := alloc(t, d, n), alloc(t, d, n*rounds)
		var want []byte
		for i := range rounds {
			data := randomBytes(n)
			data[0] = byte(i)
			want = append(want, data...)
			require.NoError(t, d.Copy(whole(b), backend.HostRegion(data)))
			require.NoError(t, d.Copy(backend.Region{Buffer: all, Offset: i * n, Length: n}, whole(b)))
		}
		got := make([]byte, n*rounds)
		require.NoError(t, d.Copy(backend.HostRegion(got), whole(all)))
		assert.True(t, bytes.Equal(want, got), "%d bytes", n)
	}
	assert.NoError(t, d.Sync())
}

func TestCopyWithinOverlapping(t *testing.T) {
	d := open(t, 0)
	b := alloc(t, d, 1000)
	want := randomBytes(1000)
	require.NoError(t, d.Copy(whole(b), backend.HostRegion(want)))
	require.NoError(t, d.Copy(backend.Region{Buffer: b, Offset: 100, Length: 800}, backend.Region{Buffer: b, Length: 800}))
	copy(want[100:900], want[:800])
	got := make([]byte, 1000)
	require.NoError(t, d.Copy(backend.HostRegion(got), whole(b)))
	assert.Equal(t, want, got)
}

func TestCopyRefuses(t *testing.T) {
	d, other := open(t, 0), open(t, 1)
	b, foreign := alloc(t, d, 8), alloc(t, other, 8)
	for _, c := range []struct {
		dst, src backend.Region
		want     string
	}{
		{whole(b), backend.HostRegion(make([]byte, 4)), "gpu(0): copy: 4 bytes into 8"},
		{backend.Region{Buffer: b, Offset: 6, Length: 4}, backend.HostRegion(make([]byte, 4)), "gpu(0): copy: destination: bytes 6 to 10 of 8"},
		{whole(b), whole(foreign), "gpu(0): copy: source: memory of another device (gpu(1))"},
		{whole(b), backend.Region{Host: make([]byte, 16), Offset: 8, Length: 8}, "gpu(0): copy: source: host memory with an offset of 8"},
	} {
		assert.EqualError(t, d.Copy(c.dst, c.src), c.want)
	}
	freed, err := d.Alloc(8)
	require.NoError(t, err)
	freed.Free()
	assert.EqualError(t, d.Copy(whole(b), whole(freed)), "gpu(0): copy: source: the buffer was freed")
}

// The memory that a batch passes through may come from the pool while its last owner is still read.
func TestStagingWaitsForItsMemory(t *testing.T) {
	t.Setenv("GOMX_DEBUG", "")
	d := open(t, 0)
	const n = smallCopy + 4096
	want := randomBytes(n)
	b, err := d.Alloc(n)
	require.NoError(t, err)
	kept, other := alloc(t, d, n), alloc(t, d, n)
	for at := 0; at < n; at += smallCopy {
		part := want[at:min(at+smallCopy, n)]
		require.NoError(t, d.Copy(backend.Region{Buffer: b, Offset: at, Length: len(part)}, backend.HostRegion(part)))
	}
	require.NoError(t, d.Copy(whole(kept), whole(b)))
	p := b.(*buffer).mem.p
	b.Free()
	require.NoError(t, d.Copy(whole(other), backend.HostRegion(make([]byte, n))))
	require.Equal(t, p, d.uploads.stages[0].mem.p)
	got := make([]byte, n)
	require.NoError(t, d.Copy(backend.HostRegion(got), whole(kept)))
	assert.True(t, bytes.Equal(want, got))
}
