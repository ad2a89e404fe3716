package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend/expr"
)

// DropoutParam has MXNet's names and defaults.
type DropoutParam struct {
	P        float64 `gomx:"p,default=0.5,min=0,max=1" doc:"share of the elements that become 0; below 1"`
	Mode     string  `gomx:"mode,default=training,enum=training|always,prefix=Dropout" doc:"when to drop"`
	Axes     []int   `gomx:"axes" doc:"axes along which one draw serves all elements"`
	CudnnOff bool    `gomx:"cudnn_off,none" doc:"do without cuDNN; taken, not needed"`
}

// dropExpr keeps x where the draw u says so, scaled so that the expectation stays. It is its own gradient.
var dropExpr = expr.MustParse("x u p -> u < 1 - p ? x*(1/(1 - p)) : 0")

func init() {
	Register(Op[DropoutParam]{
		Name: "Dropout",
		Doc:  "in training, sets a random share p of the elements to 0 and scales the others by 1/(1 − p) (Srivastava et al. 2014)",
		// MXNet's mask.
		Hidden: func(*DropoutParam) int { return 1 },
		Check: func(p *DropoutParam) error {
			if p.P >= 1 {
				return fmt.Errorf("p is %v, want less than 1: nothing would be left", p.P)
			}
			return nil
		},
		Shape: func(p *DropoutParam, s *Shapes) {
			s.Elementwise()
			if data := s.In("data"); data != nil {
				if _, err := p.drawShape(data); err != nil {
					s.Failf("%v", err)
				}
			}
		},
		Forward: func(p *DropoutParam, c *Ctx, in []Value) []Value {
			if !p.drops(c) {
				return []Value{in[0]}
			}
			s, _ := p.drawShape(in[0].Shape())
			u := c.Uniform(wide(in[0].DType()), s)
			c.Save(u)
			return []Value{p.drop(c, in[0], u)}
		},
		Backward: func(p *DropoutParam, c *Ctx, dout []Value) []Value {
			if !p.drops(c) {
				return []Value{dout[0]}
			}
			return []Value{p.drop(c, dout[0], c.Saved(0))}
		},
	})
}

func (p *DropoutParam) drops(c *Ctx) bool { return p.P > 0 && (c.Train || p.Mode == "always") }

func (p *DropoutParam) drop(c *Ctx, x, u Value) Value {
	return c.Map1(dropExpr, x, u, c.Scalar(x.DType(), p.P))
}

// drawShape is the shape of the random numbers for data of shape s.
func (p *DropoutParam) drawShape(s Shape) (Shape, error) {
	out := s.Clone()
	for _, a := range p.Axes {
		i, ok := s.Axis(a)
		if !ok {
			return nil, fmt.Errorf("data is %v, it has no axis %d", s, a)
		}
		out[i] = 1
	}
	return out, nil
}
