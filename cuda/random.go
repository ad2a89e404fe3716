package cuda

import "github.com/gomx-org/gomx/backend"

func supportsRandom(p *backend.Program, c *backend.Call) bool {
	d := c.Attrs.(*backend.RandomAttrs).Dist
	return plainCall(p, c) && p.Value(c.Out[0]).DType == backend.Float32 && (d == backend.DistUniform || d == backend.DistNormal)
}

func lowerRandom(cx *compileCtx, c *backend.Call) error {
	a := c.Attrs.(*backend.RandomAttrs)
	s := cx.Shape(c.Out[0])
	n, sample := s.Size(), 1
	if len(s) > 0 {
		sample = s[1:].Size()
	}
	if n == 0 {
		return nil
	}
	// Where the first number lies in its block is known on the device only: one block more may be needed.
	rng, y := cx.Ptr(c.In[0]), cx.Ptr(c.Out[0])
	if a.Dist == backend.DistNormal {
		cx.randomNormal(blocksOf(ceilDiv(n, 2)+1), rng, y, uint32(n), uint32(sample), a.Node)
	} else {
		cx.randomUniform(blocksOf(ceilDiv(n, 4)+1), rng, y, uint32(n), uint32(sample), a.Node)
	}
	return nil
}
