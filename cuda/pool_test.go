package cuda

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSizeClasses(t *testing.T) {
	before := 0
	for n := 1; n < 1<<26; n += n/7 + 1 {
		c := sizeClass(n)
		assert.GreaterOrEqual(t, c, n)
		assert.Equal(t, c, sizeClass(c), "a block of %d bytes fits again", c)
		assert.LessOrEqual(t, c, max(512, n+n/8+512))
		assert.GreaterOrEqual(t, c, before)
		assert.Zero(t, c%alignment)
		before = c
	}
}

func TestPoolUsesBlocksAgain(t *testing.T) {
	t.Setenv("GOMX_DEBUG", "")
	d := open(t, 0)
	a, err := d.Alloc(10000)
	require.NoError(t, err)
	p := a.(*buffer).mem.p
	a.Free()
	a.Free()
	held := d.pool.held
	b := alloc(t, d, 9999)
	assert.Equal(t, p, b.(*buffer).mem.p)
	c := alloc(t, d, 10000)
	assert.NotEqual(t, p, c.(*buffer).mem.p)
	assert.Greater(t, d.pool.held, held)
}

// What others may still be writing is not handed to the driver, which would let it go to anybody.
func TestNoPool(t *testing.T) {
	t.Setenv("GOMX_DEBUG", "sync,nopool")
	d := open(t, 0)
	b, err := d.Alloc(1 << 20)
	require.NoError(t, err)
	held := d.pool.held
	b.Free()
	assert.Equal(t, held-1<<20, d.pool.held)
	assert.Zero(t, d.pool.idle)
}

func TestOutOfMemory(t *testing.T) {
	d := open(t, 0)
	_, err := d.Alloc(-1)
	assert.EqualError(t, err, "gpu(0): cannot allocate -1 bytes")
	kept := alloc(t, d, 1<<30)
	_, err = d.Alloc(8 << 30)
	assert.Regexp(t, `^gpu\(0\): out of memory: 8192\.0 MiB asked for, 10\d\d\.\d MiB held by this program, \d+\.\d MiB free of 4096\.0 MiB; `, err)
	require.NoError(t, d.Copy(whole(kept), whole(kept)), "the device goes on")
	assert.NoError(t, d.Sync())
}

// Idle blocks of other sizes, and buffers that nobody freed, make room.
func TestOutOfMemoryFindsRoom(t *testing.T) {
	d := open(t, 0)
	for range 2 {
		b, err := d.Alloc(3 << 30)
		require.NoError(t, err)
		_ = b // forgotten
		c, err := d.Alloc(7 << 29)
		require.NoError(t, err)
		c.Free()
	}
}

// An allocation that the driver refuses once is asked for again.
func TestAllocTriesAgain(t *testing.T) {
	d := open(t, 0)
	orderFault(t, "alloc=1")
	alloc(t, d, 12345678)
	assert.NoError(t, d.Sync())
}
