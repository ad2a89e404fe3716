package op

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// SoftmaxOutputParam has MXNet's names and defaults.
type SoftmaxOutputParam struct {
	GradScale     float64 `gomx:"grad_scale,default=1.0" doc:"factor of the gradient"`
	IgnoreLabel   float64 `gomx:"ignore_label,default=-1.0" doc:"the label that use_ignore passes over"`
	MultiOutput   bool    `gomx:"multi_output" doc:"softmax over axis 1, one label per position of the other axes"`
	UseIgnore     bool    `gomx:"use_ignore" doc:"no gradient where the label is ignore_label"`
	PreserveShape bool    `gomx:"preserve_shape" doc:"softmax over the last axis"`
	Normalization string  `gomx:"normalization,default=null,enum=null|batch|valid,prefix=Normalize" doc:"divide the gradient by nothing, the batch size, or the number of labels that are not ignore_label"`
	OutGrad       bool    `gomx:"out_grad" doc:"multiply the gradient by the output, as MXNet 1.9.1 does; versions before multiplied by the head gradient"`
	SmoothAlpha   float64 `gomx:"smooth_alpha,min=0,max=1" doc:"share of the label's probability that the other classes get in the gradient; not with multi_output"`
}

func init() {
	Register(Op[SoftmaxOutputParam]{
		Name: "SoftmaxOutput", Aliases: []string{"Softmax"},
		Doc:     "softmax of data; the gradient is that of the cross-entropy with label: softmax(data) − onehot(label)",
		Args:    func(*SoftmaxOutputParam) []string { return []string{"data", "label"} },
		Check:   (*SoftmaxOutputParam).check,
		Shape:   (*SoftmaxOutputParam).shape,
		Forward: (*SoftmaxOutputParam).forward, // from data alone: prediction needs no label
		// From output and label: the data may be overwritten.
		Backward: (*SoftmaxOutputParam).backward,
		Loss:     func(*SoftmaxOutputParam) bool { return true },
		NoGrad:   []string{"label"},
	})
}

func (p *SoftmaxOutputParam) check() error {
	if p.MultiOutput && p.PreserveShape {
		return fmt.Errorf("multi_output and preserve_shape exclude each other")
	}
	return nil
}

func (p *SoftmaxOutputParam) shape(s *Shapes) {
	data, label := s.In("data"), s.In("label")
	if data == nil {
		return
	}
	if len(data) < 2 {
		s.Failf("data is %v, want (N,K)", data)
		return
	}
	s.Out(data)
	if label != nil && label.Equal(data) { // probabilities
		return
	}
	if !p.MultiOutput {
		s.Want("label", data[:len(data)-1], "data is %v", data)
		return
	}
	without := append(Shape{data[0]}, data[2:]...)
	one := data.Clone()
	one[1] = 1
	if label != nil && (len(label) == len(without) && len(data) != 3 || len(label) == len(data)) {
		if len(label) == len(data) {
			without = one
		}
		s.Want("label", without, "data is %v and multi_output is set", data)
		return
	}
	s.Want("label", Shape{data[0], data[2:].Size()}, "data is %v and multi_output is set", data)
}

// cube sees data as (outer, classes, inner): softmax is over the middle.
func (p *SoftmaxOutputParam) cube(s Shape) Shape {
	switch {
	case p.MultiOutput:
		return Shape{s[0], s[1], s[2:].Size()}
	case p.PreserveShape:
		last := s[len(s)-1]
		return Shape{s[:len(s)-1].Size(), last, 1}
	}
	return Shape{s[0], s[1:].Size(), 1}
}

func (p *SoftmaxOutputParam) forward(c *Ctx, in []Value) []Value {
	s := p.cube(in[0].Shape())
	if s[2] == 1 {
		s = s[:2]
	}
	return []Value{c.ReshapeLike(c.Softmax(c.Reshape(in[0], s), 1), in[0])}
}

var (
	probabilityGrad = expr.MustParse("p l s -> s*(p - l)")
	// The label l is class k; a of its probability goes to the others, b to each.
	classGrad  = expr.MustParse("p l k a b s -> s*(p - (k == trunc(l) ? 1 - a : b))")
	ignoreGrad = expr.MustParse("p l k a b s i -> trunc(l) == i ? 0 : s*(p - (k == trunc(l) ? 1 - a : b))")
	notIgnored = expr.MustParse("l i -> trunc(l) != i")
	overCount  = expr.MustParse("n s -> s/max(n, 1)")
)

func (p *SoftmaxOutputParam) backward(c *Ctx, _ []Value) []Value {
	y, label := c.Out(0), c.In(1)
	t := y.DType()
	if label.Shape().Equal(y.Shape()) {
		return []Value{p.weighted(c, c.Map1(probabilityGrad, y, label, c.Scalar(t, p.GradScale)), y), {}}
	}
	s := p.cube(y.Shape())
	scale := p.scale(c, label, s)
	if n := s[0] * s[2]; n < label.Shape().Size() { // MXNet uses the first labels, though it counts all
		label = c.SliceAxis(c.Reshape(label, Shape{label.Shape().Size()}), 0, 0, n)
	}
	ls, ks := Shape{s[0], 1, s[2]}, Shape{s[1], 1}
	if s[2] == 1 {
		s, ls, ks = s[:2], ls[:2], ks[:1]
	}
	// float32 holds class numbers exactly, whatever the type of the data
	classes := c.Reshape(c.Iota(backend.Float32, s[1]), ks)
	alpha := p.SmoothAlpha
	if p.MultiOutput {
		alpha = 0 // MXNet passes over it
	}
	args := []Value{
		c.Reshape(y, s), c.Reshape(label, ls), classes,
		c.Scalar(t, alpha), c.Scalar(t, alpha/float64(max(s[1]-1, 1))), scale,
	}
	e := classGrad
	if p.UseIgnore {
		e = ignoreGrad
		args = append(args, c.Scalar(t, float64(int(p.IgnoreLabel))))
	}
	return []Value{p.weighted(c, c.ReshapeLike(c.Map1(e, args...), y), y), {}}
}

// weighted is the gradient d with what out_grad asks for.
func (p *SoftmaxOutputParam) weighted(c *Ctx, d, y Value) Value {
	if p.OutGrad {
		return c.Mul(d, y)
	}
	return d
}

// scale is grad_scale over what normalization asks for; s is (outer, classes) or (outer, classes, inner).
func (p *SoftmaxOutputParam) scale(c *Ctx, label Value, s Shape) Value {
	t := label.DType()
	scale := p.GradScale
	if p.Normalization == "valid" {
		ignore := c.Scalar(t, float64(int(p.IgnoreLabel)))
		return c.Map1(overCount, c.Sum(c.MapAs(backend.Float32, notIgnored, label, ignore)), c.Scalar(t, scale))
	}
	if p.MultiOutput && len(s) == 3 {
		scale /= float64(s[2])
	}
	if p.Normalization == "batch" {
		n := label.Shape().Size()
		if p.MultiOutput {
			n = s[0]
		}
		scale /= float64(n)
	}
	return c.Scalar(t, scale)
}
