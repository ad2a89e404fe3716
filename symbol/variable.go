package symbol

import (
	"errors"
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// VariableOption sets something about a Variable: an attribute, or an AttrScope.
type VariableOption interface{ setVariable(*variableSettings) }

type variableSettings struct{ attrs, scope map[string]string }

type variableAttr struct{ key, value string }

func (a variableAttr) setVariable(s *variableSettings) { s.attrs[a.key] = a.value }

// Shape gives the variable's shape; 0 is a dimension that inference may find.
func Shape(dims ...int) VariableOption { return Attr("__shape__", op.FormatParam(dims)) }

// DType gives the variable's element type.
func DType(t backend.DType) VariableOption { return Attr("__dtype__", fmt.Sprint(uint8(t))) }

// LRMult scales the learning rate of the variable.
func LRMult(v float64) VariableOption { return Attr("__lr_mult__", op.FormatParam(v)) }

// WDMult scales the weight decay of the variable.
func WDMult(v float64) VariableOption { return Attr("__wd_mult__", op.FormatParam(v)) }

// Init names the initializer of the variable in the form that initializers write, such as ["xavier", {"magnitude": 3}].
func Init(text string) VariableOption { return Attr("__init__", text) }

// Attr sets an attribute.
func Attr(key, value string) VariableOption { return variableAttr{key, value} }

// Variable is an input of the graph: data, a label or a parameter.
func Variable(name string, options ...VariableOption) *Symbol {
	if name == "" {
		return failed(errors.New("symbol: a variable needs a name"))
	}
	s := variableSettings{attrs: map[string]string{}, scope: map[string]string{}}
	for _, o := range options {
		o.setVariable(&s)
	}
	attrs, err := mergeAttrs(s.scope, s.attrs)
	if err != nil {
		return failed(fmt.Errorf("symbol: variable %q: %w", name, err))
	}
	return one(newNode(node{name: name, attrs: attrs}))
}
