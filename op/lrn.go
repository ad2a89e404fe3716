package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// LRNParam has MXNet's names and defaults.
type LRNParam struct {
	NSize int     `gomx:"nsize,pos,min=1" doc:"number of channels in a window, odd"`
	Alpha float64 `gomx:"alpha,default=0.0001" doc:"factor of the mean square"`
	Beta  float64 `gomx:"beta,default=0.75" doc:"the exponent"`
	KNorm float64 `gomx:"knorm,default=2.0" doc:"the constant"`
}

var (
	squareExpr  = expr.MustParse("x -> x*x")
	lrnNormExpr = expr.MustParse("sum a k -> k + a*sum")
	lrnExpr     = expr.MustParse("x s b -> x*pow(s, -b)")
	lrnPartExpr = expr.MustParse("d x s b -> d*x*pow(s, -b - 1)")
	lrnGradExpr = expr.MustParse("d x s b part a -> d*pow(s, -b) - 2*a*b*x*part")
)

func init() {
	Register(Op[LRNParam]{
		Name: "LRN",
		Doc:  "x·(knorm + alpha/nsize · Σ x²)^−beta, the sum over a window of channels (Krizhevsky et al. 2012)",
		// MXNet's norm.
		Hidden: func(*LRNParam) int { return 1 },
		Check: func(p *LRNParam) error {
			if p.NSize%2 == 0 {
				return fmt.Errorf("nsize is %d, want an odd number", p.NSize)
			}
			return nil
		},
		Shape: func(_ *LRNParam, s *Shapes) {
			s.Elementwise()
			if data := s.In("data"); data != nil && len(data) != 4 {
				s.Failf("data is %v, want (N,C,H,W)", data)
			}
		},
		Forward: func(p *LRNParam, c *Ctx, in []Value) []Value {
			x := in[0]
			t := x.DType()
			sum := p.window(c, c.Map1(squareExpr, x))
			norm := c.Map1(lrnNormExpr, sum, c.Scalar(t, p.Alpha/float64(p.NSize)), c.Scalar(t, p.KNorm))
			c.Save(norm)
			return []Value{c.Map1(lrnExpr, x, norm, c.Scalar(t, p.Beta))}
		},
		Backward: func(p *LRNParam, c *Ctx, dout []Value) []Value {
			x, norm, dy := c.In(0), c.Saved(0), dout[0]
			t := x.DType()
			beta, a := c.Scalar(t, p.Beta), c.Scalar(t, p.Alpha/float64(p.NSize))
			part := p.window(c, c.Map1(lrnPartExpr, dy, x, norm, beta))
			return []Value{c.Map1(lrnGradExpr, dy, x, norm, beta, part, a)}
		},
	})
}

// window sums over nsize neighbouring channels: a sum pooling of (N,1,C,H·W).
func (p *LRNParam) window(c *Ctx, x Value) Value {
	s := x.Shape()
	flat := Shape{s[0], 1, s[1], s[2] * s[3]}
	y := c.Pool(c.Reshape(x, flat), flat[2:], backend.PoolAttrs{
		Type: backend.PoolSum, Kernel: []int{p.NSize, 1}, Stride: []int{1, 1}, Pad: []int{p.NSize / 2, 0},
	})
	return c.ReshapeLike(y, x)
}
