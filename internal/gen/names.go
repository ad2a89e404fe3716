package main

import (
	"fmt"
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gomx-org/gomx/op"
)

// goNames gives each operator its name in Go, by MXNet's: leading underscores go, snake_case becomes CamelCase, capitals
// stay: elemwise_add is ElemwiseAdd, _plus_scalar PlusScalar. So goes the mark of MXNet's NumPy operators. Where a layer and a function differ in capitals only, as
// MakeLoss and make_loss do, the layer keeps the name and the function ends in Func.
func goNames(ops []*op.Def) (map[*op.Def]string, error) {
	names := map[*op.Def]string{}
	taken := map[string]*op.Def{}
	for _, lower := range []bool{false, true} {
		for _, d := range ops {
			if strings.ToLower(d.Name) == d.Name != lower {
				continue
			}
			name := camel(strings.TrimPrefix(d.Name, "_np"))
			if taken[name] != nil {
				name += "Func"
			}
			if other := taken[name]; other != nil {
				return nil, fmt.Errorf("operators %s and %s are both %s in Go", other.Name, d.Name, name)
			}
			taken[name] = d
			names[d] = name
		}
	}
	return names, nil
}

// byHand names the functions that a package writes itself. In arith.go, those of arrays take shapes that broadcast and run
// faster, those of symbols have MXNet's automatic names; the inputs of Custom are whatever its operator says.
var byHand = map[string][]string{
	"symbol": {"Custom", "Maximum", "Minimum", "MulScalar", "DivScalar"},
	"ndarray": {
		"Custom", "Zeros", "Ones", "Full", "Arange", "Linspace", "Eye", "FillElement0index",
		"Mod", "Maximum", "Minimum", "Hypot", "Equal", "NotEqual", "Greater", "GreaterEqual", "Lesser", "LesserEqual",
		"LogicalAnd", "LogicalOr", "LogicalXor", "MulScalar", "DivScalar", "ModScalar", "MaximumScalar", "MinimumScalar",
		"HypotScalar", "EqualScalar", "NotEqualScalar", "GreaterScalar", "GreaterEqualScalar", "LesserScalar",
		"LesserEqualScalar", "LogicalAndScalar", "LogicalOrScalar", "LogicalXorScalar",
	},
}

func camel(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "_") {
		r, n := utf8.DecodeRuneInString(part)
		if n > 0 {
			b.WriteRune(unicode.ToUpper(r))
			b.WriteString(part[n:])
		}
	}
	return b.String()
}

// lowerCamel names a Go parameter: num_hidden is numHidden.
func lowerCamel(name string) string {
	first, rest, _ := strings.Cut(name, "_")
	name = strings.ToLower(first) + camel(rest)
	if token.IsKeyword(name) {
		name += "_"
	}
	return name
}

// automatic reports whether an input beside the first one, data, is usually left to become a variable by itself, so that
// symbols' constructors leave it out.
func automatic(first, arg string) bool {
	if first != "data" {
		return false
	}
	switch arg {
	case "weight", "bias", "gamma", "beta", "label":
		return true
	}
	return strings.HasPrefix(arg, "moving_")
}
