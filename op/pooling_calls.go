package op

import (
	"math"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

func (p *PoolingParam) attrs(spatial Shape) backend.PoolAttrs {
	n := len(spatial)
	a := backend.PoolAttrs{Type: poolTypes[p.PoolType], CountIncludePad: p.CountIncludePad}
	if a.Type == backend.PoolLp {
		a.P = *p.PValue
		if a.P != 2 {
			a.Type, a.P = backend.PoolSum, 0 // of the numbers, or of their cubes
		}
	}
	if p.GlobalPool {
		a.Kernel, a.Stride, a.Pad = slices.Clone(spatial), perAxis(nil, n, 1), perAxis(nil, n, 0)
	} else {
		a.Kernel, a.Stride, a.Pad = p.Kernel, perAxis(p.Stride, n, 1), perAxis(p.Pad, n, 0)
	}
	a.Kernel, a.Stride, a.Pad = liftAxes(a.Kernel, 1), liftAxes(a.Stride, 1), liftAxes(a.Pad, 0)
	return a
}

// MXNet takes no magnitudes in lp pooling: with p_value 1 it is a plain sum, with 3 the cube root of a sum of cubes, both
// of either sign. No gradient comes from windows whose sum is 0.
var (
	cubeExpr     = expr.MustParse("x -> x*x*x")
	cubeRootExpr = expr.MustParse("s -> cbrt(s)")
	cubeRootGrad = expr.MustParse("y d -> y == 0 ? 0 : d/(y*y)")
	cubeGrad     = expr.MustParse("x d -> x*x*d")
)

// cubic reports whether pooling is of cubes.
func (p *PoolingParam) cubic() bool { return p.PoolType == "lp" && *p.PValue == 3 }

// forward pools x, whose channels are second.
func (p *PoolingParam) forward(c *Ctx, x Value) Value {
	t, s := x.DType(), x.Shape()
	out, filled := p.sizes(s)
	if p.cubic() {
		x = c.MapAs(wide(t), cubeExpr, x)
	}
	y := c.Reshape(c.Pool(c.Reshape(x, lift(s)), lift(filled)[2:], p.attrs(s[2:])), filled)
	if p.cubic() {
		y = c.MapAs(t, cubeRootExpr, y)
	}
	if filled.Equal(out) {
		return y
	}
	after := make([]int, len(out))
	for i := range out {
		after[i] = out[i] - filled[i]
	}
	nothing := 0.0
	if p.PoolType == "max" {
		nothing = -math.MaxFloat32 // as in MXNet
	}
	return c.Pad(y, backend.PadConstant, make([]int, len(out)), after, nothing)
}

// backward is the gradient by x of the pooling that gave y.
func (p *PoolingParam) backward(c *Ctx, x, y, dy Value) Value {
	a := p.attrs(x.Shape()[2:])
	_, filled := p.sizes(x.Shape())
	part := func(v Value) Value {
		b := wholeBox(v.Shape())
		if !filled.Equal(b.out) {
			v = c.Slice(v, filled, b.begin, b.step)
		}
		return c.Reshape(v, lift(filled))
	}
	dy, y = part(dy), part(y)
	image := c.Reshape(x, lift(x.Shape()))
	if p.cubic() {
		t := wide(x.DType())
		d := c.PoolGrad(c.MapAs(t, cubeRootGrad, y, dy), c.Cast(image, t), c.Cast(y, t), a)
		return c.MapAs(x.DType(), cubeGrad, x, c.ReshapeLike(d, x))
	}
	return c.ReshapeLike(c.PoolGrad(dy, image, y, a), x)
}
