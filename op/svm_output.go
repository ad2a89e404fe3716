package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// SVMOutputParam has MXNet's names and defaults.
type SVMOutputParam struct {
	Margin                    float64 `gomx:"margin,default=1.0" doc:"how far scores are to be from 0"`
	RegularizationCoefficient float64 `gomx:"regularization_coefficient,default=1.0" doc:"factor of the gradient"`
	UseLinear                 bool    `gomx:"use_linear" doc:"the hinge loss; otherwise its square"`
}

// The label l is class k, whose score x is to be above the margin m; the others are to be below −m.
var (
	hingeGrad        = expr.MustParse("x l k m c -> k == trunc(l) ? (m > x ? -c : 0) : (m > -x ? c : 0)")
	hingeSquaredGrad = expr.MustParse("x l k m c -> k == trunc(l) ? (m > x ? -2*c*(m - x) : 0) : (m > -x ? 2*c*(m + x) : 0)")
)

func init() {
	Register(Op[SVMOutputParam]{
		Name: "SVMOutput", Doc: "data; the gradient is that of the hinge loss, max(0, margin − data) of the label's class and max(0, margin + data) of the others, or of its square",
		Args: func(*SVMOutputParam) []string { return []string{"data", "label"} },
		Shape: func(_ *SVMOutputParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) < 2 {
				s.Failf("data is %v, want (N,K), or more axes with the classes last", data)
				return
			}
			s.Want("label", data[:len(data)-1], "data is %v", data)
			s.Out(data)
		},
		Forward: func(_ *SVMOutputParam, _ *Ctx, in []Value) []Value { return in[:1] },
		Backward: func(p *SVMOutputParam, c *Ctx, _ []Value) []Value {
			x, label := c.In(0), c.In(1)
			t, s := x.DType(), x.Shape()
			e := hingeSquaredGrad
			if p.UseLinear {
				e = hingeGrad
			}
			each := append(s[:len(s)-1].Clone(), 1)
			classes := c.Iota(backend.Float32, s[len(s)-1])
			return []Value{c.Map1(e, x, c.Reshape(label, each), classes, c.Scalar(t, p.Margin), c.Scalar(t, p.RegularizationCoefficient)), {}}
		},
		Loss:   func(*SVMOutputParam) bool { return true },
		NoGrad: []string{"label"},
	})
}
