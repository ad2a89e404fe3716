package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// The label l is class k.
var (
	negativeAtExpr  = expr.MustParse("y l k -> k == trunc(l) ? -max(y, -18.420680743952367) : 0") // MXNet takes log(max(p, 1e-8))
	crossEntropyExp = expr.MustParse("p l k d -> d*(k == trunc(l) ? p - 1 : p)")
)

func init() {
	Register(Op[NoParam]{
		Name: "softmax_cross_entropy", Doc: "Σ −log(softmax(data))[label] over all examples, as a (1,)",
		Args: func(*NoParam) []string { return []string{"data", "label"} },
		Shape: func(_ *NoParam, s *Shapes) {
			s.Out(Shape{1})
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) != 2 {
				s.Failf("data is %v, want (N,K)", data)
				return
			}
			s.Want("label", data[:1], "data is %v", data)
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			at := c.Map1(negativeAtExpr, c.LogSoftmax(c.Cast(in[0], wide(in[0].DType())), 1), column(c, in[1]), c.Iota(backend.Float32, in[0].Shape()[1]))
			return []Value{c.Cast(c.Reshape(c.Sum(at), Shape{1}), in[0].DType())}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			x := c.In(0)
			return []Value{c.Map1(crossEntropyExp, c.Softmax(x, 1), column(c, c.In(1)), c.Iota(backend.Float32, x.Shape()[1]), dout[0]), {}}
		},
		NoGrad: []string{"label"},
	})
}

// column sees a vector as (N,1).
func column(c *Ctx, v Value) Value { return c.Reshape(v, Shape{v.Shape().Size(), 1}) }
