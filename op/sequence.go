package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// SequenceParam has MXNet's names and defaults.
type SequenceParam struct {
	UseSequenceLength bool `gomx:"use_sequence_length" doc:"each example has its own length, in the input sequence_length; otherwise all have that of the axis"`
	Axis              int  `gomx:"axis,min=0,max=1" doc:"the axis of time: 0 for (T,N,…), 1 for (N,T,…)"`
}

// SequenceMaskParam has MXNet's names and defaults.
type SequenceMaskParam struct {
	UseSequenceLength bool    `gomx:"use_sequence_length" doc:"each example has its own length, in the input sequence_length; otherwise nothing is masked"`
	Value             float64 `gomx:"value" doc:"what stands behind the end"`
	Axis              int     `gomx:"axis,min=0,max=1" doc:"the axis of time: 0 for (T,N,…), 1 for (N,T,…)"`
}

// Of T steps t is one, of an example with the length l.
var (
	lastExpr    = expr.MustParse("l T -> min(max(trunc(l), 1), T) - 1")
	reverseExpr = expr.MustParse("t l T -> n = min(trunc(l), T); t < n ? n - 1 - t : t")
	stepRowExpr = expr.MustParse("t n N -> t*N + n") // the row of step t of example n among those of (T,N,…)
	maskExpr    = expr.MustParse("x t l v -> t < trunc(l) ? x : v")
)

func init() {
	Register(Op[SequenceParam]{
		Name: "SequenceLast", Doc: "the last step of each sequence",
		Args:  (*SequenceParam).args,
		Shape: func(p *SequenceParam, s *Shapes) { p.shape(s, true) },
		Type:  func(_ *SequenceParam, t *Types) { sequenceType(t) },
		Forward: func(p *SequenceParam, c *Ctx, in []Value) []Value {
			rows, table := p.last(c, in)
			s := in[0].Shape()
			return []Value{c.Reshape(c.Gather(c.Reshape(in[0], table), rows, 0, false), slices.Delete(s.Clone(), p.Axis, p.Axis+1))}
		},
		Backward: func(p *SequenceParam, c *Ctx, dout []Value) []Value {
			rows, table := p.last(c, c.in)
			d := c.Reshape(dout[0], Shape{rows.Shape()[0], table[1]})
			return []Value{c.ReshapeLike(c.ScatterAdd(d, rows, table, 0, false), c.In(0)), {}}[:len(c.in)]
		},
		NoGrad: []string{"sequence_length"},
	})
	Register(Op[SequenceParam]{
		Name: "SequenceReverse", Doc: "the steps of each sequence turned round; what stands behind its end stays",
		Args: (*SequenceParam).args,
		Check: func(p *SequenceParam) error {
			if p.Axis != 0 {
				return fmt.Errorf("axis is %d, want 0: data is (T,N,…)", p.Axis)
			}
			return nil
		},
		Shape:   func(p *SequenceParam, s *Shapes) { p.shape(s, false) },
		Type:    func(_ *SequenceParam, t *Types) { sequenceType(t) },
		Forward: func(p *SequenceParam, c *Ctx, in []Value) []Value { return []Value{p.reverse(c, in[0], in)} },
		Backward: func(p *SequenceParam, c *Ctx, dout []Value) []Value {
			return []Value{p.reverse(c, dout[0], c.in), {}}[:len(c.in)]
		},
		NoGrad: []string{"sequence_length"},
	})
	Register(Op[SequenceMaskParam]{
		Name: "SequenceMask", Doc: "sequences with value behind their ends",
		Args:  func(p *SequenceMaskParam) []string { return p.sequence().args() },
		Shape: func(p *SequenceMaskParam, s *Shapes) { p.sequence().shape(s, false) },
		Type:  func(_ *SequenceMaskParam, t *Types) { sequenceType(t) },
		Forward: func(p *SequenceMaskParam, c *Ctx, in []Value) []Value {
			return []Value{p.mask(c, in[0], p.Value, in)}
		},
		Backward: func(p *SequenceMaskParam, c *Ctx, dout []Value) []Value {
			return []Value{p.mask(c, dout[0], 0, c.in), {}}[:len(c.in)]
		},
		NoGrad: []string{"sequence_length"},
	})
}

// sequenceType gives lengths the type of the data where they have none of their own.
func sequenceType(t *Types) {
	sameAs(t, 0)
	if len(t.In) > 1 && t.In[1] == nil && t.In[0] != nil {
		t.WantIn(1, *t.In[0])
	}
}

func (p *SequenceParam) args() []string {
	if p.UseSequenceLength {
		return []string{"data", "sequence_length"}
	}
	return []string{"data"}
}

func (p *SequenceParam) shape(s *Shapes, last bool) {
	data := s.In("data")
	if data == nil {
		return
	}
	if len(data) < 2 {
		s.Failf("data is %v, want at least the axes of time and of examples", data)
		return
	}
	if p.UseSequenceLength {
		s.Want("sequence_length", Shape{data[1-p.Axis]}, "data is %v", data)
	}
	if last {
		data = slices.Delete(data.Clone(), p.Axis, p.Axis+1)
	}
	s.Out(data)
}

// last are the rows of the last steps in table, which is data with time and examples as one axis.
func (p *SequenceParam) last(c *Ctx, in []Value) (rows Value, table Shape) {
	s := in[0].Shape()
	steps, examples := s[p.Axis], s[1-p.Axis]
	table = Shape{steps * examples, s[2:].Size()}
	total := c.Scalar(backend.Int64, float64(steps))
	t := c.Full(backend.Int64, Shape{examples}, float64(steps-1))
	if p.UseSequenceLength {
		t = c.MapAs(backend.Int64, lastExpr, in[1], total)
	}
	n := c.Iota(backend.Int64, examples)
	if p.Axis == 1 {
		return c.Map1(stepRowExpr, n, t, total), table
	}
	return c.Map1(stepRowExpr, t, n, c.Scalar(backend.Int64, float64(examples))), table
}

func (p *SequenceParam) reverse(c *Ctx, x Value, in []Value) Value {
	if !p.UseSequenceLength {
		return reverseAxis(c, x, 0)
	}
	s := x.Shape()
	t := c.Iota(backend.Int64, s[0])
	from := c.MapAs(backend.Int64, reverseExpr, column(c, t), in[1], c.Scalar(backend.Int64, float64(s[0])))
	rows := c.Map1(stepRowExpr, from, c.Iota(backend.Int64, s[1]), c.Scalar(backend.Int64, float64(s[1])))
	table := Shape{s[0] * s[1], s[2:].Size()}
	return c.Reshape(c.Gather(c.Reshape(x, table), rows, 0, false), s)
}

func (p *SequenceMaskParam) sequence() *SequenceParam {
	return &SequenceParam{UseSequenceLength: p.UseSequenceLength, Axis: p.Axis}
}

func (p *SequenceMaskParam) mask(c *Ctx, x Value, value float64, in []Value) Value {
	if !p.UseSequenceLength {
		return x
	}
	s := x.Shape()
	t := alongAxis(c, c.Iota(backend.Int32, s[p.Axis]), len(s), p.Axis)
	length := alongAxis(c, in[1], len(s), 1-p.Axis)
	return c.MapAs(x.DType(), maskExpr, x, t, length, c.Scalar(x.DType(), value))
}
