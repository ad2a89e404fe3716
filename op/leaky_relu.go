package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend/expr"
)

// LeakyReLUParam has MXNet's names and defaults.
type LeakyReLUParam struct {
	ActType    string  `gomx:"act_type,default=leaky,enum=leaky|elu|selu|gelu|prelu|rrelu,prefix=Leaky" doc:"the function"`
	Slope      float64 `gomx:"slope,default=0.25" doc:"of leaky and elu, for negative numbers"`
	LowerBound float64 `gomx:"lower_bound,default=0.125" doc:"of rrelu: the smallest slope"`
	UpperBound float64 `gomx:"upper_bound,default=0.334" doc:"of rrelu: the largest slope"`
}

// leaky are the functions of LeakyReLU of data x and a slope s: a number, a learned vector or random numbers. Gradients
// are over (x, s, y, d) as in newFunction, by x and by s.
var leaky = map[string]*function{
	"leaky": {fn: expr.MustParse("x s -> x > 0 ? x : s*x"), grads: exprs("x s y d -> y > 0 ? d : s*d")},
	"elu":   {fn: expr.MustParse("x s -> x > 0 ? x : s*expm1(x)"), grads: exprs("x s y d -> y > 0 ? d : d*(y + s)")},
	// Klambauer et al. 2017. The gradient is MXNet's, where the output is not divided by λ: the mathematical one of negative
	// data is λ·α·eˣ = y + λ·α, and MXNet's λ·(y + α).
	"selu": {
		fn:    expr.MustParse("x s -> 1.0507009873554804934*(x > 0 ? x : 1.6732632423543772848*expm1(x))"),
		grads: exprs("x s y d -> 1.0507009873554804934*(y > 0 ? d : d*(y + 1.6732632423543772848))"),
	},
	// Hendrycks and Gimpel 2016
	"gelu": {
		fn:    expr.MustParse("x s -> 0.5*x*(1 + erf(x*0.70710678118654752440))"),
		grads: exprs("x s y d -> d*(0.5*(1 + erf(x*0.70710678118654752440)) + x*0.39894228040143267794*exp(-0.5*x*x))"),
	},
	"prelu": {fn: expr.MustParse("x s -> x > 0 ? x : s*x"), grads: exprs("x s y d -> x > 0 ? d : s*d", "x s y d -> x > 0 ? 0 : x*d")},
	"rrelu": {fn: expr.MustParse("x s -> x > 0 ? x : s*x"), grads: exprs("x s y d -> x > 0 ? d : s*d")},
}

func exprs(texts ...string) []*expr.Expr {
	list := make([]*expr.Expr, len(texts))
	for i, t := range texts {
		list[i] = expr.MustParse(t)
	}
	return list
}

func init() {
	Register(Op[LeakyReLUParam]{
		Name: "LeakyReLU",
		Doc:  "x where it is positive, else slope·x; or the like by act_type",
		Args: func(p *LeakyReLUParam) []string {
			if p.ActType == "prelu" {
				return []string{"data", "gamma"}
			}
			return []string{"data"}
		},
		Init: map[string]string{"gamma": `["Constant", {"value": 0.25}]`},
		Outputs: func(p *LeakyReLUParam) []string {
			if p.ActType == "rrelu" {
				return []string{"output", "mask"} // MXNet shows the slopes, which are defined in training only
			}
			return []string{"output"}
		},
		Check: func(p *LeakyReLUParam) error {
			if p.LowerBound > p.UpperBound {
				return fmt.Errorf("lower_bound is %v and upper_bound %v, want it the other way round", p.LowerBound, p.UpperBound)
			}
			return nil
		},
		Shape: (*LeakyReLUParam).shape,
		Forward: func(p *LeakyReLUParam, c *Ctx, in []Value) []Value {
			slope := p.slope(c, in)
			out := []Value{c.Map1(leaky[p.ActType].fn, in[0], slope)}
			switch {
			case p.ActType != "rrelu":
			case c.Train:
				out = append(out, c.Cast(slope, in[0].DType()))
			default:
				out = append(out, c.Full(in[0].DType(), in[0].Shape(), 0))
			}
			return out
		},
		Backward: (*LeakyReLUParam).backward,
	})
}

func (p *LeakyReLUParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		data = s.OutAt(0)
	}
	if data == nil {
		return
	}
	s.Want("data", data, "output and data have one shape")
	s.Out(data)
	if p.ActType == "rrelu" {
		s.SetOut(1, data)
	}
	if p.ActType != "prelu" {
		return
	}
	if len(data) == 0 {
		s.Failf("data is %v, want at least one axis: gamma has a slope per channel", data)
		return
	}
	if gamma := s.In("gamma"); len(gamma) == 1 && gamma[0] == 1 {
		return // one slope for all
	}
	channels := data[0]
	if len(data) > 1 {
		channels = data[1]
	}
	s.Want("gamma", Shape{channels}, "data is %v", data)
}

// slope is what the functions take beside the data. Random slopes are saved for Backward.
func (p *LeakyReLUParam) slope(c *Ctx, in []Value) Value {
	t := in[0].DType()
	switch {
	case p.ActType == "prelu":
		return alongAxis(c, in[1], len(in[0].Shape()), min(1, len(in[0].Shape())-1))
	case p.ActType == "rrelu" && c.Train:
		s := c.Map1(betweenExpr, c.Uniform(wide(t), in[0].Shape()), c.Scalar(t, p.LowerBound), c.Scalar(t, p.UpperBound))
		c.Save(s)
		return s
	case p.ActType == "rrelu":
		return c.Scalar(t, (p.LowerBound+p.UpperBound)/2)
	}
	return c.Scalar(t, p.Slope)
}

var betweenExpr = expr.MustParse("u lo hi -> lo + u*(hi - lo)")

func (p *LeakyReLUParam) backward(c *Ctx, dout []Value) []Value {
	f := leaky[p.ActType]
	args := func(i int) Value {
		switch {
		case i == 0:
			return c.In(0)
		case p.ActType == "prelu":
			return p.slope(c, []Value{c.In(0), c.In(1)})
		case p.ActType == "rrelu" && c.Train:
			return c.Saved(0)
		}
		return p.slope(c, []Value{dout[0]})
	}
	d := []Value{f.gradient(c, 0, args, dout[0])}
	if p.ActType == "prelu" {
		gamma := c.In(1)
		per := f.gradient(c, 1, args, dout[0])
		d = append(d, c.Reshape(c.SumTo(per, args(1).Shape()), gamma.Shape()))
	}
	return d
}
