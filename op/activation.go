package op

// ActivationParam has MXNet's names.
type ActivationParam struct {
	ActType string `gomx:"act_type,pos,enum=relu|sigmoid|tanh|softrelu|softsign,prefix=Act" doc:"the function"`
}

// activations are the functions of Activation. Gradients read the output y rather than the input, so that the input can be
// overwritten in place; softsign's output has too few digits near ±1.
var activations = map[string]*function{
	"relu":     newFunction("x -> max(x, 0)", "x y d -> y > 0 ? d : 0", 1),
	"sigmoid":  newFunction("x -> sigmoid(x)", "x y d -> d*(y*(1 - y))", 1),
	"tanh":     newFunction("x -> tanh(x)", "x y d -> d*(1 - y*y)", 1),
	"softrelu": newFunction("x -> softplus(x)", "x y d -> -d*expm1(-y)", 1),
	"softsign": newFunction("x -> x/(1 + abs(x))", "x y d -> t = 1 + abs(x); d/(t*t)", 1),
}

func init() {
	Register(Op[ActivationParam]{
		Name: "Activation",
		Doc:  "out = act_type(data): max(x, 0), 1/(1 + e⁻ˣ), tanh(x), log(1 + eˣ) or x/(1 + |x|)",
		Shape: func(_ *ActivationParam, s *Shapes) {
			s.Elementwise()
		},
		Forward: func(p *ActivationParam, c *Ctx, in []Value) []Value {
			return []Value{c.Map1(activations[p.ActType].fn, in[0])}
		},
		Backward: func(p *ActivationParam, c *Ctx, dout []Value) []Value {
			return []Value{activations[p.ActType].gradient(c, 0, c.In, dout[0])}
		},
	})
}
