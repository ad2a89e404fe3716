package cuda

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGemmTiles(t *testing.T) {
	for _, c := range []struct {
		m, n, batch int
		want        gemmTile
	}{
		{32, 1000, 1, tileFlat}, {1, 1, 1, tileFlat}, {1000, 32, 1, tileUpright}, {33, 33, 1, tile64}, {512, 512, 1, tile64},
		{1408, 1500, 1, tile128}, {129, 129, 32, tile128}, {64, 64, 1000, tile128},
	} {
		got := (&gemm{m: c.m, n: c.n, batch: c.batch, k: 10}).tile()
		assert.Equal(t, [3]int{c.want.m, c.want.n, c.want.depth}, [3]int{got.m, got.n, got.depth}, "%d×%d, %d of them", c.m, c.n, c.batch)
	}
}

// Splits cover all of k, whole slices each but the last, and none is empty.
func TestGemmSplits(t *testing.T) {
	for _, c := range []struct{ m, n, k, parts int }{
		{64, 64, 0, 1}, {64, 64, 1, 1}, {64, 64, 127, 1}, {64, 64, 128, 2}, {64, 64, 1000, 13}, {50, 500, 4096, 16}, {20, 25, 36864, 128},
		{2000, 2000, 5000, 1},
	} {
		g := &gemm{m: c.m, n: c.n, k: c.k, batch: 1}
		tile := g.tile()
		parts, depth := g.splits(tile)
		assert.Equal(t, c.parts, parts, "%+v", c)
		assert.Zero(t, depth%tile.depth*(parts-1), "%+v: %d", c, depth)
		assert.GreaterOrEqual(t, parts*depth, c.k, "%+v", c)
		if parts > 1 {
			assert.Less(t, (parts-1)*depth, c.k, "%+v", c)
			assert.LessOrEqual(t, parts*g.blocks(tile), gemmBlocks, "%+v", c)
		}
	}
}
