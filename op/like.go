package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// BroadcastLikeParam has MXNet's names and defaults.
type BroadcastLikeParam struct {
	LhsAxes []int `gomx:"lhs_axes" doc:"axes of lhs to stretch; all when empty"`
	RhsAxes []int `gomx:"rhs_axes" doc:"the axes of rhs whose sizes they get"`
}

// SliceLikeParam has MXNet's names and defaults.
type SliceLikeParam struct {
	Axes []int `gomx:"axes" doc:"the axes to cut; all when empty"`
}

// ReshapeLikeParam has MXNet's names and defaults.
type ReshapeLikeParam struct {
	LhsBegin *int `gomx:"lhs_begin" doc:"first axis of lhs to replace; negative counts from the end"`
	LhsEnd   *int `gomx:"lhs_end" doc:"the axis behind the last"`
	RhsBegin *int `gomx:"rhs_begin" doc:"first axis of rhs that stands there instead"`
	RhsEnd   *int `gomx:"rhs_end" doc:"the axis behind the last"`
}

func init() {
	pair := []string{"lhs", "rhs"}
	Register(Op[BroadcastLikeParam]{
		Name: "broadcast_like", Doc: "lhs with axes of size 1 stretched to those of rhs",
		Args:  func(*BroadcastLikeParam) []string { return pair },
		Shape: (*BroadcastLikeParam).shape,
		Type:  func(_ *BroadcastLikeParam, t *Types) { sameAs(t, 0) },
		Forward: func(p *BroadcastLikeParam, c *Ctx, in []Value) []Value {
			out, _ := p.target(in[0].Shape(), in[1].Shape()) // shape inference has seen the error
			return []Value{c.BroadcastTo(in[0], out)}
		},
		Backward: func(_ *BroadcastLikeParam, c *Ctx, dout []Value) []Value {
			return []Value{c.SumTo(dout[0], c.In(0).Shape()), {}}
		},
		NoGrad: pair[1:],
	})
	Register(Op[SliceLikeParam]{
		Name: "slice_like", Doc: "the first elements of data along axes, as many as shape_like has",
		Args:  func(*SliceLikeParam) []string { return []string{"data", "shape_like"} },
		Shape: (*SliceLikeParam).shape,
		Type:  func(_ *SliceLikeParam, t *Types) { sameAs(t, 0) },
		Forward: func(p *SliceLikeParam, c *Ctx, in []Value) []Value {
			b := wholeBox(in[0].Shape())
			b.out, _ = p.target(in[0].Shape(), in[1].Shape())
			return []Value{c.Slice(in[0], b.out, b.begin, b.step)}
		},
		Backward: func(_ *SliceLikeParam, c *Ctx, dout []Value) []Value {
			s := c.In(0).Shape()
			before, after := make([]int, len(s)), make([]int, len(s))
			for i := range s {
				after[i] = s[i] - dout[0].Shape()[i]
			}
			return []Value{c.Pad(dout[0], backend.PadConstant, before, after, 0), {}}
		},
		NoGrad: []string{"shape_like"},
	})
	Register(Op[ReshapeLikeParam]{
		Name: "reshape_like", Doc: "the elements of lhs under the shape of rhs, or with some axes like some of rhs",
		Args:  func(*ReshapeLikeParam) []string { return pair },
		Shape: (*ReshapeLikeParam).shape,
		Type:  func(_ *ReshapeLikeParam, t *Types) { sameAs(t, 0) },
		Forward: func(p *ReshapeLikeParam, c *Ctx, in []Value) []Value {
			out, _ := p.target(in[0].Shape(), in[1].Shape())
			return []Value{c.Reshape(in[0], out)}
		},
		Backward: func(_ *ReshapeLikeParam, c *Ctx, dout []Value) []Value {
			return []Value{c.ReshapeLike(dout[0], c.In(0)), {}}
		},
		NoGrad: pair[1:],
	})
	Register(Op[NoParam]{
		Name: "_identity_with_attr_like_rhs", Doc: "lhs, which has the shape and type of rhs",
		Args:     func(*NoParam) []string { return pair },
		Shape:    func(_ *NoParam, s *Shapes) { s.Elementwise() },
		Forward:  func(_ *NoParam, _ *Ctx, in []Value) []Value { return in[:1] },
		Backward: func(_ *NoParam, _ *Ctx, dout []Value) []Value { return []Value{dout[0], {}} },
		NoGrad:   pair[1:],
	})
	for _, r := range []struct {
		name, doc string
		of        func(Shape) []float64
	}{
		{"shape_array", "the shape of data as a vector", func(s Shape) []float64 {
			v := make([]float64, len(s))
			for i, n := range s {
				v[i] = float64(n)
			}
			return v
		}},
		{"size_array", "the number of elements of data", func(s Shape) []float64 { return []float64{float64(s.Size())} }},
	} {
		Register(Op[NoParam]{
			Name: r.name, Doc: r.doc,
			Shape: func(_ *NoParam, s *Shapes) {
				if data := s.In("data"); data != nil {
					s.Out(Shape{len(r.of(data))})
				}
			},
			Type: func(_ *NoParam, t *Types) { t.WantOut(0, backend.Int64) },
			Forward: func(_ *NoParam, c *Ctx, in []Value) []Value {
				v := r.of(in[0].Shape())
				return []Value{c.Const(Shape{len(v)}, backend.Int64, v...)}
			},
			NoGrad: []string{"data"},
		})
	}
}

