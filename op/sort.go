package op

// SortParam has MXNet's names and defaults.
type SortParam struct {
	Axis     *int `gomx:"axis,default=-1" doc:"the axis to sort along; None sorts all elements, as a vector"`
	IsAscend bool `gomx:"is_ascend,default=True" doc:"the smallest first"`
}

// ArgSortParam has MXNet's names and defaults.
type ArgSortParam struct {
	Axis     *int  `gomx:"axis,default=-1" doc:"the axis to sort along; None sorts all elements, as a vector"`
	IsAscend bool  `gomx:"is_ascend,default=True" doc:"the smallest first"`
	DType    DType `gomx:"dtype,default=float32" doc:"element type of the result"`
}

func init() {
	Register(Op[SortParam]{
		Name: "sort", Doc: "the elements along an axis in order; equal ones stay as they were, NaNs come last",
		Outputs: func(*SortParam) []string { return outputNames(1, 2) },
		Hidden:  func(*SortParam) int { return 1 },
		Shape: func(p *SortParam, s *Shapes) {
			out, _ := p.ordering().shape(s, 0)
			s.Out(out)
		},
		Forward: func(p *SortParam, c *Ctx, in []Value) []Value {
			values, order, _ := p.ordering().sort(c, in[0])
			c.Save(order)
			return []Value{values}
		},
		Backward: func(p *SortParam, c *Ctx, dout []Value) []Value {
			return []Value{p.ordering().back(c, dout[0], c.Saved(0), c.In(0).Shape())}
		},
	})
	Register(Op[ArgSortParam]{
		Name: "argsort", Doc: "the positions that the elements in order have along an axis; equal ones stay as they were, NaNs come last",
		Check: func(p *ArgSortParam) error { return checkIndexType(p.DType) },
		Shape: func(p *ArgSortParam, s *Shapes) {
			out, n := p.ordering().shape(s, 0)
			s.Out(out)
			wantCount(s, n, p.DType)
		},
		Type: func(p *ArgSortParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *ArgSortParam, c *Ctx, in []Value) []Value {
			_, order, _ := p.ordering().sort(c, in[0])
			return []Value{c.Cast(order, p.DType)}
		},
	})
}

func (p *SortParam) ordering() ordering { return ordering{p.Axis, p.IsAscend} }

func (p *ArgSortParam) ordering() ordering { return ordering{p.Axis, p.IsAscend} }
