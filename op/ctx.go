package op

import (
	"github.com/gomx-org/gomx/backend"
)

// Ctx is where an operator says its kernel calls: a Builder, and what it may ask about its node.
type Ctx struct {
	*backend.Builder
	// Train is set when gradients will be asked for or is_train was given: Dropout drops, BatchNorm uses the batch.
	Train bool
	// Node is the number of the node in its graph, fixed before passes: it keeps random streams apart.
	Node uint32

	hooks  Hooks
	params *Params
	param  any
	in     []Value
	out    []Value
	saved  []Value
	once   any
}

// Hooks is how a Ctx reaches the surroundings of its node. The graph's lowering and eager calls provide them.
type Hooks struct {
	Aux    func(i int) Value    // the state as it was when the entry began
	SetAux func(i int, v Value) // the state afterwards
	SetIn  func(i int, v Value) // writes a variable that is the input i
	Scalar func(name string, t DType, v float64) Value
	// Once keeps what make returns for the node's other entries; nil where there are none.
	Once func(make func() any) any
	// Wants reports whether anybody wants the gradient of input i; nil where all are.
	Wants func(i int) bool
}

// NewCtx makes the Ctx of one node. in are its inputs.
func NewCtx(b *backend.Builder, d *Def, param any, train bool, node uint32, in []Value, h Hooks) *Ctx {
	return &Ctx{Builder: b, Train: train, Node: node, hooks: h, params: d.Params, param: param, in: in}
}

// SetOutputs tells the Ctx what Forward returned, for Backward to ask.
func (c *Ctx) SetOutputs(out []Value) { c.out = out }

// On is the same node seen from another entry of the Program, in which Backward is said.
func (c *Ctx) On(b *backend.Builder, h Hooks) *Ctx {
	d := *c
	d.Builder, d.hooks = b, h
	return &d
}

// In is the input i. What Backward does not ask for may be overwritten after Forward.
func (c *Ctx) In(i int) Value { return c.in[i] }

// Out is the output i.
func (c *Ctx) Out(i int) Value { return c.out[i] }

// Save keeps values of Forward for Backward.
func (c *Ctx) Save(v ...Value) { c.saved = append(c.saved, v...) }

// Saved is the value i that Forward saved.
func (c *Ctx) Saved(i int) Value { return c.saved[i] }

// Aux is the auxiliary state i as it was when the entry began.
func (c *Ctx) Aux(i int) Value { return c.hooks.Aux(i) }

// SetAux is what the auxiliary state i will be afterwards. MXNet changes states in backward; so do its copies here.
func (c *Ctx) SetAux(i int, v Value) { c.hooks.SetAux(i, v) }

// SetIn overwrites the variable that is input i, if it is one: BatchNorm's fix_gamma does.
func (c *Ctx) SetIn(i int, v Value) { c.hooks.SetIn(i, v) }

// Param is a number among the operator's parameters as a Value of type t: compiled in for graphs, handed over at run time
// for eager calls when its tag says runtime. The number is rounded to t, and truncated to an integer type, as MXNet does.
func (c *Ctx) Param(name string, t DType, v float64) Value {
	v = rounded(v, t)
	if f := c.params.Field(name); f != nil && f.Runtime && c.hooks.Scalar != nil {
		return c.hooks.Scalar(name, t, v)
	}
	return c.Scalar(t, v)
}

// Uniform draws numbers in [0, 1) for this node.
func (c *Ctx) Uniform(t DType, s Shape) Value {
	return c.Random(backend.DistUniform, c.Node, t, s)
}

// Normal draws standard normal numbers for this node.
func (c *Ctx) Normal(t DType, s Shape) Value {
	return c.Random(backend.DistNormal, c.Node, t, s)
}

// Once is what make returns, made once for all entries of a bound network.
func (c *Ctx) Once(make func() any) any {
	if c.hooks.Once != nil {
		return c.hooks.Once(make)
	}
	if c.once == nil {
		c.once = make()
	}
	return c.once
}

// Wants reports whether anybody wants the gradient of input i.
func (c *Ctx) Wants(i int) bool { return c.hooks.Wants == nil || c.hooks.Wants(i) }
