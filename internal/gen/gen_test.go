package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/op"
)

// TestFresh holds the committed files to what the generator writes.
func TestFresh(t *testing.T) { assert.NoError(t, run(true)) }

func TestNames(t *testing.T) {
	names, err := goNames(op.All())
	require.NoError(t, err)
	got := map[string]string{}
	for d, n := range names {
		got[d.Name] = n
	}
	for mxnet, want := range map[string]string{
		"FullyConnected": "FullyConnected", "elemwise_add": "ElemwiseAdd", "_plus_scalar": "PlusScalar", "_maximum": "Maximum", "max": "Max",
		"softmax": "Softmax", "SoftmaxOutput": "SoftmaxOutput", "MakeLoss": "MakeLoss", "make_loss": "MakeLossFunc", "LRN": "LRN", "_copy": "Copy",
	} {
		assert.Equal(t, want, got[mxnet])
	}
	for name, want := range map[string]string{"num_hidden": "numHidden", "a_min": "aMin", "data": "data", "dtype": "dtype", "range": "range_"} {
		assert.Equal(t, want, lowerCamel(name))
	}
}

func text(t *testing.T, name string) string {
	files, err := generate(op.All(), nil)
	require.NoError(t, err)
	for _, f := range files {
		if f.name == name {
			return string(f.text)
		}
	}
	t.Fatal("no file " + name)
	return ""
}

// TestOptions looks at one option of each kind.
func TestOptions(t *testing.T) {
	src := text(t, "with/with_gen.go")
	for _, want := range []string{
		"func Kernel(v ...int) KernelArg { return KernelArg{v} }",
		"func (KernelArg) forConvolution() {}", "func (KernelArg) forPooling()",
		"func (o KernelArg) Apply(s *Settings) { s.Ints(\"kernel\", o.v) }",
		"func (o AxisArg) Apply(s *Settings) { s.Param(\"axis\", oneOrInts(o.v)) }", // a number for softmax, a tuple for sum
		"PoolMax PoolTypeValue = \"max\"", "ConventionFull ConventionValue = \"full\"",
		"DropoutAlways   DropoutModeValue = \"always\"", // mode has other values elsewhere
		"func (NormalizationValue) forMakeLoss()",       // and the same here
		"func (Any) forConvolution()",
	} {
		assert.True(t, strings.Contains(strings.Join(strings.Fields(src), " "), strings.Join(strings.Fields(want), " ")), want)
	}
	for _, not := range []string{"func (KernelArg) forFullyConnected()", "func NumHidden("} { // positional is no option
		assert.False(t, strings.Contains(src, not), not)
	}
}

func TestConstructors(t *testing.T) {
	src := text(t, "symbol/ops_gen.go")
	for _, want := range []string{
		"func Convolution(data *Symbol, numFilter int, opts ...with.ConvolutionOption) *Symbol {",
		"func Concat(args []*Symbol, opts ...with.ConcatOption) *Symbol {",
		"func SoftmaxOutput(data *Symbol, opts ...with.SoftmaxOutputOption) *Symbol {",
		"func Activation(data *Symbol, actType with.ActivationActTypeValue, opts ...with.ActivationOption) *Symbol {",
		"func Cast(data *Symbol, dtype backend.DType, opts ...with.CastOption) *Symbol {",
		"return apply(\"fullyconnected\", \"FullyConnected\", []*Symbol{data}, s)",
		"return apply(\"linalg_gemm2\", \"_linalg_gemm2\", []*Symbol{a, b}, s)", // as Python calls it
	} {
		assert.True(t, strings.Contains(src, want), want)
	}
	src = text(t, "ndarray/ops_gen.go")
	for _, want := range []string{
		"func FullyConnected(data, weight, bias *NDArray, numHidden int, opts ...with.FullyConnectedOption) *NDArray {",
		"func BatchNorm(data, gamma, beta, movingMean, movingVar *NDArray, opts ...with.BatchNormOption) *NDArray {",
		"func SliceChannel(data *NDArray, numOutputs int, opts ...with.SliceChannelOption) []*NDArray {",
	} {
		assert.True(t, strings.Contains(src, want), want)
	}
}

func TestBackends(t *testing.T) {
	said := readBackends("exp\tcpu:\tcuda:\nsort\tcpu:Map,Sort\tcuda:\nrnn\tcpu:\tcuda:Random\n")
	assert.Equal(t, map[string]string{
		"exp":  "Backends: ref, cpu, cuda.\n\n",
		"sort": "Backends: ref, cpu (Map, Sort), cuda.\n\n",
		"rnn":  "Backends: ref, cpu; not cuda, for want of Random.\n\n",
	}, said)
}
