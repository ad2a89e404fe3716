package symbol

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

var errNil = errors.New("symbol: the Symbol is nil")

func one(n *node) *Symbol { return &Symbol{outs: []entry{{n, 0}}} }

// Group puts the outputs of several Symbols into one.
func Group(symbols ...*Symbol) *Symbol {
	g := &Symbol{}
	for _, s := range symbols {
		if err := s.Err(); err != nil {
			return failed(err)
		}
		g.outs = append(g.outs, s.outs...)
	}
	if len(g.outs) == 0 {
		return failed(errors.New("symbol: Group of nothing"))
	}
	return g
}

// InputOption gives an operator one of its inputs by name; it fits every operator. See Input.
type InputOption struct {
	with.Any
	name string
	s    *Symbol
}

// Apply does what the option says.
func (o InputOption) Apply(s *with.Settings) {
	s.Inputs = append(s.Inputs, with.NamedInput{Name: o.name, Value: o.s})
}

// Input gives an operator one of its inputs by name, such as a shared weight or a label of one's own:
//
//	symbol.FullyConnected(x, 10, symbol.Input("weight", w))
func Input(name string, s *Symbol) InputOption { return InputOption{name: name, s: s} }

// Apply uses an operator that has no constructor here, or one from another module: param is a pointer to its parameter
// struct, or nil where options say them all; inputs stand in the order of its arguments; missing ones become variables.
func Apply(opName string, param any, inputs []*Symbol, options ...with.Option) *Symbol {
	d, err := op.Lookup(opName)
	if err != nil {
		return failed(err)
	}
	s := with.Gather(options)
	for k, v := range d.Params.Attrs(param) {
		s.Param(k, v)
	}
	return apply(strings.ToLower(opName), opName, inputs, s)
}

// apply uses the operator opName: inputs stand for its first arguments, settings may name more, and those still missing
// become variables. hint is what an automatic name begins with.
func apply(hint, opName string, inputs []*Symbol, s *with.Settings) *Symbol {
	d, err := op.Lookup(opName)
	if err != nil {
		return failed(err)
	}
	who := fmt.Sprintf("symbol: %s", d.Name)
	if s.Name != "" {
		who += fmt.Sprintf(" %q", s.Name)
	}
	attrs, err := nodeAttrs(s)
	if err != nil {
		return failed(fmt.Errorf("%s: %w", who, err))
	}
	if d.Variadic {
		attrs["num_args"] = fmt.Sprint(len(inputs))
	}
	param, err := d.ParseParams(attrs, 0)
	if err != nil {
		return failed(fmt.Errorf("%s: %w", who, err))
	}
	n := newNode(node{op: d, param: param, attrs: attrs, hint: hint, name: s.Name})
	if s.Rename != nil {
		n.name = s.Rename(s.Name, hint)
	}
	args, aux := d.Args(param), d.Aux(param)
	n.numArg = len(args)
	given, err := bindInputs(args, aux, inputs, s.Inputs)
	if err != nil {
		return failed(fmt.Errorf("%s: %w", who, err))
	}
	for i, name := range append(slices.Clone(args), aux...) {
		in := given[i]
		if in == (entry{}) {
			in = entry{n.autoVariable(name, i >= len(args)), 0}
		}
		if i >= len(args) {
			n.addState(in)
		} else {
			n.inputs = append(n.inputs, in)
		}
	}
	out := &Symbol{}
	for i := range n.visible() {
		out.outs = append(out.outs, entry{n, i})
	}
	return out
}

