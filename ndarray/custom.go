package ndarray

import "github.com/gomx-org/gomx/with"

// Custom computes an operator of one's own, which op.RegisterCustom named opType: MXNet's Custom with op_type. inputs are
// its arguments, then its states, which it may change. Its parameters are given by with.Keyword.
func Custom(opType string, inputs []*NDArray, opts ...with.CustomOption) []*NDArray {
	s := with.Gather(opts)
	s.Param("op_type", opType)
	return invoke("Custom", inputs, s)
}
