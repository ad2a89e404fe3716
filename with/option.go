// Package with holds the keyword arguments of operators. with.Kernel(5, 5) fits every operator that has a parameter kernel
// and no other: the compiler checks it. Options and their interfaces are generated from the parameter structs of package
// op; this file holds what they share.
package with

//go:generate go run ../internal/gen

// Option sets something about one use of an operator.
type Option interface{ Apply(*Settings) }

// Settings is what the options of one use add up to.
type Settings struct {
	Name   string            // of the node; empty for an automatic one
	Params map[string]string // parameters by MXNet's name, in the text form of symbol files
	Attrs  map[string]string // further attributes, such as __lr_mult__
	Inputs []NamedInput      // inputs given by name
}

// NamedInput is an input given by its name; Value is a *symbol.Symbol or *ndarray.NDArray.
type NamedInput struct {
	Name  string
	Value any
}

// Gather adds up options.
func Gather[O Option](options []O) *Settings {
	s := &Settings{}
	for _, o := range options {
		o.Apply(s)
	}
	return s
}

// Param sets the parameter name to text; generated options and constructors use it.
func (s *Settings) Param(name, text string) {
	if s.Params == nil {
		s.Params = map[string]string{}
	}
	s.Params[name] = text
}

// Common is an option that fits every operator.
type Common struct {
	Any
	apply func(*Settings)
}

// Apply does what the option says.
func (c Common) Apply(s *Settings) { c.apply(s) }

// Name names the node; without it the name is made of the operator's name and a number.
func Name(name string) Common {
	return Common{apply: func(s *Settings) { s.Name = name }}
}

// Attr sets an attribute of the node, such as __lr_mult__ or __ctx_group__. Names other than __x__ are refused by MXNet.
func Attr(key, value string) Common {
	return Common{apply: func(s *Settings) {
		if s.Attrs == nil {
			s.Attrs = map[string]string{}
		}
		s.Attrs[key] = value
	}}
}
