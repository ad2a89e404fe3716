package symbol_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func mlp() *symbol.Symbol {
	x := symbol.FullyConnected(symbol.Variable("data"), 8, with.Name("fc1"))
	x = symbol.Activation(x, with.ActRelu)
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 3), with.Name("softmax"))
}

func TestNames(t *testing.T) {
	for range 2 { // building twice gives the same names twice
		s := mlp()
		assert.Equal(t, []string{"data", "fc1_weight", "fc1_bias", "fullyconnected0_weight", "fullyconnected0_bias", "softmax_label"}, s.ListArguments())
		assert.Equal(t, []string{"softmax_output"}, s.ListOutputs())
		assert.Equal(t, []string{"softmax_label"}, s.ListLabels())
	}
	x := symbol.Variable("x")
	y := symbol.AddScalar(symbol.Neg(symbol.Add(x, symbol.MulScalar(x, 2))), 1)
	assert.Equal(t, []string{"x", "_mulscalar0_output", "_plus0_output", "_mulscalar1_output", "_plusscalar0_output"}, y.GetInternals().ListOutputs())
}

func TestANameThatIsTakenIsPassedOver(t *testing.T) {
	a := symbol.FullyConnected(symbol.Variable("data"), 4, with.Name("fullyconnected0"))
	b := symbol.FullyConnected(a, 4)
	assert.Equal(t, []string{"fullyconnected1_output"}, b.ListOutputs())
}

func TestNamedInputsAndSharedWeights(t *testing.T) {
	w := symbol.Variable("w")
	a := symbol.FullyConnected(symbol.Variable("data"), 4, symbol.Input("weight", w), with.Name("a"))
	b := symbol.FullyConnected(a, 4, symbol.Input("weight", w), with.Name("b"), with.NoBias(true))
	assert.Equal(t, []string{"data", "w", "a_bias"}, b.ListArguments())
}

func TestCompose(t *testing.T) {
	net := symbol.FullyConnected(symbol.Variable("in"), 2, with.Name("fc"))
	joined := net.Compose(map[string]*symbol.Symbol{"in": symbol.Tanh(symbol.Variable("x"))})
	assert.Equal(t, []string{"x", "fc_weight", "fc_bias"}, joined.ListArguments())
	assert.Equal(t, []string{"in", "fc_weight", "fc_bias"}, net.ListArguments(), "the original stays")
	assert.ErrorContains(t, net.Compose(map[string]*symbol.Symbol{"out": symbol.Variable("x")}).Err(), `no variable "out"`)
}

func TestMistakesTravelToTheEnd(t *testing.T) {
	bad := symbol.Convolution(symbol.Variable("data"), 0, with.Kernel(3, 3), with.Name("conv"))
	net := symbol.SoftmaxOutput(symbol.Flatten(bad))
	assert.ErrorContains(t, net.Err(), `Convolution "conv"`)
	assert.ErrorContains(t, net.Err(), "num_filter is 0")
	_, err := net.InferShape(nil)
	assert.Error(t, err)
	_, err = net.ToJSON()
	assert.Error(t, err)
	assert.ErrorContains(t, symbol.Flatten(nil).Err(), "nil")
	assert.ErrorContains(t, symbol.Group().Err(), "nothing")
	assert.ErrorContains(t, symbol.Convolution(symbol.Variable("data"), 4).Err(), "kernel is required")
}

func TestAttributes(t *testing.T) {
	v := symbol.Variable("w", symbol.LRMult(0.5), symbol.Shape(2, 3), symbol.DType(backend.Float64))
	lr, ok := v.Attr("lr_mult")
	assert.True(t, ok)
	assert.Equal(t, "0.5", lr)
	assert.Equal(t, map[string]string{"__lr_mult__": "0.5", "lr_mult": "0.5", "__shape__": "(2, 3)", "__dtype__": "1"}, v.AttrDict()["w"])
	fc := symbol.FullyConnected(v, 4, with.Name("fc"), with.Attr("__wd_mult__", "2"))
	assert.Equal(t, "2", fc.AttrDict()["fc_weight"]["__wd_mult__"], "variables made for an operator inherit its attributes")
	assert.ErrorContains(t, symbol.FullyConnected(v, 4, with.Attr("mood", "good")).Err(), `no parameter "mood"`)
}

func TestInferShape(t *testing.T) {
	sh, err := mlp().InferShape(map[string]backend.Shape{"data": {16, 5}})
	require.NoError(t, err)
	assert.Equal(t, []backend.Shape{{16, 5}, {8, 5}, {8}, {3, 8}, {3}, {16}}, sh.Args)
	assert.Equal(t, []backend.Shape{{16, 3}}, sh.Outs)

	_, err = mlp().InferShape(map[string]backend.Shape{"data": {16, 5}, "fc1_weight": {8, 6}})
	assert.EqualError(t, err, `symbol: FullyConnected "fc1": weight is (8,6), want (8,5): data is (16,5)`)
	_, err = mlp().InferShape(map[string]backend.Shape{"dota": {16, 5}})
	assert.ErrorContains(t, err, `"dota", which is not an argument`)
	_, err = mlp().InferShape(nil)
	assert.ErrorContains(t, err, "give the shapes of more")

	partial, err := mlp().InferShapePartial(map[string]backend.Shape{"data": {0, 5}})
	require.NoError(t, err)
	assert.Equal(t, backend.Shape{0, 3}, partial.Outs[0])
	assert.Equal(t, backend.Shape{8, 5}, partial.Args[1])

	_, err = symbol.Variable("x", symbol.Shape(1<<30, 1<<30)).InferShape(nil)
	assert.NoError(t, err, "a variable alone asks for no memory")
}

func TestInferType(t *testing.T) {
	types, err := mlp().InferType(map[string]backend.DType{"data": backend.Float64})
	require.NoError(t, err)
	assert.Equal(t, backend.Float64, types.Args[1])
	assert.Equal(t, backend.Float64, types.Outs[0])
	types, err = mlp().InferType(nil)
	require.NoError(t, err)
	assert.Equal(t, backend.Float32, types.Outs[0])
}

func ExampleSymbol_GetInternals() {
	net := mlp()
	features := net.GetInternals().OutputNamed("activation0_output")
	fmt.Println(features.ListArguments())
	// Output: [data fc1_weight fc1_bias]
}

// TestAutomaticWeights: a variadic operator may name its inputs, and operators say how variables made for them begin.
func TestAutomaticWeights(t *testing.T) {
	data := symbol.Variable("data")
	up := symbol.UpSampling([]*symbol.Symbol{data}, 2, with.UpSamplingBilinear, with.NumFilter(3), with.Name("up"))
	require.NoError(t, up.Err())
	assert.Equal(t, []string{"data", "up_weight"}, up.ListArguments())
	assert.Equal(t, `["bilinear", {}]`, up.AttrDict()["up_weight"]["__init__"])
	nearest := symbol.UpSampling([]*symbol.Symbol{data, symbol.Variable("b")}, 2, with.UpSamplingNearest)
	assert.Equal(t, []string{"data", "b"}, nearest.ListArguments())
	slopes := symbol.LeakyReLU(data, with.LeakyPrelu, with.Name("act"))
	assert.Equal(t, `["Constant", {"value": 0.25}]`, slopes.AttrDict()["act_gamma"]["__init__"])
	assert.Equal(t, "linalg_gemm20_output", symbol.LinalgGemm2(data, data).ListOutputs()[0])
}
