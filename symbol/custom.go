package symbol

import "github.com/gomx-org/gomx/with"

// Custom uses an operator of one's own, which op.RegisterCustom named opType: MXNet's Custom with op_type. inputs stand for
// its first arguments, and those still missing become variables. Its parameters are given by with.Keyword.
//
//	symbol.Custom("softmax", []*symbol.Symbol{scores}, with.Keyword("grad_scale", 2), with.Name("softmax"))
func Custom(opType string, inputs []*Symbol, opts ...with.CustomOption) *Symbol {
	s := with.Gather(opts)
	s.Param("op_type", opType)
	return apply("custom", "Custom", inputs, s)
}
