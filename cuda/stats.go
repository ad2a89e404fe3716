package cuda

import "github.com/gomx-org/gomx/backend"

// lowerStats makes means and variances in one pass over the data.
func lowerStats(cx *compileCtx, c *backend.Call) error {
	if cx.Shape(c.Out[0]).Size() == 0 {
		return nil
	}
	r, x := cx.newReduction(c, c.Attrs.(*backend.StatsAttrs).Axes)
	mean, variance := cx.Ptr(c.Out[0]), cx.Ptr(c.Out[1])
	emit := [...]func(cx *compileCtx, grid dim3, x, mean, variance place, s *reduceShape){
		byThread: (*compileCtx).statsThreads, byWarp: (*compileCtx).statsWarps, byBlock: (*compileCtx).statsBlocks, byColumn: (*compileCtx).statsColumns,
	}[r.way]
	if r.shape.parts == 1 {
		emit(cx, r.grid(), x, mean, variance, &r.shape)
		return nil
	}
	n := 4 * int(r.shape.outputs*r.shape.parts)
	means, m2s := cx.Scratch(n), cx.Scratch(n)
	emit(cx, r.grid(), x, means, m2s, &r.shape)
	cx.statsJoin(dim3{uint32(ceilDiv(int(r.shape.outputs), 8)), 1, 1}, means, m2s, mean, variance, &r.shape)
	return nil
}
