package op

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// RandomUniformParam has MXNet's names and defaults.
type RandomUniformParam struct {
	Low   float64 `gomx:"low,runtime" doc:"the smallest number"`
	High  float64 `gomx:"high,default=1.0,runtime" doc:"all numbers are below it"`
	Shape []int   `gomx:"shape,min=1" doc:"the shape; (1,) when empty"`
	Ctx   string  `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType *DType  `gomx:"dtype" doc:"element type of the result; float32 when not given"`
}

// RandomNormalParam has MXNet's names and defaults.
type RandomNormalParam struct {
	Loc   float64 `gomx:"loc,runtime" doc:"the mean"`
	Scale float64 `gomx:"scale,default=1.0,runtime" doc:"the standard deviation"`
	Shape []int   `gomx:"shape,min=1" doc:"the shape; (1,) when empty"`
	Ctx   string  `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType *DType  `gomx:"dtype" doc:"element type of the result; float32 when not given"`
}

// RandomExponentialParam has MXNet's names and defaults.
type RandomExponentialParam struct {
	Lam   float64 `gomx:"lam,default=1.0,runtime" doc:"λ, one over the mean"`
	Shape []int   `gomx:"shape,min=1" doc:"the shape; (1,) when empty"`
	Ctx   string  `gomx:"ctx" doc:"the device; taken, not needed: it is that of the network"`
	DType *DType  `gomx:"dtype" doc:"element type of the result; float32 when not given"`
}

// SampleParam has MXNet's names and defaults.
type SampleParam struct {
	Shape []int  `gomx:"shape,min=1" doc:"the shape of what is drawn for each element of the inputs; one number when empty"`
	DType *DType `gomx:"dtype" doc:"element type of the result; that of the inputs when not given"`
}

// MultinomialParam has MXNet's names and defaults.
type MultinomialParam struct {
	Shape   []int `gomx:"shape,min=1" doc:"the shape of what is drawn for each row of probabilities; one number when empty"`
	GetProb bool  `gomx:"get_prob" doc:"give the logarithms of the probabilities too; not supported"`
	DType   DType `gomx:"dtype,default=int32" doc:"element type of the result"`
}

// distribution is how numbers of a family follow from uniform or normal ones: fn is over these and the parameters.
type distribution struct {
	name, doc  string
	dist       backend.Dist
	parameters []string // as MXNet's _random_ operators call them
	arrays     []string // as its _sample_ operators do
	fn         *expr.Expr
}

var (
	uniformNumbers = &distribution{"uniform", "random numbers, any from low to below high as likely as another",
		backend.DistUniform, []string{"low", "high"}, []string{"low", "high"}, expr.MustParse("u a b -> a + u*(b - a)")}
	normalNumbers = &distribution{"normal", "random numbers of the normal distribution",
		backend.DistNormal, []string{"loc", "scale"}, []string{"mu", "sigma"}, expr.MustParse("z a b -> a + z*b")}
	exponentialNumbers = &distribution{"exponential", "random numbers of the exponential distribution, λe^(−λx)",
		backend.DistUniform, []string{"lam"}, []string{"lam"}, expr.MustParse("u a -> -log1p(-u)/a")}
	// The largest of log p plus Gumbel's noise is k with the probability p[k].
	gumbelExpr = expr.MustParse("u p -> log(p) - log(-log(u))")
)

