package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// distribution is a family of random numbers. It makes three operators: _random_ has the parameters as numbers, and so has
// _random_…_like, with shape and type of its input; _sample_ has arrays of them.
type distribution struct {
	name, doc  string
	parameters []parameter
	check      func(values []float64) error // of the parameters together; nil when any go together
	// draw gives numbers of type t and shape s. The parameters broadcast to s and have the type t too.
	draw func(c *Ctx, t DType, s Shape, p []Value) Value
}

// parameter of a distribution.
type parameter struct {
	name  string // of the number
	array string // of the array
	rule  numberRule
}

var (
	uniformExpr     = expr.MustParse("u a b -> a + u*(b - a)")
	normalExpr      = expr.MustParse("z a b -> a + z*b")
	exponentialExpr = expr.MustParse("u a -> -log1p(-u)/a")
	gammaExpr       = expr.MustParse("g b -> g*b")
	// Negative binomial numbers are Poisson ones whose means have a gamma distribution.
	failuresExpr   = expr.MustParse("g k p -> k == 0 ? 0 : g*(1 - p)/p")
	reciprocalExpr = expr.MustParse("a -> 1/a")
	dispersedExpr  = expr.MustParse("g m a -> a == 0 ? m : g*m*a")
)

var uniformNumbers = &distribution{
	name: "uniform", doc: "random numbers, any from low to below high as likely as another",
	parameters: []parameter{{"low", "low", anyNumber}, {"high", "high", anyNumber}},
	check: func(v []float64) error {
		if v[0] > v[1] {
			return fmt.Errorf("low is %v and high %v; want low at most high", v[0], v[1])
		}
		return nil
	},
	draw: func(c *Ctx, t DType, s Shape, p []Value) Value {
		return c.Map1(uniformExpr, c.Uniform(t, s), p[0], p[1])
	},
}

var normalNumbers = &distribution{
	name: "normal", doc: "random numbers of the normal distribution",
	parameters: []parameter{{"loc", "mu", anyNumber}, {"scale", "sigma", positive}},
	draw:       func(c *Ctx, t DType, s Shape, p []Value) Value { return c.Map1(normalExpr, c.Normal(t, s), p[0], p[1]) },
}

var exponentialNumbers = &distribution{
	name: "exponential", doc: "random numbers of the exponential distribution, λe^(−λx)",
	parameters: []parameter{{"lam", "lam", positive}},
	draw:       func(c *Ctx, t DType, s Shape, p []Value) Value { return c.Map1(exponentialExpr, c.Uniform(t, s), p[0]) },
}

var gammaNumbers = &distribution{
	name: "gamma", doc: "random numbers of the gamma distribution with shape α and scale β; their mean is αβ",
	parameters: []parameter{{"alpha", "alpha", positive}, {"beta", "beta", positive}},
	draw: func(c *Ctx, t DType, s Shape, p []Value) Value {
		return c.Map1(gammaExpr, c.Random(backend.DistGamma, c.Node, t, s, p[0]), p[1])
	},
}

var poissonNumbers = &distribution{
	name: "poisson", doc: "random numbers of the Poisson distribution with mean λ",
	parameters: []parameter{{"lam", "lam", notNegative}},
	draw: func(c *Ctx, t DType, s Shape, p []Value) Value {
		return c.Random(backend.DistPoisson, c.Node, t, s, p[0])
	},
}

var negativeBinomialNumbers = &distribution{
	name: "negative_binomial", doc: "random numbers of the negative binomial distribution: successes before k failures, each of probability p",
	parameters: []parameter{{"k", "k", notNegative}, {"p", "p", probability}},
	draw: func(c *Ctx, t DType, s Shape, p []Value) Value {
		g := c.Random(backend.DistGamma, c.Node, t, s, p[0])
		return c.Random(backend.DistPoisson, c.Node, t, s, c.Map1(failuresExpr, g, p[0], p[1]))
	},
}

var generalizedNegativeBinomialNumbers = &distribution{
	name: "generalized_negative_binomial", doc: "random numbers of the negative binomial distribution with mean μ and variance μ + αμ²",
	parameters: []parameter{{"mu", "mu", notNegative}, {"alpha", "alpha", notNegative}},
	draw: func(c *Ctx, t DType, s Shape, p []Value) Value {
		g := c.Random(backend.DistGamma, c.Node, t, s, c.Map1(reciprocalExpr, p[1]))
		return c.Random(backend.DistPoisson, c.Node, t, s, c.Map1(dispersedExpr, g, p[0], p[1]))
	},
}

