// Package expr holds the small expressions that Map calls carry: elementwise functions of a few inputs, written as text,
// differentiated by a table of rules, and run by backends in loops of their own.
//
//	relu  := expr.MustParse("x -> max(x, 0)")
//	sgd   := expr.MustParse("w g m lr mom -> v = mom*m - lr*g; w + v, v") // two outputs
//
// An expression is a list of nodes in which operands precede their users; equal subexpressions exist once. Comparisons
// give 0 or 1. The grammar, loosest first: c ? a : b, || &&, comparisons, + -, * /, unary -, calls, numbers, names.
package expr
