package op

import "github.com/gomx-org/gomx/backend"

// FullyConnectedParam has MXNet's names and defaults.
type FullyConnectedParam struct {
	NumHidden int  `gomx:"num_hidden,pos,min=1" doc:"number of outputs"`
	NoBias    bool `gomx:"no_bias" doc:"leave the bias out"`
	Flatten   bool `gomx:"flatten,default=True" doc:"see data as (N, K); otherwise apply to the last axis"`
}

func init() {
	Register(Op[FullyConnectedParam]{
		Name: "FullyConnected",
		Doc:  "out = data · weightᵀ + bias, with data seen as (N, K)",
		Args: func(p *FullyConnectedParam) []string {
			if p.NoBias {
				return []string{"data", "weight"}
			}
			return []string{"data", "weight", "bias"}
		},
		Shape: func(p *FullyConnectedParam, s *Shapes) {
			data := s.In("data")
			if data == nil { // MXNet says nothing of weight and bias then
				return
			}
			if len(data) == 0 {
				s.Failf("data is %v, want at least one axis", data)
				return
			}
			if !p.NoBias {
				s.Want("bias", Shape{p.NumHidden}, "num_hidden is %d", p.NumHidden)
			}
			k := data[1:].Size()
			out := Shape{data[0], p.NumHidden}
			if !p.Flatten {
				last := len(data) - 1
				k = data[last]
				out = append(data[:last].Clone(), p.NumHidden)
			}
			s.Want("weight", Shape{p.NumHidden, k}, "data is %v", data)
			s.Out(out)
			if n := s.OutAt(0); len(n) == len(out) && len(data) > 1 && n[0] != 0 { // the batch size may be known from above
				want := make(Shape, len(data))
				want[0] = n[0]
				s.Want("data", want, "output is %v", n)
			}
		},
		// Says y = x·wᵀ + b in kernel calls; which loop or library runs is not its business.
		Forward: func(p *FullyConnectedParam, c *Ctx, in []Value) []Value {
			y := c.MatMul(p.rows(c, in[0]), in[1], backend.TransB)
			if !p.NoBias {
				y = c.Add(y, in[2]) // (M) broadcasts over the rows of (N,M); the fuse pass makes it MatMul's epilogue
			}
			if !p.Flatten {
				s := in[0].Shape()
				y = c.Reshape(y, append(s[:len(s)-1].Clone(), p.NumHidden))
			}
			return []Value{y}
		},
		// Asks for data and weight, not for the output: the layer above may overwrite the output in place.
		Backward: func(p *FullyConnectedParam, c *Ctx, dout []Value) []Value {
			x := p.rows(c, c.In(0))
			dy := c.Reshape(dout[0], Shape{x.Shape()[0], p.NumHidden})
			d := []Value{c.ReshapeLike(c.MatMul(dy, c.In(1)), c.In(0)), c.MatMul(dy, x, backend.TransA)}
			if !p.NoBias {
				d = append(d, c.Sum(dy, 0))
			}
			return d
		},
	})
}

// rows sees x as a matrix: (N, rest), or (everything before, last axis).
func (p *FullyConnectedParam) rows(c *Ctx, x Value) Value {
	if p.Flatten {
		return c.Flatten2D(x)
	}
	s := x.Shape()
	last := s[len(s)-1]
	return c.Reshape(x, Shape{s.Size() / max(last, 1), last})
}
