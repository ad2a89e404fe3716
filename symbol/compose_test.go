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

// TestComposingLikeMXNets: answers of MXNet 1.9.1, or that it refuses.
func TestComposingLikeMXNets(t *testing.T) {
	type replace = map[string]*symbol.Symbol
	x, mm := symbol.Variable("x"), symbol.Variable("mm")
	relu := symbol.Activation(symbol.FullyConnected(symbol.Variable("data"), 4, with.Name("f1")), with.ActRelu, with.Name("r"))
	fc := symbol.FullyConnected(symbol.Variable("data2"), 3, with.Name("f2"))
	bn := symbol.BatchNorm(x, with.Name("bn"), symbol.Input("moving_mean", mm))
	split := symbol.SliceChannel(relu, 2, with.Name("s"))
	group := symbol.Group(relu, symbol.Group(x, fc), relu)
	for name, c := range map[string]struct {
		s               *symbol.Symbol
		args, outs, aux []string
	}{
		"a weight":              {fc.Compose(replace{"f2_weight": mm}), []string{"data2", "mm", "f2_bias"}, []string{"f2_output"}, nil},
		"an input":              {fc.Compose(replace{"data2": relu}), []string{"data", "f1_weight", "f1_bias", "f2_weight", "f2_bias"}, []string{"f2_output"}, nil},
		"used twice":            {symbol.Mul(x, x).Compose(replace{"x": relu}), []string{"data", "f1_weight", "f1_bias"}, []string{"_mul0_output"}, nil},
		"by another's name":     {symbol.Add(x, symbol.Variable("y")).Compose(replace{"x": symbol.Variable("y")}), []string{"y", "y"}, []string{"_plus0_output"}, nil},
		"a state":               {symbol.BatchNorm(x, with.Name("bn")).Compose(replace{"bn_moving_mean": mm}), []string{"x", "bn_gamma", "bn_beta"}, []string{"bn_output"}, []string{"mm", "bn_moving_var"}},
		"a group":               {group, []string{"data", "f1_weight", "f1_bias", "x", "data2", "f2_weight", "f2_bias"}, []string{"r_output", "x", "f2_output", "r_output"}, nil},
		"children":              {group.GetChildren(), []string{"data", "f1_weight", "f1_bias", "data2", "f2_weight", "f2_bias"}, []string{"f1_output", "data2", "f2_weight", "f2_bias"}, nil},
		"internals twice":       {relu.GetInternals().GetInternals(), []string{"data", "f1_weight", "f1_bias"}, []string{"data", "f1_weight", "f1_bias", "f1_output", "r_output"}, nil},
		"one of two outputs":    {split.Output(1), []string{"data", "f1_weight", "f1_bias"}, []string{"s_output1"}, nil},
		"children of it":        {split.Output(1).GetChildren(), []string{"data", "f1_weight", "f1_bias"}, []string{"r_output"}, nil},
		"a state is a head":     {symbol.Group(bn, mm), []string{"x", "bn_gamma", "bn_beta"}, []string{"bn_output", "mm"}, []string{"mm", "bn_moving_var"}},
		"one name for two":      {symbol.FullyConnected(symbol.FullyConnected(x, 3, with.Name("z")), 3, with.Name("z")), []string{"x", "z_weight", "z_bias", "z_weight", "z_bias"}, []string{"z_output"}, nil},
		"a variable of a Group": {group.OutputNamed("x"), []string{"x"}, []string{"x"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.s.Err())
			assert.Equal(t, c.args, c.s.ListArguments())
			assert.Equal(t, c.outs, c.s.ListOutputs())
			assert.Equal(t, c.aux, c.s.ListAuxiliaryStates())
		})
	}
	for text, s := range map[string]*symbol.Symbol{
		"it has 2 outputs": fc.Compose(replace{"data2": split}), "pick one with Output": symbol.Activation(split, with.ActRelu),
		`two outputs are called "r_output"`: group.OutputNamed("r_output"), `no output "nobody"`: group.OutputNamed("nobody"),
		"no output 9 of 4": group.Output(9), `no input "bias"`: symbol.FullyConnected(x, 3, with.NoBias(true), symbol.Input("bias", mm)),
	} {
		assert.ErrorContains(t, s.Err(), text)
	}
	assert.Equal(t, "s", split.Output(1).Name())
	assert.Empty(t, group.Name())
	assert.Nil(t, x.GetChildren())
}

// TestNamesOfArithmetic: automatic names of what Python writes with operators.
func TestNamesOfArithmetic(t *testing.T) {
	x := symbol.Variable("x")
	for name, s := range map[string]*symbol.Symbol{
		"_greater0": symbol.Greater(x, x), "_greater_scalar0": symbol.GreaterScalar(x, 2), "_modscalar0": symbol.ModScalar(x, 2),
		"_plusscalar0": symbol.AddScalar(x, 2), "_rminusscalar0": symbol.RSubScalar(2, x), "_rpowerscalar0": symbol.RpowerScalar(x, 2),
		"_maximumscalar0": symbol.MaximumScalar(x, 2), "_hypot0": symbol.Hypot(x, x), "_hypotscalar0": symbol.HypotScalar(x, 2),
		"abs0": symbol.Abs(x), "_maximum0": symbol.Maximum(x, x),
	} {
		assert.Equal(t, name, s.Name())
	}
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
