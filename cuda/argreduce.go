package cuda

import "github.com/gomx-org/gomx/backend"

func lowerArgReduce(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.ArgReduceAttrs)
	s := cx.Shape(c.In[0])
	x, y := cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])
	outer, n, inner := s[:a.Axis].Size(), s[a.Axis], s[a.Axis+1:].Size()
	switch {
	case n == 0:
		cx.Fill(y, 0, cx.Value(c.Out[0]).Bytes())
	case inner > 1:
		magic, shift := divisor(inner)
		cx.argColumns(blocksOf(outer*inner), x, y, uint32(outer*inner), uint32(n), uint32(inner), magic, shift, bit(a.Min))
	case n <= rowWarp:
		cx.argWarps(dim3{uint32(ceilDiv(outer, 8)), 1, 1}, x, y, uint32(outer), uint32(n), bit(a.Min))
	default:
		cx.argBlocks(dim3{uint32(outer), 1, 1}, x, y, uint32(n), bit(a.Min))
	}
	return nil
}
