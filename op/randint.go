package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// RandIntParam has MXNet's names and defaults.
type RandIntParam struct {
	Low   int    `gomx:"low,pos" doc:"the smallest number"`
	High  int    `gomx:"high,pos" doc:"all numbers are below it"`
	Shape []int  `gomx:"shape,min=1" doc:"the shape; (1,) when empty"`
	Ctx   string `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType *DType `gomx:"dtype" doc:"element type of the result, int32 or int64; int32 when not given"`
}

// Constants hold 53 bits, so low comes in two halves.
var randIntExpr = expr.MustParse("r upper lower -> r + (upper*4294967296 + lower)")

func init() {
	typeOf := func(p *RandIntParam) DType {
		if p.DType == nil {
			return backend.Int32
		}
		return *p.DType
	}
	Register(Op[RandIntParam]{
		Name: "_random_randint", Aliases: []string{"random_randint"},
		Doc:  "random whole numbers, any from low to below high as likely as another",
		Args: noArgs[RandIntParam],
		Check: func(p *RandIntParam) error {
			if t := typeOf(p); t != backend.Int32 && t != backend.Int64 {
				return fmt.Errorf("dtype=%v, want int32 or int64", t)
			}
			if p.Low >= p.High {
				return fmt.Errorf("low is %d and high %d; want low below high", p.Low, p.High)
			}
			return nil
		},
		Shape: func(p *RandIntParam, s *Shapes) { s.Out(atLeast1(p.Shape)) },
		Type:  func(p *RandIntParam, t *Types) { t.WantOut(0, typeOf(p)) },
		Forward: func(p *RandIntParam, c *Ctx, _ []Value) []Value {
			r := c.RandomBelow(uint64(p.High)-uint64(p.Low), c.Node, atLeast1(p.Shape))
			half := func(v int64) Value { return c.Scalar(backend.Int64, float64(v)) }
			low := int64(p.Low)
			return []Value{c.MapAs(typeOf(p), randIntExpr, r, half(low>>32), half(low&(1<<32-1)))}
		},
	})
}
