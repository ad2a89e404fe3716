package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend/expr"
)

// SoftmaxParam has MXNet's names and defaults.
type SoftmaxParam struct {
	Axis        int      `gomx:"axis,default=-1" doc:"the axis whose elements sum to 1"`
	Temperature *float64 `gomx:"temperature" doc:"data is divided by it first; 1 when not given"`
}

// SoftmaxActivationParam has MXNet's names and defaults.
type SoftmaxActivationParam struct {
	Mode string `gomx:"mode,default=instance,enum=instance|channel,prefix=SoftmaxActivation" doc:"over all but the first axis, or over axis 1"`
}

// softmaxRow is a function of the family: softmax of sign·data/temperature, or its logarithm.
type softmaxRow struct {
	name, doc string
	sign      float64
	log       bool
}

var softmaxRows = []softmaxRow{
	{"softmax", "eˣ/Σeˣ along an axis", 1, false},
	{"softmin", "e⁻ˣ/Σe⁻ˣ along an axis", -1, false},
	{"log_softmax", "log(eˣ/Σeˣ) along an axis", 1, true},
}

func init() {
	for _, r := range softmaxRows {
		Register(Op[SoftmaxParam]{
			Name: r.name, Doc: r.doc,
			Check: (*SoftmaxParam).check,
			Shape: func(p *SoftmaxParam, s *Shapes) {
				s.Elementwise()
				if data := s.In("data"); data != nil {
					if _, ok := data.Axis(p.Axis); !ok {
						s.Failf("data is %v, it has no axis %d", data, p.Axis)
					}
				}
			},
			Forward: func(p *SoftmaxParam, c *Ctx, in []Value) []Value {
				x := p.scale(c, in[0], r.sign)
				if r.log {
					return []Value{c.LogSoftmax(x, p.Axis)}
				}
				return []Value{c.Softmax(x, p.Axis)}
			},
			Backward: func(p *SoftmaxParam, c *Ctx, dout []Value) []Value {
				d := softmaxGrad(c, c.Out(0), dout[0], p.Axis, r.log)
				return []Value{p.scale(c, d, r.sign)}
			},
		})
	}
	Register(Op[SoftmaxActivationParam]{
		Name: "SoftmaxActivation",
		Doc:  "softmax of each example, or of the channels at each position",
		Shape: func(_ *SoftmaxActivationParam, s *Shapes) {
			s.Elementwise()
			if data := s.In("data"); data != nil && len(data) < 2 {
				s.Failf("data is %v, want (N,C,…)", data)
			}
		},
		Forward: func(p *SoftmaxActivationParam, c *Ctx, in []Value) []Value {
			if p.Mode == "channel" {
				return []Value{c.Softmax(in[0], 1)}
			}
			return []Value{c.ReshapeLike(c.Softmax(c.Flatten2D(in[0]), 1), in[0])}
		},
		Backward: func(p *SoftmaxActivationParam, c *Ctx, dout []Value) []Value {
			y, dy := c.Out(0), dout[0]
			if p.Mode == "instance" {
				y, dy = c.Flatten2D(y), c.Flatten2D(dy)
			}
			return []Value{c.ReshapeLike(softmaxGrad(c, y, dy, 1, false), dout[0])}
		},
	})
}

func (p *SoftmaxParam) check() error {
	if p.Temperature != nil && *p.Temperature == 0 {
		return fmt.Errorf("temperature is 0, data cannot be divided by it")
	}
	return nil
}

// scale multiplies by sign/temperature.
func (p *SoftmaxParam) scale(c *Ctx, x Value, sign float64) Value {
	if p.Temperature != nil {
		sign /= *p.Temperature
	}
	if sign == 1 {
		return x
	}
	return c.Scale(x, sign)
}

var (
	softmaxGradExpr    = expr.MustParse("y d dot -> y*(d - dot)")
	logSoftmaxGradExpr = expr.MustParse("y d sum -> d - exp(y)*sum")
)

// softmaxGrad is the gradient at the output y.
func softmaxGrad(c *Ctx, y, dy Value, axis int, log bool) Value {
	along := func(v Value) Value {
		s := v.Shape().Clone()
		i, _ := s.Axis(axis)
		s[i] = 1
		return c.Reshape(c.Sum(v, axis), s)
	}
	if log {
		return c.Map1(logSoftmaxGradExpr, y, dy, along(dy))
	}
	return c.Map1(softmaxGradExpr, y, dy, along(c.Mul(y, dy)))
}
