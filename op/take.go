package op

import (
	"encoding/binary"
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// EmbeddingParam has MXNet's names and defaults.
type EmbeddingParam struct {
	InputDim   int   `gomx:"input_dim,pos,min=1" doc:"number of rows of weight"`
	OutputDim  int   `gomx:"output_dim,pos,min=1" doc:"length of a row"`
	DType      DType `gomx:"dtype,default=float32" doc:"element type of weight"`
	SparseGrad bool  `gomx:"sparse_grad" doc:"taken, not needed: gradients are dense"`
}

// TakeParam has MXNet's names and defaults.
type TakeParam struct {
	Axis int    `gomx:"axis" doc:"the axis to take from"`
	Mode string `gomx:"mode,default=clip,enum=clip|wrap|raise,prefix=Take" doc:"what becomes of indices outside: the nearest inside, or counted around, or the run fails"`
}

// OneHotParam has MXNet's names and defaults.
type OneHotParam struct {
	Depth    int     `gomx:"depth,pos,min=1,max=16777216" doc:"number of classes"`
	OnValue  float64 `gomx:"on_value,default=1.0" doc:"at the index"`
	OffValue float64 `gomx:"off_value,default=0.0" doc:"elsewhere"`
	DType    DType   `gomx:"dtype,default=float32" doc:"element type of the result"`
}

func init() {
	Register(Op[EmbeddingParam]{
		Name: "Embedding", Doc: "rows of weight by the indices in data; indices outside take the nearest row",
		Args: func(*EmbeddingParam) []string { return []string{"data", "weight"} },
		Shape: func(p *EmbeddingParam, s *Shapes) {
			s.Want("weight", Shape{p.InputDim, p.OutputDim}, "input_dim is %d, output_dim %d", p.InputDim, p.OutputDim)
			if data := s.In("data"); data != nil {
				s.Out(append(data.Clone(), p.OutputDim))
			}
		},
		Type: func(p *EmbeddingParam, t *Types) { // data holds indices of any type
			t.WantIn(1, p.DType)
			t.WantOut(0, p.DType)
		},
		Forward: func(_ *EmbeddingParam, c *Ctx, in []Value) []Value {
			return []Value{c.Gather(in[1], in[0], 0, false)}
		},
		Backward: func(_ *EmbeddingParam, c *Ctx, dout []Value) []Value {
			return []Value{{}, c.ScatterAdd(dout[0], c.In(0), c.In(1).Shape(), 0, false)}
		},
		NoGrad: []string{"data"},
	})
	Register(Op[TakeParam]{
		Name: "take", Doc: "slices of a along an axis, by the indices",
		Args: func(*TakeParam) []string { return []string{"a", "indices"} },
		Shape: func(p *TakeParam, s *Shapes) {
			a, indices := s.In("a"), s.In("indices")
			if a == nil || indices == nil {
				return
			}
			axis, ok := a.Axis(p.Axis)
			if !ok {
				s.Failf("a is %v, it has no axis %d", a, p.Axis)
				return
			}
			s.Out(append(append(a[:axis:axis].Clone(), indices...), a[axis+1:]...))
		},
		Type: func(_ *TakeParam, t *Types) { sameAs(t, 0) },
		Forward: func(p *TakeParam, c *Ctx, in []Value) []Value {
			indices := in[1]
			if p.Mode == "raise" {
				axis, _ := in[0].Shape().Axis(p.Axis)
				indices = inRange(c, indices, in[0].Shape()[axis])
			}
			return []Value{c.Gather(in[0], indices, p.Axis, p.Mode == "wrap")}
		},
		Backward: func(p *TakeParam, c *Ctx, dout []Value) []Value {
			axis, _ := c.In(0).Shape().Axis(p.Axis)
			return []Value{c.ScatterAdd(dout[0], c.In(1), c.In(0).Shape(), axis, p.Mode == "wrap"), {}}
		},
		NoGrad: []string{"indices"},
	})
	Register(Op[OneHotParam]{
		Name: "one_hot", Doc: "on_value at the index, off_value elsewhere, along a new last axis; all off for an index outside",
		Args: func(*OneHotParam) []string { return []string{"indices"} },
		Shape: func(p *OneHotParam, s *Shapes) {
			if indices := s.In("indices"); indices != nil {
				s.Out(append(indices.Clone(), p.Depth))
			}
		},
		Type: func(p *OneHotParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *OneHotParam, c *Ctx, in []Value) []Value {
			i := c.Reshape(in[0], append(in[0].Shape().Clone(), 1))
			classes := c.Iota(backend.Float32, p.Depth)
			return []Value{c.MapAs(p.DType, oneHotExpr, i, classes, c.Scalar(p.DType, p.OnValue), c.Scalar(p.DType, p.OffValue))}
		},
		NoGrad: []string{"indices"},
	})
	Register(Op[NoParam]{
		Name: "where", Doc: "x where condition is not 0, else y; a vector as condition picks along the first axis",
		Args:  func(*NoParam) []string { return []string{"condition", "x", "y"} },
		Shape: func(_ *NoParam, s *Shapes) { whereShape(s) },
		Type:  func(_ *NoParam, t *Types) { sameAs(t, 1, 2) },
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.MapAs(in[1].DType(), whereExpr, whereCondition(c, in[0], in[1]), in[1], in[2])}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			d := dout[0]
			zero := c.Scalar(d.DType(), 0)
			cond := whereCondition(c, c.In(0), d)
			return []Value{{}, c.MapAs(d.DType(), whereExpr, cond, d, zero), c.MapAs(d.DType(), whereExpr, cond, zero, d)}
		},
		NoGrad: []string{"condition"},
	})
}

