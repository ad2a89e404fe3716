package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// SoftmaxParam has MXNet's names and defaults.
type SoftmaxParam struct {
	Axis        int      `gomx:"axis,default=-1" doc:"the axis whose elements sum to 1"`
	Temperature *float64 `gomx:"temperature" doc:"data is divided by it first; 1 when not given"`
	DType       *DType   `gomx:"dtype" doc:"element type of the result; that of data when not given"`
	UseLength   bool     `gomx:"use_length,none" doc:"take the first elements of the axis only, as many as the input length says; the others become 0"`
}

// SoftmaxActivationParam has MXNet's names and defaults.
type SoftmaxActivationParam struct {
	Mode string `gomx:"mode,default=instance,enum=instance|channel,prefix=SoftmaxActivation" doc:"over the last axis, or over axis 1"`
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
			Args: func(p *SoftmaxParam) []string {
				if p.UseLength {
					return []string{"data", "length"}
				}
				return []string{"data"}
			},
			Check: func(p *SoftmaxParam) error {
				if p.UseLength && r.log {
					return fmt.Errorf("use_length is for softmax and softmin: the logarithm of 0 is no number")
				}
				return p.check()
			},
			Shape:   (*SoftmaxParam).shape,
			Type:    (*SoftmaxParam).types,
			Forward: func(p *SoftmaxParam, c *Ctx, in []Value) []Value { return []Value{p.forward(c, in, r)} },
			Backward: func(p *SoftmaxParam, c *Ctx, dout []Value) []Value {
				d := softmaxGrad(c, c.Out(0), dout[0], p.Axis, r.log)
				return []Value{c.Cast(p.scale(c, d, r.sign), c.In(0).DType())}
			},
			NoGrad: []string{"length"},
		})
	}
	Register(Op[SoftmaxActivationParam]{
		Name: "SoftmaxActivation",
		Doc:  "softmax along the last axis, or of the channels at each position",
		Shape: func(_ *SoftmaxActivationParam, s *Shapes) {
			s.Elementwise()
			if data := s.In("data"); data != nil && len(data) < 2 {
				s.Failf("data is %v, want (N,C,…)", data)
			}
		},
		Forward: func(p *SoftmaxActivationParam, c *Ctx, in []Value) []Value {
			return []Value{c.Softmax(in[0], p.axis())}
		},
		Backward: func(p *SoftmaxActivationParam, c *Ctx, dout []Value) []Value {
			return []Value{softmaxGrad(c, c.Out(0), dout[0], 1, false)} // in MXNet over axis 1 in either mode
		},
	})
}

// axis is the one that softmax is over. Of more than two axes, MXNet's instances are not the examples.
func (p *SoftmaxActivationParam) axis() int {
	if p.Mode == "channel" {
		return 1
	}
	return -1
}

func (p *SoftmaxParam) shape(s *Shapes) {
	data := s.In("data")
	if data == nil {
		data = s.OutAt(0)
	}
	if data == nil {
		return
	}
	axis, ok := data.Axis(p.Axis)
	if !ok {
		s.Failf("data is %v, it has no axis %d", data, p.Axis)
		return
	}
	s.Want("data", data, "output and data have one shape")
	s.Out(data)
	if p.UseLength {
		s.Want("length", slices.Delete(data.Clone(), axis, axis+1), "data is %v without axis %d", data, axis)
	}
}

func (p *SoftmaxParam) types(t *Types) {
	if p.DType == nil {
		sameAs(t, 0)
		return
	}
	t.WantOut(0, *p.DType)
}

// The element at position k is one of the first n.
var (
	withinExpr = expr.MustParse("x n k -> k < n ? x : -inf")
	outsideExp = expr.MustParse("y n k -> k < n ? y : 0")
)

func (p *SoftmaxParam) forward(c *Ctx, in []Value, r softmaxRow) Value {
	x := p.scale(c, in[0], r.sign)
	if p.DType != nil {
		x = c.Cast(x, *p.DType)
	}
	if r.log {
		return c.LogSoftmax(x, p.Axis)
	}
	if !p.UseLength {
		return c.Softmax(x, p.Axis)
	}
	s := x.Shape()
	axis, _ := s.Axis(p.Axis)
	one := s.Clone()
	one[axis] = 1
	length := c.Reshape(in[1], one)
	position := alongAxis(c, c.Iota(backend.Int32, s[axis]), len(s), axis)
	y := c.Softmax(c.MapAs(x.DType(), withinExpr, x, length, position), p.Axis)
	return c.MapAs(x.DType(), outsideExp, y, length, position)
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
