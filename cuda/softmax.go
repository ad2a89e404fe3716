package cuda

import "github.com/gomx-org/gomx/backend"

// rowWarp is up to how many elements of a row one warp takes; longer rows get a block each.
const rowWarp = 1024

func lowerSoftmax(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.SoftmaxAttrs)
	s := cx.Shape(c.In[0])
	x, y := cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])
	outer, n, inner := s[:a.Axis].Size(), s[a.Axis], s[a.Axis+1:].Size()
	switch {
	case s.Size() == 0:
	case inner > 1:
		magic, shift := divisor(inner)
		cx.softmaxColumns(blocksOf(outer*inner), x, y, uint32(outer*inner), uint32(n), uint32(inner), magic, shift, bit(a.Log))
	case n <= rowWarp:
		cx.softmaxWarps(dim3{uint32(ceilDiv(outer, 8)), 1, 1}, x, y, uint32(outer), uint32(n), bit(a.Log))
	default:
		cx.softmaxBlocks(dim3{uint32(outer), 1, 1}, x, y, uint32(n), bit(a.Log))
	}
	return nil
}

func bit(v bool) uint32 {
	if v {
		return 1
	}
	return 0
}
