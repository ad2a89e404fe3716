// Package with holds the keyword arguments of operators. with.Kernel(5, 5) fits every operator that has a parameter kernel
// and no other: the compiler checks it. Options and their interfaces are generated from the parameter structs of package
// op; this file holds what they share.
package with

import (
	"github.com/gomx-org/gomx/internal/pytext"
	"github.com/gomx-org/gomx/op"
)

//go:generate go run ../internal/gen

// None is a bound left out, as in symbol.SliceAxis(x, 1, 0, with.None).
const None = pytext.None

// Option sets something about one use of an operator. Each operator has an interface of its own, such as
// ConvolutionOption, which the options that fit it implement.
type Option interface{ Apply(*Settings) }

// Settings is what the options of one use add up to.
type Settings struct {
	Name   string            // of the node; empty for an automatic one
	Params map[string]string // parameters by MXNet's name, in the text form of symbol files
	Attrs  map[string]string // further attributes, such as __lr_mult__
	Scope  map[string]string // attributes of a scope, which Attrs wins over
	Inputs []NamedInput      // inputs given by name
	// Rename gives the node its name, by Name and what automatic names begin with; nil leaves it as it is.
	Rename func(name, hint string) string
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

// Int sets the parameter name to a whole number.
func (s *Settings) Int(name string, v int) { s.Param(name, pytext.Int(v)) }

// Float sets the parameter name to a number.
func (s *Settings) Float(name string, v float64) { s.Param(name, pytext.Float(v)) }

// Bool sets the parameter name to True or False.
func (s *Settings) Bool(name string, v bool) { s.Param(name, pytext.Bool(v)) }

// Ints sets the parameter name to a tuple of whole numbers.
func (s *Settings) Ints(name string, v []int) { s.Param(name, pytext.Ints(v)) }

// Floats sets the parameter name to a tuple of numbers.
func (s *Settings) Floats(name string, v []float64) { s.Param(name, pytext.Floats(v)) }

// oneOrInts is a bare number when there is one, as parameters want it that are a number or a tuple.
func oneOrInts(v []int) string {
	if len(v) == 1 {
		return pytext.Int(v[0])
	}
	return pytext.Ints(v)
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

// Attr sets an attribute of the node, such as __lr_mult__ or __ctx_group__; those that MXNet knows, lr_mult say, get their
// underscores by themselves. Other names than __x__ are parameters of the operator.
func Attr(key, value string) Common {
	return Common{apply: func(s *Settings) {
		if s.Attrs == nil {
			s.Attrs = map[string]string{}
		}
		s.Attrs[key] = value
	}}
}

// KeywordArg is what Keyword returns.
type KeywordArg struct {
	name string
	v    any
}

// Keyword hands an operator of one's own (Custom) a parameter, in the text form that symbol files have: 0.5, True, (3, 3).
func Keyword(name string, v any) KeywordArg { return KeywordArg{name, v} }

// Apply sets the parameter.
func (o KeywordArg) Apply(s *Settings) { s.Param(o.name, op.FormatParam(o.v)) }

func (KeywordArg) forCustom() {}
