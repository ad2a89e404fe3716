package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// SplitV2Param has MXNet's names and defaults.
type SplitV2Param struct {
	Indices     []int `gomx:"indices,pos,min=0" doc:"where each part begins, ascending, the last going to the end; empty with sections"`
	Axis        int   `gomx:"axis,default=1" doc:"the axis to cut"`
	SqueezeAxis bool  `gomx:"squeeze_axis" doc:"drop the axis, of which each part has one element"`
	Sections    int   `gomx:"sections,min=0,max=65536" doc:"number of equal parts, when indices is empty"`
}

func init() {
	Register(Op[SplitV2Param]{
		Name: "_split_v2", Doc: "data cut along an axis, at indices or into equal sections",
		Outputs: func(p *SplitV2Param) []string {
			names := make([]string, max(p.Sections, len(p.Indices)))
			for i := range names {
				names[i] = fmt.Sprintf("output%d", i)
			}
			return names
		},
		Check: func(p *SplitV2Param) error {
			if (p.Sections > 0) == (len(p.Indices) > 0) {
				return fmt.Errorf("indices is %s and sections %d, want one of them", FormatParam(p.Indices), p.Sections)
			}
			if !slices.IsSorted(p.Indices) {
				return fmt.Errorf("indices is %s, want ascending numbers", FormatParam(p.Indices))
			}
			return nil
		},
		Shape: (*SplitV2Param).shape,
		Forward: func(p *SplitV2Param, c *Ctx, in []Value) []Value {
			s := in[0].Shape()
			axis, _ := s.Axis(p.Axis)
			bounds, _ := p.bounds(s[axis])
			outs := make([]Value, len(bounds)-1)
			for i := range outs {
				outs[i] = c.SliceAxis(in[0], axis, bounds[i], bounds[i+1]-bounds[i])
				if p.SqueezeAxis {
					outs[i] = c.Reshape(outs[i], slices.Delete(s.Clone(), axis, axis+1))
				}
			}
			return outs
		},
		// What stands before the first part gets no gradient.
		Backward: func(p *SplitV2Param, c *Ctx, dout []Value) []Value {
			s := c.In(0).Shape()
			axis, _ := s.Axis(p.Axis)
			bounds, _ := p.bounds(s[axis])
			parts := make([]Value, len(dout))
			for i, d := range dout {
				part := s.Clone()
				part[axis] = bounds[i+1] - bounds[i]
				parts[i] = c.Reshape(d, part)
			}
			d := c.Concat(axis, parts...)
			if bounds[0] > 0 {
				before := make([]int, len(s))
				before[axis] = bounds[0]
				d = c.Pad(d, backend.PadConstant, before, make([]int, len(s)), 0)
			}
			return []Value{d}
		},
	})
}

// bounds are the beginnings of the parts of an axis of n elements, and its end.
func (p *SplitV2Param) bounds(n int) ([]int, error) {
	bounds := append(slices.Clone(p.Indices), n)
	if p.Sections > 0 {
		if n%p.Sections != 0 {
			return nil, fmt.Errorf("%d elements cannot be cut into %d equal sections", n, p.Sections)
		}
		bounds = bounds[:0]
		for i := range p.Sections + 1 {
			bounds = append(bounds, i*(n/p.Sections))
		}
	}
	for i := range len(bounds) - 1 {
		length := bounds[i+1] - bounds[i]
		if length <= 0 || p.SqueezeAxis && length != 1 {
			return nil, fmt.Errorf("part %d would have %d elements%s", i, length, map[bool]string{true: ", squeeze_axis wants one"}[p.SqueezeAxis])
		}
	}
	return bounds, nil
}

func (p *SplitV2Param) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		return
	}
	axis, ok := data.Axis(p.Axis)
	if !ok {
		s.Failf("data is %v, it has no axis %d", data, p.Axis)
		return
	}
	if data[axis] == 0 {
		return
	}
	bounds, err := p.bounds(data[axis])
	if err != nil {
		s.Failf("data is %v, along axis %d: %v", data, axis, err)
		return
	}
	for i := range len(bounds) - 1 {
		out := data.Clone()
		out[axis] = bounds[i+1] - bounds[i]
		if p.SqueezeAxis {
			out = slices.Delete(out, axis, axis+1)
		}
		s.SetOut(i, out)
	}
}
