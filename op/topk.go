package op

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// TopKParam has MXNet's names and defaults.
type TopKParam struct {
	Axis     *int   `gomx:"axis,default=-1" doc:"the axis to choose along; None chooses among all elements, as a vector"`
	K        int    `gomx:"k,default=1" doc:"how many; all of them when below 1"`
	RetTyp   string `gomx:"ret_typ,default=indices,enum=value|indices|mask|both,prefix=TopK" doc:"what comes out: the elements, their positions, ones in their places, or elements and positions"`
	IsAscend bool   `gomx:"is_ascend" doc:"the smallest, not the largest"`
	DType    DType  `gomx:"dtype,default=float32" doc:"element type of positions"`
}

// An element of the rank r is among the first k.
var amongExpr = expr.MustParse("r k -> r < k")

func init() {
	Register(Op[TopKParam]{
		Name: "topk", Doc: "the k largest elements along an axis, in order; of equal ones the first, NaNs come last",
		Outputs: func(p *TopKParam) []string { return outputNames(p.outputs()) },
		Hidden: func(p *TopKParam) int {
			visible, all := p.outputs()
			return all - visible
		},
		Check: func(p *TopKParam) error { return checkIndexType(p.DType) },
		Shape: (*TopKParam).shape,
		Type: func(p *TopKParam, t *Types) {
			switch p.RetTyp {
			case "indices":
				t.WantOut(0, p.DType)
				return
			case "both":
				t.WantOut(1, p.DType)
			}
			sameAs(t, 0)
		},
		Forward: (*TopKParam).forward,
		Backward: func(p *TopKParam, c *Ctx, dout []Value) []Value {
			if p.RetTyp == "indices" || p.RetTyp == "mask" {
				return []Value{{}}
			}
			return []Value{p.ordering().back(c, dout[0], c.Saved(0), c.In(0).Shape())}
		},
	})
}

func (p *TopKParam) ordering() ordering { return ordering{p.Axis, p.IsAscend} }

// outputs counts the visible ones and all.
func (p *TopKParam) outputs() (visible, all int) {
	switch p.RetTyp {
	case "value":
		return 1, 2
	case "both":
		return 2, 2
	}
	return 1, 1
}

func (p *TopKParam) shape(s *Shapes) {
	out, n := p.ordering().shape(s, p.K)
	if p.RetTyp == "mask" {
		s.Out(s.In("data"))
		return
	}
	s.Out(out)
	if p.RetTyp == "both" {
		s.SetOut(1, out)
	}
	if p.RetTyp != "value" {
		wantCount(s, n, p.DType)
	}
}

func (p *TopKParam) forward(c *Ctx, in []Value) []Value {
	values, order, axis := p.ordering().sort(c, in[0])
	k := p.K
	if k < 1 {
		k = order.Shape()[axis]
	}
	if p.RetTyp == "mask" {
		mask := c.MapAs(in[0].DType(), amongExpr, ranks(c, order, axis), c.Scalar(backend.Int32, float64(k)))
		return []Value{c.ReshapeLike(mask, in[0])}
	}
	c.Save(order)
	values, positions := c.SliceAxis(values, axis, 0, k), c.Cast(c.SliceAxis(order, axis, 0, k), p.DType)
	switch p.RetTyp {
	case "value":
		return []Value{values}
	case "indices":
		return []Value{positions}
	}
	return []Value{values, positions}
}
