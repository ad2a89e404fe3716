package cuda

import (
	"math/bits"

	"github.com/gomx-org/gomx/backend"
)

const (
	sortTileBits = 11 // of kernels/sort.cu: a block sorts 2048 items at once
	sortItem     = 8  // bytes
)

// lowerSort sorts tiles and merges these; elements of 64 bits by their lower halves first and then, keeping that order among
// equals, by the upper ones.
func lowerSort(cx *compileCtx, c *backend.Call) error {
	a, x := c.Attrs.(*backend.SortAttrs), cx.Value(c.In[0])
	n, count := x.Shape[a.Axis], x.Shape.Size()
	if count == 0 {
		return nil
	}
	inner := x.Shape[a.Axis+1:].Size()
	runBits := min(bits.Len(uint(n-1)), sortTileBits)
	runs := ceilDiv(n, 1<<runBits)
	s := sortShape{rows: uint32(count / n), n: uint32(n), inner: uint32(inner), runs: uint32(runs), runBits: uint32(runBits),
		dtype: uint32(x.DType), element: uint32(x.DType.Size()), descend: bit(a.Descend)}
	s.nMagic, s.nShift = divisor(n)
	s.innerMagic, s.innerShift = divisor(inner)
	s.runsMagic, s.runsShift = divisor(runs)
	tiles := dim3{uint32(ceilDiv(count/n*runs, 1<<(sortTileBits-runBits))), 1, 1}

	spare := []place(nil) // memory for items that is free again
	memory := func() place {
		if len(spare) == 0 {
			return cx.Scratch(count * sortItem)
		}
		p := spare[0]
		spare = spare[1:]
		return p
	}
	var before, items place
	for half := range max(x.DType.Size()/4, 1) {
		before, items = items, memory()
		s.upper = uint32(half)
		cx.sortTiles(tiles, cx.Ptr(c.In[0]), before, items, &s)
		for b := runBits; 1<<b < n; b++ {
			merged := memory()
			cx.sortMerge(blocksOf(count), items, merged, uint32(count), s.n, s.nMagic, s.nShift, uint32(b))
			spare = append(spare, items)
			items = merged
		}
	}
	cx.sortValues(blocksOf(count), cx.Ptr(c.In[0]), items, before, cx.Ptr(c.Out[0]), cx.Ptr(c.Out[1]), &s)
	return nil
}
