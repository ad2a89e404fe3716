package op

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// Value is a value under construction; Shape and DType are the backend's.
type (
	Value = backend.Value
	Shape = backend.Shape
	DType = backend.DType
)

// Op describes an operator whose parameters are a struct P (see Params for its tags). Fields left out take the default
// given at each.
type Op[P any] struct {
	Name    string   // as in MXNet's symbol files
	Aliases []string // further names that files and callers may use; saving writes Name
	Doc     string   // one line: what it computes, as a formula where there is one

	// Args names the inputs, for automatic variables and errors; default data.
	Args func(p *P) []string
	// Variadic operators take any number of inputs arg0, arg1 …; P has a field NumArgs, filled in automatically. Where Args
	// names some, it is those instead.
	Variadic bool
	// Init gives inputs that become automatic variables an initializer, by its text in the attribute __init__.
	Init map[string]string
	// Aux names the auxiliary states, which stand after the inputs in a graph; default none.
	Aux func(p *P) []string
	// Outputs names the visible outputs; default output.
	Outputs func(p *P) []string
	// Hidden counts the outputs that MXNet has beside the visible ones (masks, workspaces); only node_row_ptr of symbol
	// files shows them.
	Hidden func(p *P) int

	// Check refuses parameters that do not fit together, after parsing.
	Check func(p *P) error
	// Shape infers shapes as far as it can from what is known; it is asked again until nothing changes.
	Shape func(p *P, s *Shapes)
	// Type infers types; default: all inputs, states and outputs have one type.
	Type func(p *P, t *Types)

	// Forward says the outputs in kernel calls.
	Forward func(p *P, c *Ctx, in []Value) []Value
	// Backward says the gradients of the inputs, one per input; an invalid Value is a zero gradient. Default: no gradient
	// flows. Head gradients of outputs that nobody used are invalid Values only when all are; single ones are zeros.
	Backward func(p *P, c *Ctx, dout []Value) []Value
	// Loss operators start gradients: they ignore the head gradient, and Backward is called even without one.
	Loss func(p *P) bool
	// NoGrad lists inputs that never get a gradient, such as labels and indices; their gradient arrays are set to zero.
	NoGrad []string
	// Labels lists such inputs where they depend on parameters.
	Labels func(p *P) []string
}

// Def is a registered operator with its parameter type erased: param arguments are the *P that ParseParams returned.
type Def struct {
	Name     string
	Aliases  []string
	Doc      string
	Variadic bool
	NoGrad   []string
	Init     map[string]string
	Params   *Params
	HasGrad  bool

	args, aux, outputs func(any) []string
	hidden             func(any) int
	check              func(any) error
	shape              func(any, *Shapes)
	types              func(any, *Types)
	forward            func(any, *Ctx, []Value) []Value
	backward           func(any, *Ctx, []Value) []Value
	loss               func(any) bool
	labels             func(any) []string
}

var (
	byName  = map[string]*Def{}
	ordered []*Def
)

// Register adds an operator; it panics on a name that is taken or a parameter struct that makes no sense, since only the
// program text can be at fault.
func Register[P any](o Op[P]) {
	params, err := paramsOf[P]()
	if err != nil {
		panic(fmt.Sprintf("BUG: op %s: %v", o.Name, err))
	}
	d := &Def{Name: o.Name, Aliases: o.Aliases, Doc: o.Doc, Variadic: o.Variadic, NoGrad: o.NoGrad, Init: o.Init,
		Params: params, HasGrad: o.Backward != nil}
	d.args = strs(o.Args, "data")
	if o.Variadic {
		d.args = strs(o.Args)
	}
	d.aux = strs(o.Aux)
	d.outputs = strs(o.Outputs, "output")
	d.hidden = func(p any) int { return 0 }
	if o.Hidden != nil {
		d.hidden = func(p any) int { return o.Hidden(p.(*P)) }
	}
	if o.Check != nil {
		d.check = func(p any) error { return o.Check(p.(*P)) }
	}
	d.shape = func(p any, s *Shapes) { o.Shape(p.(*P), s) }
	d.types = func(_ any, t *Types) { t.Same() }
	if o.Type != nil {
		d.types = func(p any, t *Types) { o.Type(p.(*P), t) }
	}
	d.forward = func(p any, c *Ctx, in []Value) []Value { return o.Forward(p.(*P), c, in) }
	if o.Backward != nil {
		d.backward = func(p any, c *Ctx, dout []Value) []Value { return o.Backward(p.(*P), c, dout) }
	}
	d.loss = func(any) bool { return false }
	if o.Loss != nil {
		d.loss = func(p any) bool { return o.Loss(p.(*P)) }
	}
	d.labels = strs(o.Labels)
	for _, n := range append([]string{o.Name}, o.Aliases...) {
		if _, taken := byName[n]; taken {
			panic("BUG: op: two operators are called " + n)
		}
		byName[n] = d
	}
	ordered = append(ordered, d)
}