func init() {
	registerRandom(uniformNumbers, func(p *RandomUniformParam) (Shape, *DType) { return p.Shape, p.DType })
	registerRandom(normalNumbers, func(p *RandomNormalParam) (Shape, *DType) { return p.Shape, p.DType })
	registerRandom(exponentialNumbers, func(p *RandomExponentialParam) (Shape, *DType) { return p.Shape, p.DType })
	for _, d := range []*distribution{uniformNumbers, normalNumbers, exponentialNumbers} {
		registerSample(d)
	}
	Register(Op[MultinomialParam]{
		Name: "_sample_multinomial", Aliases: []string{"sample_multinomial"},
		Doc: "random numbers k, each with the probability data[k] along the last axis",
		Check: func(p *MultinomialParam) error {
			if p.GetProb {
				return fmt.Errorf("get_prob is not supported; pick finds the probabilities of what was drawn")
			}
			return nil
		},
		Shape: func(p *MultinomialParam, s *Shapes) {
			data := s.In("data")
			if data == nil {
				return
			}
			if len(data) == 0 {
				s.Failf("data is %v, want at least one axis", data)
				return
			}
			s.Out(atLeast1(slices.Concat(data[:len(data)-1], p.Shape)))
		},
		Type: func(p *MultinomialParam, t *Types) { t.WantOut(0, p.DType) },
		Forward: func(p *MultinomialParam, c *Ctx, in []Value) []Value {
			s, draws := in[0].Shape(), Shape(p.Shape).Size()
			k := s[len(s)-1]
			t := wide(in[0].DType())
			rows := c.Reshape(in[0], Shape{s.Size() / k, 1, k})
			noisy := c.MapAs(t, gumbelExpr, c.Uniform(t, Shape{s.Size() / k, draws, k}), rows)
			return []Value{c.Reshape(c.Cast(c.ArgMax(noisy, 2, false), p.DType), atLeast1(slices.Concat(s[:len(s)-1], p.Shape)))}
		},
		NoGrad: []string{"data"},
	})
}

func registerRandom[P any](d *distribution, settings func(*P) (Shape, *DType)) {
	shapeOf := func(p *P) (Shape, DType) {
		s, t := settings(p)
		if t == nil {
			return atLeast1(s), backend.Float32
		}
		return atLeast1(s), *t
	}
	name := "_random_" + d.name
	Register(Op[P]{
		Name: name, Aliases: []string{name[1:], d.name}, Doc: d.doc,
		Args: noArgs[P],
		Shape: func(p *P, s *Shapes) {
			shape, _ := shapeOf(p)
			s.Out(shape)
		},
		Type: func(p *P, t *Types) {
			_, dtype := shapeOf(p)
			t.WantOut(0, dtype)
		},
		Forward: func(p *P, c *Ctx, _ []Value) []Value {
			s, t := shapeOf(p)
			args := []Value{c.Random(d.dist, c.Node, wide(t), s)}
			for _, name := range d.parameters {
				args = append(args, c.number(name, wide(t)))
			}
			return []Value{c.MapAs(t, d.fn, args...)}
		},
	})
}

func registerSample(d *distribution) {
	name := "_sample_" + d.name
	Register(Op[SampleParam]{
		Name: name, Aliases: []string{name[1:]}, Doc: d.doc + ", with parameters of its own for each element of the inputs",
		Args: func(*SampleParam) []string { return d.arrays },
		Shape: func(p *SampleParam, s *Shapes) {
			for i := range s.Len() {
				s.WantAt(s.Len()-1-i, s.At(i), "all inputs have one shape")
			}
			if first := s.At(0); first != nil {
				s.Out(slices.Concat(first, p.Shape))
			}
		},
		Type: func(p *SampleParam, t *Types) {
			inputs := []int{0, 1}[:len(d.arrays)]
			if p.DType == nil {
				sameAs(t, inputs...)
				return
			}
			t.WantOut(0, *p.DType)
			for _, i := range inputs {
				if known := t.In[len(inputs)-1-i]; known != nil {
					t.WantIn(i, *known)
				}
			}
		},
		Forward: func(p *SampleParam, c *Ctx, in []Value) []Value {
			s, t := in[0].Shape(), in[0].DType()
			if p.DType != nil {
				t = *p.DType
			}
			out := slices.Concat(s, p.Shape)
			single := slices.Concat(s, perAxis(nil, len(p.Shape), 1))
			args := []Value{c.Random(d.dist, c.Node, wide(t), out)}
			for _, x := range in {
				args = append(args, c.Reshape(x, single))
			}
			return []Value{c.MapAs(t, d.fn, args...)}
		},
		NoGrad: d.arrays,
	})
}