func (p *BroadcastLikeParam) target(lhs, rhs Shape) (Shape, error) {
	out := rhs.Clone()
	switch {
	case len(p.LhsAxes) != len(p.RhsAxes):
		return nil, fmt.Errorf("lhs_axes=%s and rhs_axes=%s, want as many in both", FormatParam(p.LhsAxes), FormatParam(p.RhsAxes))
	case len(p.LhsAxes) > 0:
		out = lhs.Clone()
		for k, a := range p.LhsAxes {
			i, ok := lhs.Axis(a)
			j, ok2 := rhs.Axis(p.RhsAxes[k])
			if !ok || !ok2 {
				return nil, fmt.Errorf("lhs is %v and rhs %v: lhs_axes=%s or rhs_axes=%s does not fit", lhs, rhs, FormatParam(p.LhsAxes), FormatParam(p.RhsAxes))
			}
			out[i] = rhs[j]
		}
	}
	ok := len(lhs) == len(out)
	for i := 0; ok && i < len(out); i++ {
		ok = lhs[i] == out[i] || lhs[i] <= 1 || out[i] == 0
	}
	if !ok {
		return nil, fmt.Errorf("lhs is %v, it cannot be stretched to %v: want as many axes, and only axes of size 1 stretch", lhs, out)
	}
	return out, nil
}

func (p *BroadcastLikeParam) shape(s *Shapes) {
	targetShape(s, p.target)
}

// targetShape infers the output from both inputs, whose dimensions may be unknown.
func targetShape(s *Shapes, target func(data, like Shape) (Shape, error)) {
	data, like := s.At(0), s.At(1)
	if data == nil || like == nil {
		return
	}
	out, err := target(data, like)
	if err != nil {
		s.Failf("%v", err)
		return
	}
	s.Out(out)
}

func (p *SliceLikeParam) target(data, like Shape) (Shape, error) {
	axes := p.Axes
	if len(axes) == 0 {
		if len(data) != len(like) {
			return nil, fmt.Errorf("data is %v and shape_like %v, want as many axes in both; axes can name some", data, like)
		}
		for i := range data {
			axes = append(axes, i)
		}
	}
	out := data.Clone()
	for _, a := range axes {
		i, ok := data.Axis(a)
		if !ok || i >= len(like) {
			return nil, fmt.Errorf("data is %v and shape_like %v, axes=%s does not fit both", data, like, FormatParam(p.Axes))
		}
		if like[i] > data[i] && data[i] != 0 {
			return nil, fmt.Errorf("data is %v and shape_like %v: axis %d cannot become longer", data, like, i)
		}
		out[i] = like[i]
	}
	return out, nil
}

func (p *SliceLikeParam) shape(s *Shapes) { targetShape(s, p.target) }

func (p *ReshapeLikeParam) target(lhs, rhs Shape) (Shape, error) {
	i, j, ok := span(lhs, p.LhsBegin, p.LhsEnd)
	k, l, ok2 := span(rhs, p.RhsBegin, p.RhsEnd)
	if !ok || !ok2 {
		return nil, fmt.Errorf("lhs is %v and rhs %v: the axes from %s to %s or from %s to %s are not there", lhs, rhs,
			FormatParam(p.LhsBegin), FormatParam(p.LhsEnd), FormatParam(p.RhsBegin), FormatParam(p.RhsEnd))
	}
	out := slices.Concat(lhs[:i], rhs[k:l], lhs[j:])
	if out.Known() && lhs.Known() && out.Size() != lhs.Size() {
		return nil, fmt.Errorf("lhs is %v with %d elements, %v would have %d", lhs, lhs.Size(), out, out.Size())
	}
	return out, nil
}

// span resolves a range of axes.
func span(s Shape, begin, end *int) (from, to int, ok bool) {
	from, to = 0, len(s)
	if begin != nil {
		from = *begin
	}
	if end != nil {
		to = *end
	}
	if from < 0 {
		from += len(s)
	}
	if to < 0 {
		to += len(s)
	}
	return from, to, 0 <= from && from <= to && to <= len(s)
}

func (p *ReshapeLikeParam) shape(s *Shapes) { targetShape(s, p.target) }