var (
	oneHotExpr = expr.MustParse("i k on off -> k == trunc(i) ? on : off")
	whereExpr  = expr.MustParse("c x y -> c != 0 ? x : y")
)

// sameAs makes the output and the inputs given one type.
func sameAs(t *Types, inputs ...int) {
	known := t.Out[0]
	for _, i := range inputs {
		if known == nil {
			known = t.In[i]
		}
	}
	if known == nil {
		return
	}
	d := *known
	for _, i := range inputs {
		t.WantIn(i, d)
	}
	t.WantOut(0, d)
}

func whereShape(s *Shapes) {
	for _, known := range []Shape{s.In("x"), s.In("y"), s.OutAt(0)} {
		if known != nil {
			s.Want("x", known, "x, y and the output have one shape")
			s.Want("y", known, "x, y and the output have one shape")
			s.Out(known)
		}
	}
	cond, x := s.In("condition"), s.In("x")
	if len(cond) == 1 && len(x) > 1 {
		s.Want("condition", x[:1], "x is %v", x)
		return
	}
	s.Want("condition", x, "x is %v", x)
}

// whereCondition lets a vector broadcast along the first axis of x.
func whereCondition(c *Ctx, cond, x Value) Value {
	if len(cond.Shape()) == 1 {
		return alongAxis(c, cond, len(x.Shape()), 0)
	}
	return cond
}

// inRange is indices as whole numbers; the run fails when one is not from 0 to n−1.
func inRange(c *Ctx, indices Value, n int) Value {
	whole := c.Cast(indices, backend.Int64)
	same := backend.ValueInfo{Shape: whole.Shape(), DType: backend.Int64}
	return c.Host("take", func(in, out []backend.HostTensor) error {
		copy(out[0].Data, in[0].Data)
		for b := in[0].Data; len(b) > 0; b = b[8:] {
			if i := int64(binary.NativeEndian.Uint64(b)); i < 0 || i >= int64(n) {
				return fmt.Errorf("index %d is outside of 0 to %d; mode clip takes the nearest index, wrap counts around", i, n-1)
			}
		}
		return nil
	}, []backend.ValueInfo{same}, whole)[0]
}
