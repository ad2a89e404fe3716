package op

import "github.com/gomx-org/gomx/backend/expr"

// KLSparseRegParam has MXNet's names and defaults.
type KLSparseRegParam struct {
	SparsenessTarget float64 `gomx:"sparseness_target,default=0.1,min=0,max=1" doc:"the mean activation wanted"`
	Penalty          float64 `gomx:"penalty,default=0.001" doc:"factor of the gradient added"`
	Momentum         float64 `gomx:"momentum,default=0.9,min=0,max=1" doc:"share of the old moving average"`
}

var sparseGradExpr = expr.MustParse("d avg s p -> d + p*((1 - s)/(1 - avg) - s/avg)")

func init() {
	Register(Op[KLSparseRegParam]{
		Name: "IdentityAttachKLSparseReg",
		Doc:  "data; to the gradient comes that of the divergence between sparseness_target and the moving average of each unit",
		Aux:  func(*KLSparseRegParam) []string { return []string{"moving_avg"} },
		Shape: func(_ *KLSparseRegParam, s *Shapes) {
			s.Elementwise()
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) != 2 {
				s.Failf("data is %v, want (N,K)", data)
				return
			}
			s.WantAux("moving_avg", data[1:], "data is %v", data)
		},
		Forward: func(_ *KLSparseRegParam, _ *Ctx, in []Value) []Value { return in },
		// As in MXNet the average changes here, and the gradient is that of the new one.
		Backward: func(p *KLSparseRegParam, c *Ctx, dout []Value) []Value {
			x := c.In(0)
			t := x.DType()
			mean := c.Scale(c.Sum(x, 0), 1/float64(x.Shape()[0]))
			avg := c.Map1(movingExpr, c.Aux(0), mean, c.Scalar(t, p.Momentum))
			c.SetAux(0, avg)
			return []Value{c.Map1(sparseGradExpr, dout[0], avg, c.Scalar(t, p.SparsenessTarget), c.Scalar(t, p.Penalty))}
		},
	})
}
