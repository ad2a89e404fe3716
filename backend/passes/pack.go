package passes

import (
	"cmp"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// block is memory of some bytes that is needed from start to end, both included.
type block struct {
	id         backend.ValueID
	bytes      int
	start, end int
	offset     int
}

// pack gives blocks their offsets, so that blocks needed at the same time do not overlap, and returns the bytes in all: the
// largest block first, each into the smallest gap that holds it.
func pack(blocks []block) int {
	slices.SortFunc(blocks, func(a, b block) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(a.start, b.start), cmp.Compare(a.id, b.id))
	})
	placed := make([]*block, 0, len(blocks)) // by offset
	total := 0
	for i := range blocks {
		b := &blocks[i]
		b.offset = bestGap(placed, b)
		total = max(total, b.offset+b.bytes)
		at, _ := slices.BinarySearchFunc(placed, b.offset, func(p *block, off int) int { return cmp.Compare(p.offset, off) })
		placed = slices.Insert(placed, at, b)
	}
	return total
}

func bestGap(placed []*block, b *block) int {
	best, bestSize := -1, 0
	top := 0 // end of the blocks seen so far
	for _, p := range placed {
		if p.end < b.start || b.end < p.start {
			continue
		}
		if gap := p.offset - top; gap >= b.bytes && (best < 0 || gap < bestSize) {
			best, bestSize = top, gap
		}
		top = max(top, p.offset+p.bytes)
	}
	if best < 0 {
		return top
	}
	return best
}