func init() {
	registerRandom[RandomUniformParam](uniformNumbers, "uniform")
	registerRandom[RandomNormalParam](normalNumbers, "normal")
	registerRandom[RandomExponentialParam](exponentialNumbers)
	registerRandom[RandomGammaParam](gammaNumbers)
	registerRandom[RandomPoissonParam](poissonNumbers)
	registerRandom[RandomNegativeBinomialParam](negativeBinomialNumbers)
	registerRandom[RandomGeneralizedNegativeBinomialParam](generalizedNegativeBinomialNumbers)
	registerLike[RandomUniformLikeParam](uniformNumbers)
	registerLike[RandomNormalLikeParam](normalNumbers)
	registerLike[RandomExponentialLikeParam](exponentialNumbers)
	registerLike[RandomGammaLikeParam](gammaNumbers)
	registerLike[RandomPoissonLikeParam](poissonNumbers)
	registerLike[RandomNegativeBinomialLikeParam](negativeBinomialNumbers)
	registerLike[RandomGeneralizedNegativeBinomialLikeParam](generalizedNegativeBinomialNumbers)
	for _, d := range []*distribution{uniformNumbers, normalNumbers, exponentialNumbers, gammaNumbers, poissonNumbers,
		negativeBinomialNumbers, generalizedNegativeBinomialNumbers} {
		registerSample(d)
	}
}

// checkNumbers holds parameters given as numbers to what the distribution wants.
func (d *distribution) checkNumbers(values []float64) error {
	for i, p := range d.parameters {
		if !p.rule.ok(values[i]) {
			return fmt.Errorf("%s is %v, want %s", p.name, values[i], p.rule.want)
		}
	}
	if d.check != nil {
		return d.check(values)
	}
	return nil
}

// numbers draws numbers of type t and shape s with the parameters of the node.
func (d *distribution) numbers(c *Ctx, t DType, s Shape) Value {
	var p []Value
	for _, q := range d.parameters {
		p = append(p, c.number(q.name, wide(t)))
	}
	return c.Cast(d.draw(c, wide(t), s, p), t)
}

// registerRandom registers the operator that has the numbers and the result as parameters.
func registerRandom[P any, PP interface {
	*P
	values() []float64
	result() *RandomResult
}](d *distribution, aliases ...string) {
	typeOf := func(p *P) DType { return orFloat32(PP(p).result().DType) }
	shapeOf := func(p *P) Shape { return atLeast1(PP(p).result().Shape) }
	name := "_random_" + d.name
	Register(Op[P]{
		Name: name, Aliases: append(aliases, name[1:]), Doc: d.doc,
		Args: noArgs[P],
		Check: func(p *P) error {
			if err := floatType(PP(p).result().DType); err != nil {
				return err
			}
			return d.checkNumbers(PP(p).values())
		},
		Shape:   func(p *P, s *Shapes) { s.Out(shapeOf(p)) },
		Type:    func(p *P, t *Types) { t.WantOut(0, typeOf(p)) },
		Forward: func(p *P, c *Ctx, _ []Value) []Value { return []Value{d.numbers(c, typeOf(p), shapeOf(p))} },
	})
}

// registerLike registers the operator whose result is like its input.
func registerLike[P any, PP interface {
	*P
	values() []float64
}](d *distribution) {
	Register(Op[P]{
		Name: "_random_" + d.name + "_like", Doc: d.doc + ", with the shape and type of data",
		Check: func(p *P) error { return d.checkNumbers(PP(p).values()) },
		Shape: func(_ *P, s *Shapes) { s.Elementwise() },
		Forward: func(_ *P, c *Ctx, in []Value) []Value {
			if t := in[0].DType(); !t.IsFloat() {
				c.Failf("data is %v, want a floating-point type", t)
				return in
			}
			return []Value{d.numbers(c, in[0].DType(), in[0].Shape())}
		},
		NoGrad: []string{"data"},
	})
}

func registerSample(d *distribution) {
	name := "_sample_" + d.name
	var arrays []string
	for _, p := range d.parameters {
		arrays = append(arrays, p.array)
	}
	Register(Op[SampleParam]{
		Name: name, Aliases: []string{name[1:]}, Doc: d.doc + ", with parameters of its own for each element of the inputs",
		Args:  func(*SampleParam) []string { return arrays },
		Check: func(p *SampleParam) error { return floatType(p.DType) },
		Shape: func(p *SampleParam, s *Shapes) {
			for i := range s.Len() {
				s.WantAt(s.Len()-1-i, s.At(i), "all inputs have one shape")
			}
			if first := s.At(0); first != nil {
				s.Out(slices.Concat(first, p.Shape))
			}
		},
		Type: func(p *SampleParam, t *Types) {
			t.WantOut(0, orFloat32(p.DType))
			for i := range t.In {
				if known := t.In[len(t.In)-1-i]; known != nil {
					t.WantIn(i, *known)
				}
			}
		},
		Forward: func(p *SampleParam, c *Ctx, in []Value) []Value {
			s, t := in[0].Shape(), orFloat32(p.DType)
			single := slices.Concat(s, perAxis(nil, len(p.Shape), 1))
			var values []Value
			for _, x := range in {
				values = append(values, c.Cast(c.Reshape(x, single), wide(t)))
			}
			return []Value{c.Cast(d.draw(c, wide(t), slices.Concat(s, p.Shape), values), t)}
		},
		NoGrad: arrays,
	})
}

// orFloat32 is the type t, or float32 when none was given.
func orFloat32(t *DType) DType {
	if t == nil {
		return backend.Float32
	}
	return *t
}
