package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// HistogramParam has MXNet's names.
type HistogramParam struct {
	BinCnt *int      `gomx:"bin_cnt,min=1,max=65536" doc:"number of bins; without it they are the input bins"`
	Range  []float64 `gomx:"range" doc:"where the bins begin and end"`
}

// A number counts for the bin whose lower edge is the last one not above it; the last bin has its upper edge too.
var binExpr = expr.MustParse("x lower upper last -> lower <= x && (x < upper || x == upper && upper == last)")

func init() {
	Register(Op[HistogramParam]{
		Name: "_histogram", Doc: "how many numbers of data lie in each bin, and the edges of the bins",
		Args: func(p *HistogramParam) []string {
			if p.BinCnt == nil {
				return []string{"data", "bins"}
			}
			return []string{"data"}
		},
		Outputs: func(*HistogramParam) []string { return []string{"output0", "output1"} },
		Check: func(p *HistogramParam) error {
			switch {
			case p.BinCnt == nil:
			case len(p.Range) != 2 || !(p.Range[0] < p.Range[1]):
				return fmt.Errorf("range=%s, want two numbers, the smaller first, beside bin_cnt", FormatParam(p.Range))
			}
			return nil
		},
		Shape: func(p *HistogramParam, s *Shapes) {
			if p.BinCnt != nil {
				s.Out(Shape{*p.BinCnt})
				s.SetOut(1, Shape{*p.BinCnt + 1})
				return
			}
			bins := s.In("bins")
			if !bins.Known() {
				return
			}
			if len(bins) != 1 || bins[0] < 2 {
				s.Failf("bins is %v, want a vector of at least two edges", bins)
				return
			}
			s.Out(Shape{bins[0] - 1})
			s.SetOut(1, bins)
		},
		Type: func(p *HistogramParam, t *Types) {
			t.WantOut(0, backend.Int64)
			if t.In[0] == nil {
				return
			}
			t.WantOut(1, *t.In[0])
			if p.BinCnt == nil {
				t.WantIn(1, *t.In[0])
			}
		},
		Forward: func(p *HistogramParam, c *Ctx, in []Value) []Value {
			t := in[0].DType()
			edges := p.edges(c, in)
			n := edges.Shape()[0] - 1
			edge := func(i, n int) Value { return c.Reshape(c.SliceAxis(edges, 0, i, n), Shape{n, 1}) }
			x := c.Reshape(in[0], Shape{1, in[0].Shape().Size()})
			inside := c.MapAs(backend.Float64, binExpr, x, edge(0, n), edge(1, n), edge(n, 1))
			return []Value{c.Cast(c.Sum(inside, 1), backend.Int64), c.Cast(edges, t)}
		},
	})
}

// edges are the bounds of the bins.
func (p *HistogramParam) edges(c *Ctx, in []Value) Value {
	if p.BinCnt == nil {
		return in[1]
	}
	n := *p.BinCnt
	v := make([]float64, n+1)
	for i := range v {
		v[i] = p.Range[0] + float64(i)*(p.Range[1]-p.Range[0])/float64(n)
	}
	v[n] = p.Range[1]
	return vector(c, wide(in[0].DType()), v)
}
