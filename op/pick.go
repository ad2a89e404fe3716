package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// PickParam has MXNet's names and defaults.
type PickParam struct {
	Axis     *int   `gomx:"axis,default=-1" doc:"the axis to pick along"`
	KeepDims bool   `gomx:"keepdims" doc:"keep the axis as 1"`
	Mode     string `gomx:"mode,default=clip,enum=clip|wrap,prefix=Pick" doc:"what becomes of indices outside: the nearest inside, or counted around"`
}

// The index i among n is position k.
var (
	pickExprs = map[string]*expr.Expr{
		"clip": expr.MustParse("x i k n -> min(max(trunc(i), 0), n - 1) == k ? x : 0"),
		"wrap": expr.MustParse("x i k n -> mod(trunc(i), n) == k ? x : 0"),
	}
)

func init() {
	Register(Op[PickParam]{
		Name: "pick", Aliases: []string{"choose_element_0index"},
		Doc:  "the elements of data at the indices along an axis: out[i] = data[i, index[i]]",
		Args: func(*PickParam) []string { return []string{"data", "index"} },
		Check: func(p *PickParam) error {
			if p.Axis == nil {
				return fmt.Errorf("axis is None, want a number")
			}
			return nil
		},
		Shape: (*PickParam).shape,
		Type:  func(_ *PickParam, t *Types) { sameAs(t, 0) },
		Forward: func(p *PickParam, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			axis, _ := s.Axis(*p.Axis)
			at := p.at(c, in[0], in[1], s)
			return []Value{c.Reshape(c.Sum(at, axis), reducedShape(s, []int{axis}, p.KeepDims))}
		},
		Backward: func(p *PickParam, c *Ctx, dout []Value) []Value {
			s := c.In(0).Shape()
			axis, _ := s.Axis(*p.Axis)
			d := c.Reshape(dout[0], reducedShape(s, []int{axis}, true))
			return []Value{p.at(c, c.BroadcastTo(d, s), c.In(1), s), {}}
		},
		NoGrad: []string{"index"},
	})
	rows := &PickParam{Axis: new(int), Mode: "clip"}
	*rows.Axis = 1
	Register(Op[NoParam]{
		Name: "batch_take", Doc: "an element of each row of a: out[i] = a[i, indices[i]]",
		Args: func(*NoParam) []string { return []string{"a", "indices"} },
		Shape: func(_ *NoParam, s *Shapes) {
			a := s.In("a")
			if a == nil {
				return
			}
			if len(a) != 2 {
				s.Failf("a is %v, want two axes", a)
				return
			}
			s.Want("indices", a[:1], "a is %v", a)
			s.Out(a[:1])
		},
		Type: func(_ *NoParam, t *Types) {
			sameAs(t, 0)
			if t.In[1] == nil {
				t.WantIn(1, backend.Int32)
			}
		},
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			return []Value{c.Sum(rows.at(c, in[0], in[1], in[0].Shape()), 1)}
		},
		Backward: func(_ *NoParam, c *Ctx, dout []Value) []Value {
			s := c.In(0).Shape()
			return []Value{rows.at(c, c.BroadcastTo(column(c, dout[0]), s), c.In(1), s), {}}
		},
		NoGrad: []string{"indices"},
	})
	Register(Op[NoParam]{
		Name: "fill_element_0index", Doc: "lhs with an element of each row replaced: out[i, rhs[i]] = mhs[i]",
		Args: func(*NoParam) []string { return []string{"lhs", "mhs", "rhs"} },
		Shape: func(_ *NoParam, s *Shapes) {
			lhs := s.In("lhs")
			if lhs == nil {
				return
			}
			if len(lhs) != 2 {
				s.Failf("lhs is %v, want two axes", lhs)
				return
			}
			s.Want("mhs", lhs[:1], "lhs is %v", lhs)
			s.Want("rhs", lhs[:1], "lhs is %v", lhs)
			s.Out(lhs)
		},
		Type: func(_ *NoParam, t *Types) { sameAs(t, 0, 1) },
		Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
			columns := c.Iota(backend.Int32, in[0].Shape()[1])
			return []Value{c.MapAs(in[0].DType(), fillExpr, in[0], column(c, in[1]), column(c, in[2]), columns)}
		},
		NoGrad: []string{"lhs", "mhs", "rhs"}, // none in MXNet
	})
}

var fillExpr = expr.MustParse("x v i k -> trunc(i) == k ? v : x")

// shape: the index has the shape of data without the axis, or with 1 there.
func (p *PickParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	axis, ok := data.Axis(*p.Axis)
	if !ok {
		s.Failf("data is %v, it has no axis %d", data, *p.Axis)
		return
	}
	want := data.Clone()
	want[axis] = 1
	if index := s.In("index"); len(index) != len(data) {
		want = slices.Delete(want, axis, axis+1)
		if len(want) == 0 {
			want = Shape{1}
		}
	}
	s.Want("index", want, "data is %v without axis %d", data, axis)
	s.Out(reducedShape(data, []int{axis}, p.KeepDims))
}

// at is x, of shape s, where the axis stands at the index, and 0 elsewhere.
func (p *PickParam) at(c *Ctx, x, index Value, s Shape) Value {
	axis, _ := s.Axis(*p.Axis)
	kept := s.Clone()
	kept[axis] = 1
	position := alongAxis(c, c.Iota(backend.Int32, s[axis]), len(s), axis)
	return c.MapAs(x.DType(), pickExprs[p.Mode], x, c.Reshape(index, kept), position, c.Scalar(backend.Int32, float64(s[axis])))
}