func strs[P any](f func(*P) []string, def ...string) func(any) []string {
	if f == nil {
		return func(any) []string { return def }
	}
	return func(p any) []string { return f(p.(*P)) }
}

// Lookup finds an operator by name or alias; the error names the nearest ones.
func Lookup(name string) (*Def, error) {
	if d, ok := byName[name]; ok {
		return d, nil
	}
	all := make([]string, 0, len(byName))
	for n := range byName {
		all = append(all, n)
	}
	if near := Nearest(name, all, 3); len(near) > 0 {
		return nil, fmt.Errorf("op: no operator %q; the nearest are %s", name, strings.Join(near, ", "))
	}
	return nil, fmt.Errorf("op: no operator %q", name)
}

// All lists the operators by name.
func All() []*Def {
	all := slices.Clone(ordered)
	slices.SortFunc(all, func(a, b *Def) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// ParseParams reads parameters from their text form, as in symbol files; numArgs is the number of inputs given to a
// variadic operator (0: take it from the text). Attributes spelled __x__ are passed over. The result is what the other
// methods want as param.
func (d *Def) ParseParams(attrs map[string]string, numArgs int) (any, error) {
	p := d.Params.New()
	for name, text := range attrs {
		if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") {
			continue
		}
		if err := d.Params.Set(p, name, text); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	if d.Variadic && numArgs > 0 {
		if err := d.Params.Set(p, "num_args", fmt.Sprint(numArgs)); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	if missing := d.Params.Missing(attrs, d.Variadic); missing != "" {
		return nil, fmt.Errorf("%s: parameter %s is required", d.Name, missing)
	}
	return p, d.Check(p)
}

// Check applies the operator's own rules to parameters set by hand.
func (d *Def) Check(param any) error {
	if err := d.Params.Check(param); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	if d.check == nil {
		return nil
	}
	if err := d.check(param); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	return nil
}

// Args names the inputs.
func (d *Def) Args(param any) []string {
	if names := d.args(param); names != nil || !d.Variadic {
		return names
	}
	names := make([]string, d.Params.NumArgs(param))
	for i := range names {
		names[i] = fmt.Sprintf("arg%d", i)
	}
	return names
}

// Aux names the auxiliary states.
func (d *Def) Aux(param any) []string { return d.aux(param) }

// Outputs names the visible outputs.
func (d *Def) Outputs(param any) []string { return d.outputs(param) }

// Hidden counts the outputs beside the visible ones.
func (d *Def) Hidden(param any) int { return d.hidden(param) }

// IsLoss reports whether the operator starts gradients.
func (d *Def) IsLoss(param any) bool { return d.loss(param) }

// GetsGrad reports whether a gradient may flow into the input called arg.
func (d *Def) GetsGrad(param any, arg string) bool {
	return !slices.Contains(d.NoGrad, arg) && !slices.Contains(d.labels(param), arg)
}

// InferShape runs the operator's shape rule once.
func (d *Def) InferShape(param any, s *Shapes) { d.shape(param, s) }

// InferType runs the operator's type rule once.
func (d *Def) InferType(param any, t *Types) { d.types(param, t) }

// Forward says the outputs.
func (d *Def) Forward(param any, c *Ctx, in []Value) []Value { return d.forward(param, c, in) }

// Backward says the gradients of the inputs; it must not be called when HasGrad is false.
func (d *Def) Backward(param any, c *Ctx, dout []Value) []Value { return d.backward(param, c, dout) }

// Nearest gives up to n of the candidates that resemble name most, for messages.
func Nearest(name string, candidates []string, n int) []string {
	type scored struct {
		s string
		d int
	}
	var list []scored
	for _, c := range candidates {
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if d <= 2+len(name)/3 {
			list = append(list, scored{c, d})
		}
	}
	slices.SortFunc(list, func(a, b scored) int {
		if a.d != b.d {
			return a.d - b.d
		}
		return strings.Compare(a.s, b.s)
	})
	var out []string
	for i := 0; i < len(list) && i < n; i++ {
		out = append(out, list[i].s)
	}
	return out
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}
