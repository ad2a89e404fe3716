package symbol_test

import (
	"fmt"

	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// Two towers of the same layers, told apart by their prefixes.
func ExamplePrefix() {
	tower := func(names *symbol.NameManager) *symbol.Symbol {
		x := symbol.FullyConnected(symbol.Variable("data"), 8, with.Name("fc"), names)
		return symbol.Activation(x, with.ActRelu, names)
	}
	fmt.Println(tower(symbol.Prefix("left_")).GetInternals().ListOutputs())
	fmt.Println(tower(symbol.Prefix("right_")).ListArguments())
	// Output:
	// [data left_fc_weight left_fc_bias left_fc_output left_activation0_output]
	// [data right_fc_weight right_fc_bias]
}

// Layers learnt before learn slowly.
func ExampleAttrScope() {
	slow := symbol.NewAttrScope(map[string]string{"lr_mult": "0.1"})
	x := symbol.FullyConnected(symbol.Variable("data"), 8, with.Name("fc1"), slow)
	x = symbol.FullyConnected(x, 2, with.Name("fc2"))
	fmt.Println(x.AttrDict()["fc1_weight"]["__lr_mult__"], x.AttrDict()["fc2_weight"]["__lr_mult__"] == "")
	// Output: 0.1 true
}
