package cuda

import "github.com/gomx-org/gomx/backend"

// supportsMatMul: float32 in C order. Without an epilogue fusion leaves the Map that follows a call of its own.
func supportsMatMul(p *backend.Program, c *backend.Call) bool {
	return c.Attrs.(*backend.MatMulAttrs).Epilogue == nil && plainFloat32(p, c)
}

func lowerMatMul(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.MatMulAttrs)
	x, y, out := cx.Shape(c.In[0]), cx.Shape(c.In[1]), cx.Shape(c.Out[0])
	rank := len(out)
	g := gemm{
		transA: a.TransA, transB: a.TransB, m: out[rank-2], n: out[rank-1], k: x[rank-1], batch: 1,
		a: cx.Ptr(c.In[0]), b: cx.Ptr(c.In[1]), c: cx.Ptr(c.Out[0]),
		lda: x[rank-1], ldb: y[rank-1], ldc: out[rank-1],
	}
	if a.TransA {
		g.k = x[rank-2]
	}
	if rank == 3 {
		g.batch, g.strideA, g.strideB, g.strideC = out[0], x[1]*x[2], y[1]*y[2], out[1]*out[2]
	}
	cx.Gemm(g)
	return nil
}