// bindInputs puts the inputs given by position and by name where they belong.
func bindInputs(args, aux []string, inputs []*Symbol, byName []with.NamedInput) ([]entry, error) {
	given := make([]entry, len(args)+len(aux))
	if len(inputs) > len(args) {
		return nil, fmt.Errorf("%d inputs given, it takes %s", len(inputs), strings.Join(args, ", "))
	}
	put := func(i int, name string, s *Symbol) error {
		if err := s.Err(); err != nil {
			return fmt.Errorf("input %s: %w", name, err)
		}
		if len(s.outs) != 1 {
			return fmt.Errorf("input %s has %d outputs, pick one with Output", name, len(s.outs))
		}
		if given[i] != (entry{}) {
			return fmt.Errorf("input %s is given twice", name)
		}
		given[i] = s.outs[0]
		return nil
	}
	for i, s := range inputs {
		if err := put(i, args[i], s); err != nil {
			return nil, err
		}
	}
	all := append(slices.Clone(args), aux...)
	for _, in := range byName {
		i := slices.Index(all, in.Name)
		if i < 0 {
			return nil, fmt.Errorf("no input %q; it has %s", in.Name, strings.Join(all, ", "))
		}
		s, ok := in.Value.(*Symbol)
		if !ok {
			return nil, fmt.Errorf("input %s is a %T, want a *symbol.Symbol", in.Name, in.Value)
		}
		if err := put(i, in.Name, s); err != nil {
			return nil, err
		}
	}
	return given, nil
}

// defaultInit is the __init__ attribute that MXNet gives the auxiliary variables it makes.
var defaultInit = map[string]string{
	"moving_mean": `["zero", {}]`,
	"moving_var":  `["one", {}]`,
}

// autoVariable makes the variable for a missing input. It inherits the attributes of its operator, as in MXNet.
func (n *node) autoVariable(arg string, aux bool) *node {
	attrs := maps.Clone(n.attrs)
	if init, ok := defaultInit[arg]; ok && aux {
		attrs["__init__"] = init
	}
	if init, ok := n.op.Init[arg]; ok {
		attrs["__init__"] = init
	}
	return newNode(node{attrs: attrs, of: n, arg: arg})
}

// NumOutputs is the number of outputs.
func (s *Symbol) NumOutputs() int { return len(s.outs) }

// Output picks one output by position, counting from the end when negative.
func (s *Symbol) Output(i int) *Symbol {
	if err := s.Err(); err != nil {
		return failed(err)
	}
	at := i
	if at < 0 {
		at += len(s.outs)
	}
	if at < 0 || at >= len(s.outs) {
		return failed(fmt.Errorf("symbol: no output %d of %d", i, len(s.outs)))
	}
	return &Symbol{outs: []entry{s.outs[at]}}
}

// OutputNamed picks one output by name, such as fc1_output.
func (s *Symbol) OutputNamed(name string) *Symbol {
	if err := s.Err(); err != nil {
		return failed(err)
	}
	names := s.ListOutputs()
	i := slices.Index(names, name)
	if i < 0 {
		return failed(fmt.Errorf("symbol: no output %q; the nearest are %s", name, strings.Join(op.Nearest(name, names, 3), ", ")))
	}
	if slices.Contains(names[i+1:], name) {
		return failed(fmt.Errorf("symbol: two outputs are called %q", name))
	}
	return s.Output(i)
}

// Compose is a copy of s in which the variables named are replaced by other Symbols.
func (s *Symbol) Compose(replace map[string]*Symbol) *Symbol {
	if err := s.Err(); err != nil {
		return failed(err)
	}
	order := s.named()
	left := maps.Clone(replace)
	to := map[*node]entry{}
	for _, n := range order {
		if n.op == nil {
			if r, ok := replace[n.name]; ok {
				if err := r.Err(); err != nil {
					return failed(fmt.Errorf("symbol: compose %q: %w", n.name, err))
				}
				if len(r.outs) != 1 {
					return failed(fmt.Errorf("symbol: compose %q: it has %d outputs, pick one with Output", n.name, len(r.outs)))
				}
				to[n] = r.outs[0]
				delete(left, n.name)
			} else {
				to[n] = entry{n, 0}
			}
			continue
		}
		c := *n
		c.inputs = make([]entry, len(n.inputs))
		for i, in := range n.inputs {
			c.inputs[i] = moved(to[in.node], in)
		}
		to[n] = entry{&c, 0}
	}
	for name := range left {
		return failed(fmt.Errorf("symbol: compose: no variable %q; there are %s", name, strings.Join(s.ListInputs(), ", ")))
	}
	out := &Symbol{}
	for _, o := range s.outs {
		out.outs = append(out.outs, moved(to[o.node], o))
	}
	return out
}

func moved(to, was entry) entry {
	if to.node.op == nil || was.node.op == nil {
		return to // a variable's replacement brings its own output
	}
	return entry{to.node, was.index}
}
