package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// AllFiniteParam has MXNet's names and defaults.
type AllFiniteParam struct {
	InitOutput bool `gomx:"init_output,default=True" doc:"taken, not needed: the result is always of this data alone"`
}

// MultiLarsParam has MXNet's names and defaults.
type MultiLarsParam struct {
	Eta         float64 `gomx:"eta,pos,runtime" doc:"η, the share of a norm that a step may be"`
	Eps         float64 `gomx:"eps,pos,runtime" doc:"ε, added to the denominator"`
	RescaleGrad float64 `gomx:"rescale_grad,default=1.0,runtime" doc:"factor of the gradients"`
}

var (
	finiteExpr    = expr.MustParse("x -> abs(x) < inf")
	multiLarsExpr = expr.MustParse("lr w g wd eta eps rescale -> n = sqrt(w); " +
		"w > 0 && g > 0 ? lr*eta*n/(sqrt(g)*rescale + wd*n + eps) : lr")
)

func init() {
	Register(Op[AllFiniteParam]{
		Name: "all_finite", Doc: "(1,): 1 where no number of data is NaN or infinite, else 0",
		Shape: func(_ *AllFiniteParam, s *Shapes) { s.Out(Shape{1}) },
		Type:  func(_ *AllFiniteParam, t *Types) { t.WantOut(0, backend.Float32) },
		Forward: func(_ *AllFiniteParam, c *Ctx, in []Value) []Value {
			finite := c.MapAs(backend.Float32, finiteExpr, in[0])
			return []Value{c.Reshape(c.Reduce(backend.ReduceMin, finite, false), Shape{1})}
		},
		NoGrad: []string{"data"},
	})
	inputs := []string{"lrs", "weights_sum_sq", "grads_sum_sq", "wds"}
	Register(Op[MultiLarsParam]{
		Name: "multi_lars",
		Doc:  "lr·η·‖w‖/(‖g‖ + wd·‖w‖ + ε) for each parameter, from the squares of its norms; lr where one is 0 (You et al. 2017)",
		Args: func(*MultiLarsParam) []string { return inputs },
		Shape: func(_ *MultiLarsParam, s *Shapes) {
			s.Elementwise()
		},
		Forward: func(_ *MultiLarsParam, c *Ctx, in []Value) []Value {
			args := in[:4:4]
			for _, name := range []string{"eta", "eps", "rescale_grad"} {
				args = append(args, c.number(name, in[0].DType()))
			}
			return []Value{c.Map1(multiLarsExpr, args...)}
		},
		NoGrad: inputs,
	})
}
