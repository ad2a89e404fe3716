package op

import (
	"fmt"
	"slices"
)

// ReshapeParam has MXNet's names and defaults.
type ReshapeParam struct {
	Shape       []int `gomx:"shape" doc:"the new shape; 0 keeps an axis, -1 is what is left, -2 all further axes, -3 the product of two, -4 an axis split into the next two numbers"`
	Reverse     bool  `gomx:"reverse" doc:"match the codes from the last axis"`
	TargetShape []int `gomx:"target_shape" doc:"old form of shape, in which 0 is what is left"`
	KeepHighest bool  `gomx:"keep_highest" doc:"of target_shape: keep the first axis"`
}

// The codes of Reshape.
const (
	reshapeKeep  = 0
	reshapeInfer = -1
	reshapeRest  = -2
	reshapeMerge = -3
	reshapeSplit = -4
)

func init() {
	Register(Op[ReshapeParam]{
		Name: "Reshape", Aliases: []string{"reshape"},
		Doc:   "the same elements under another shape",
		Check: (*ReshapeParam).check,
		Shape: func(p *ReshapeParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			out, err := p.apply(data)
			if err != nil {
				s.Failf("%v", err)
				return
			}
			s.Out(out)
		},
		Forward: func(p *ReshapeParam, c *Ctx, in []Value) []Value {
			out, _ := p.apply(in[0].Shape()) // shape inference has seen the error
			return []Value{c.Reshape(in[0], out)}
		},
		Backward: reshapeBack[ReshapeParam],
	})
}

// reshapeBack is the gradient of everything that only sees its input under another shape.
func reshapeBack[P any](_ *P, c *Ctx, dout []Value) []Value {
	return []Value{c.ReshapeLike(dout[0], c.In(0))}
}

func (p *ReshapeParam) check() error {
	if len(p.Shape) == 0 && len(p.TargetShape) == 0 {
		return fmt.Errorf("shape is (), want at least one number; (-1,) makes a vector")
	}
	inferred := 0
	for i := 0; i < len(p.Shape); i++ {
		switch code := p.Shape[i]; {
		case code < reshapeSplit:
			return fmt.Errorf("shape is %s: there is no code %s", FormatParam(p.Shape), FormatParam(code))
		case code == reshapeInfer:
			inferred++
		case code == reshapeSplit:
			if i+2 >= len(p.Shape) || p.Shape[i+1] == 0 || p.Shape[i+1] < -1 || p.Shape[i+2] == 0 || p.Shape[i+2] < -1 || p.Shape[i+1]+p.Shape[i+2] == -2 {
				return fmt.Errorf("shape is %s: after -4 come two sizes, one of which may be -1", FormatParam(p.Shape))
			}
			i += 2
		}
	}
	if inferred > 1 {
		return fmt.Errorf("shape is %s: only one size can be -1", FormatParam(p.Shape))
	}
	for _, n := range p.TargetShape {
		if n < 0 {
			return fmt.Errorf("target_shape is %s, want sizes or 0", FormatParam(p.TargetShape))
		}
	}
	return nil
}

// apply gives the new shape of data. What follows from unknown dimensions is 0.
func (p *ReshapeParam) apply(data Shape) (Shape, error) {
	if len(p.Shape) == 0 {
		return p.applyTarget(data)
	}
	from, codes := data.Clone(), splitCodes(p.Shape)
	if p.Reverse {
		slices.Reverse(from)
		slices.Reverse(codes)
	}
	out, err := applyCodes(from, codes, p.Reverse)
	if err != nil {
		return nil, fmt.Errorf("data is %v, shape=%s: %w", data, FormatParam(p.Shape), err)
	}
	if p.Reverse {
		slices.Reverse(out)
	}
	if out.Known() && data.Known() && out.Size() != data.Size() {
		return nil, fmt.Errorf("data is %v with %d elements, shape=%s gives %v with %d", data, data.Size(), FormatParam(p.Shape), out, out.Size())
	}
	return out, nil
}

// splitCodes cuts a shape into its codes: one number each, or -4 with two more.
func splitCodes(shape []int) [][]int {
	var codes [][]int
	for i := 0; i < len(shape); i++ {
		if shape[i] == reshapeSplit {
			codes = append(codes, shape[i:i+3])
			i += 2
			continue
		}
		codes = append(codes, shape[i:i+1])
	}
	return codes
}

func applyCodes(from Shape, codes [][]int, reverse bool) (Shape, error) {
	out, total := Shape{}, from.Size()
	infer := -1
	next := func() int { // the next axis of the data
		n := from[0]
		from = from[1:]
		return n
	}
	for _, code := range codes {
		need := map[int]int{reshapeKeep: 1, reshapeMerge: 2, reshapeSplit: 1}[code[0]]
		if code[0] <= 0 && len(from) < need {
			return nil, fmt.Errorf("code %d finds no axis left", code[0])
		}
		switch code[0] {
		case reshapeKeep:
			out = append(out, next())
		case reshapeRest:
			out = append(out, from...)
			from = nil
		case reshapeMerge:
			out = append(out, next()*next())
		case reshapeSplit:
			a, b, err := splitAxis(next(), code[1], code[2])
			if err != nil {
				return nil, err
			}
			if reverse {
				a, b = b, a
			}
			out = append(out, a, b)
		default:
			if code[0] == reshapeInfer {
				infer = len(out)
			}
			out = append(out, code[0])
			if len(from) > 0 {
				next()
			}
		}
	}
	return out, fillIn(out, infer, total)
}

// fillIn replaces the entry at infer, if there is one, by what total elements leave for it; 0 while that is unknown.
func fillIn(out Shape, infer, total int) error {
	if infer < 0 {
		return nil
	}
	out[infer] = 1
	others := out.Size()
	switch {
	case total == 0 || others == 0:
		out[infer] = 0
	case total%others != 0:
		return fmt.Errorf("%d elements cannot be divided by %d", total, others)
	default:
		out[infer] = total / others
	}
	return nil
}

// applyTarget is the old form of the parameters.
func (p *ReshapeParam) applyTarget(data Shape) (Shape, error) {
	out := append(Shape{}, p.TargetShape...)
	infer := -1
	for i, n := range out {
		switch {
		case i == 0 && p.KeepHighest:
			if len(data) > 0 {
				out[0] = data[0]
			}
		case n == 0 && infer >= 0:
			return nil, fmt.Errorf("target_shape is %s: only one size can be 0", FormatParam(p.TargetShape))
		case n == 0:
			infer = i
		}
	}
	err := fillIn(out, infer, data.Size())
	if err == nil && out.Known() && data.Known() && out.Size() != data.Size() {
		err = fmt.Errorf("%v has %d elements", out, out.Size())
	}
	if err != nil {
		return nil, fmt.Errorf("data is %v with %d elements, target_shape=%s: %w", data, data.Size(), FormatParam(p.TargetShape), err)
	}
	return out, nil
}

// splitAxis divides n into two, one of which may be -1.
func splitAxis(n, a, b int) (int, int, error) {
	if a == -1 {
		a = n / b
	}
	if b == -1 {
		b = n / a
	}
	if n != 0 && a*b != n {
		return 0, 0, fmt.Errorf("an axis of %d is not %d times %d", n, a, b)
	}
	return a, b, nil
}
