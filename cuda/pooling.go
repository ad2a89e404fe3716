package cuda

import "github.com/gomx-org/gomx/backend"

// lowerPool emits the one launch of a Pool.
func lowerPool(cx *compileCtx, c *backend.Call) error {
	x, y := cx.Shape(c.In[0]), cx.Shape(c.Out[0])
	if y.Size() == 0 {
		return nil
	}
	a := c.Attrs.(*backend.PoolAttrs)
	emit := [...]func(cx *compileCtx, grid dim3, x, y place, s *poolShape){
		backend.PoolMax: (*compileCtx).poolMax, backend.PoolAvg: (*compileCtx).poolSum, backend.PoolSum: (*compileCtx).poolSum, backend.PoolLp: (*compileCtx).poolLp,
	}[a.Type]
	emit(cx, blocksOf(y.Size()), cx.Ptr(c.In[0]), cx.Ptr(c.Out[0]), newPoolShape(a, x, y, y))
	return nil
}

// lowerPoolGrad finds the maxima anew, since only their values are at hand; the other gradients take one launch.
func lowerPoolGrad(cx *compileCtx, c *backend.Call) error {
	x, y := cx.Shape(c.In[1]), cx.Shape(c.In[2])
	if x.Size() == 0 {
		return nil
	}
	a := c.Attrs.(*backend.PoolAttrs)
	dy, xp, yp, dx := cx.Ptr(c.In[0]), cx.Ptr(c.In[1]), cx.Ptr(c.In[2]), cx.Ptr(c.Out[0])
	grid, s := blocksOf(x.Size()), newPoolShape(a, x, y, x)
	switch a.Type {
	case backend.PoolMax:
		first := cx.Scratch(4 * y.Size())
		cx.poolArgmax(blocksOf(y.Size()), xp, first, newPoolShape(a, x, y, y))
		cx.poolMaxGrad(grid, dy, first, dx, s)
	case backend.PoolLp:
		cx.poolLpGrad(grid, dy, xp, yp, dx, s)
	default:
		cx.poolSumGrad(grid, dy, dx, s)
	}
	return nil
}

// newPoolShape describes pooling from x to y for a kernel with a thread per element of threads, one of them.
func newPoolShape(a *backend.PoolAttrs, x, y, threads backend.Shape) *poolShape {
	s := &poolShape{n: uint32(threads.Size()), average: bit(a.Type == backend.PoolAvg), countPad: bit(a.CountIncludePad), power: uint32(a.P)}
	newAxes(spatial(threads[2:], 1)).store(s.size[:], s.sizeMagic[:], s.sizeShift[:])
	newAxes(spatial(a.Stride, 1)).store(s.stride[:], s.strideMagic[:], s.strideShift[:])
	fastestFirst(s.in[:], spatial(x[2:], 1))
	fastestFirst(s.out[:], spatial(y[2:], 1))
	fastestFirst(s.kernel[:], spatial(a.Kernel, 1))
	fastestFirst(s.pad[:], spatial(a.Pad, 0))
	return s
}

// spatial gives two axes a leading third of the given size.
func spatial(axes []int, size int) []int {
	t := three(axes, size)
	return t[:]
}
