package op

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// MultinomialParam has MXNet's names and defaults.
type MultinomialParam struct {
	Shape   []int `gomx:"shape,min=1" doc:"the shape of what is drawn for each row of probabilities; one number when empty"`
	GetProb bool  `gomx:"get_prob" doc:"give the logarithms of the probabilities of what was drawn too"`
	DType   DType `gomx:"dtype,default=int32" doc:"element type of the numbers"`
}

var (
	// The largest of log p plus Gumbel's noise is k with the probability p[k].
	gumbelExpr = expr.MustParse("u p -> log(p) - log(-log(u))")
	flatExpr   = expr.MustParse("row k n -> row*n + k")
)

func init() {
	Register(Op[MultinomialParam]{
		Name: "_sample_multinomial", Aliases: []string{"sample_multinomial"},
		Doc: "random numbers k, each with the probability data[k] along the last axis, and with get_prob log(data[k])",
		Outputs: func(p *MultinomialParam) []string {
			if p.GetProb {
				return []string{"output0", "output1"}
			}
			return []string{"output"}
		},
		Shape: func(p *MultinomialParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) == 0 {
				s.Failf("data is %v, want at least one axis", data)
				return
			}
			out := atLeast1(slices.Concat(data[:len(data)-1], p.Shape))
			s.Out(out)
			if p.GetProb {
				s.SetOut(1, out)
			}
		},
		Type: func(p *MultinomialParam, t *Types) {
			t.WantOut(0, p.DType)
			if !p.GetProb {
				return
			}
			if t.In[0] != nil {
				t.WantOut(1, *t.In[0])
			} else if t.Out[1] != nil {
				t.WantIn(0, *t.Out[1])
			}
		},
		Forward: func(p *MultinomialParam, c *Ctx, in []Value) []Value {
			s, t := in[0].Shape(), in[0].DType()
			if !t.IsFloat() {
				c.Failf("data is %v, want a floating-point type", t)
				return in
			}
			rows, k := multinomialRows(s)
			draws := Shape(p.Shape).Size()
			noisy := c.MapAs(wide(t), gumbelExpr, c.Uniform(wide(t), Shape{rows, draws, k}), c.Reshape(in[0], Shape{rows, 1, k}))
			drawn := c.ArgMax(noisy, 2, false)
			out := atLeast1(slices.Concat(s[:len(s)-1], p.Shape))
			result := []Value{c.Reshape(c.Cast(drawn, p.DType), out)}
			if p.GetProb {
				row := c.Reshape(c.Iota(backend.Int64, rows), Shape{rows, 1})
				at := c.MapAs(backend.Int64, flatExpr, row, drawn, c.Scalar(backend.Int64, float64(k)))
				c.Save(at)
				result = append(result, c.Reshape(c.Map1(logExpr, c.Gather(c.Reshape(in[0], Shape{rows * k}), at, 0, false)), out))
			}
			return result
		},
		// The gradient of the logarithm of the probability, for policies that learn from what they drew.
		Backward: func(p *MultinomialParam, c *Ctx, dout []Value) []Value {
			if !p.GetProb {
				return []Value{{}}
			}
			s := c.In(0).Shape()
			rows, k := multinomialRows(s)
			at, flat := c.Saved(0), Shape{rows * k}
			d := c.Map1(logGradExpr, c.Reshape(dout[1], at.Shape()), c.Gather(c.Reshape(c.In(0), flat), at, 0, false))
			return []Value{c.Reshape(c.ScatterAdd(d, at, flat, 0, false), s)}
		},
	})
}

// multinomialRows sees data as rows of k probabilities.
func multinomialRows(s Shape) (rows, k int) {
	k = s[len(s)-1]
	return s.Size() / k, k
}
