package op

import "github.com/gomx-org/gomx/backend/expr"

// RegressionParam has MXNet's names and defaults.
type RegressionParam struct {
	GradScale float64 `gomx:"grad_scale,default=1.0" doc:"factor of the gradient"`
}

// regressionRow is a regression loss: its output, and its gradient over (y l s) with the output y, the label l and the
// factor s, which is grad_scale over the number of outputs per example.
type regressionRow struct{ name, doc, fn, grad string }

var regressionRows = []regressionRow{
	{"LinearRegressionOutput", "data; the gradient is that of half the squared distance to label", "x -> x", "y l s -> s*(y - l)"},
	{"LogisticRegressionOutput", "1/(1 + e⁻ˣ); the gradient is that of the cross-entropy with label", "x -> sigmoid(x)", "y l s -> s*(y - l)"},
	{"MAERegressionOutput", "data; the gradient is that of the absolute distance to label, and negative where that is 0", "x -> x", "y l s -> y > l ? s : -s"},
}

func init() {
	for _, r := range regressionRows {
		fn, grad := expr.MustParse(r.fn), expr.MustParse(r.grad)
		Register(Op[RegressionParam]{
			Name: r.name, Doc: r.doc,
			Args:  func(*RegressionParam) []string { return []string{"data", "label"} },
			Shape: func(_ *RegressionParam, s *Shapes) { regressionShape(s) },
			Forward: func(_ *RegressionParam, c *Ctx, in []Value) []Value { // from data alone
				return []Value{c.Map1(fn, in[0])}
			},
			Backward: func(p *RegressionParam, c *Ctx, _ []Value) []Value {
				y, label := c.Out(0), c.In(1)
				scale := p.GradScale * float64(label.Shape()[0]) / float64(label.Shape().Size())
				return []Value{c.Map1(grad, y, c.ReshapeLike(label, y), c.Scalar(y.DType(), scale)), {}}
			},
			Loss:   func(*RegressionParam) bool { return true },
			NoGrad: []string{"label"},
		})
	}
}

// regressionShape: the label has the shape of data, or any other with as many examples and elements. Not given it is (N,)
// for (N,1).
func regressionShape(s *Shapes) {
	data, label := s.In("data"), s.In("label")
	if len(data) == 0 {
		return
	}
	s.Out(data)
	switch {
	case label == nil && len(data) == 2 && data[1] == 0: // (N,1) or not
	case label == nil && len(data) == 2 && data[1] == 1:
		s.Want("label", data[:1], "data is %v", data)
	case label == nil:
		s.Want("label", data, "data is %v", data)
	case data.Known() && label.Known() && (len(label) == 0 || label[0] != data[0] || label.Size() != data.Size()):
		s.Failf("label is %v, want %v or as many elements: data is %v", label, data, data)
	}
}
