package op_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/op"
)

// operators of MXNet 0.12, without contrib, linear algebra and internal ones. Recurrent networks and sparse storage come
// later: RNN, cast_storage, _sparse_retain.
const operators = `
	Activation BatchNorm BatchNorm_v1 BilinearSampler BlockGrad Cast Concat Convolution Convolution_v1 Correlation Crop
	Custom Deconvolution Dropout Embedding Flatten FullyConnected GridGenerator IdentityAttachKLSparseReg InstanceNorm
	L2Normalization LRN LeakyReLU LinearRegressionOutput LogisticRegressionOutput MAERegressionOutput MakeLoss Pad Pooling
	Pooling_v1 ROIPooling Reshape SVMOutput SequenceLast SequenceMask SequenceReverse SliceChannel Softmax SoftmaxActivation
	SoftmaxOutput SpatialTransformer SwapAxis UpSampling _CrossDeviceCopy _arange _copy _div_scalar _equal _equal_scalar
	_greater _greater_equal _greater_equal_scalar _greater_scalar _hypot _hypot_scalar _lesser _lesser_equal
	_lesser_equal_scalar _lesser_scalar _maximum _maximum_scalar _minimum _minimum_scalar _minus_scalar _mod _mod_scalar
	_mul_scalar _not_equal _not_equal_scalar _ones _plus_scalar _power _power_scalar _random_exponential _random_gamma
	_random_generalized_negative_binomial _random_negative_binomial _random_normal _random_poisson _random_uniform
	_rdiv_scalar _rminus_scalar _rmod_scalar _rpower_scalar _sample_exponential _sample_gamma
	_sample_generalized_negative_binomial _sample_multinomial _sample_negative_binomial _sample_normal _sample_poisson
	_sample_uniform _zeros abs adam_update add_n arccos arccosh arcsin arcsinh arctan arctanh argmax argmax_channel argmin
	argsort batch_dot batch_take broadcast_add broadcast_axis broadcast_div broadcast_equal broadcast_greater
	broadcast_greater_equal broadcast_hypot broadcast_lesser broadcast_lesser_equal broadcast_maximum broadcast_minimum
	broadcast_mod broadcast_mul broadcast_not_equal broadcast_power broadcast_sub broadcast_to cbrt ceil
	choose_element_0index clip cos cosh degrees dot elemwise_add elemwise_div elemwise_mul elemwise_sub exp expand_dims
	expm1 fill_element_0index fix floor ftrl_update gamma gammaln gather_nd log log10 log1p log2 log_softmax make_loss max
	mean min mp_sgd_mom_update mp_sgd_update nanprod nansum negative norm one_hot ones_like pick prod radians rcbrt
	reciprocal relu repeat reshape_like reverse rint rmsprop_update rmspropalex_update round rsqrt scatter_nd sgd_mom_update
	sgd_update sigmoid sign sin sinh slice slice_axis smooth_l1 softmax softmax_cross_entropy sort sqrt square stack sum
	take tan tanh tile topk transpose trunc where zeros_like`

// additions are operators of 1.9.1.
const additions = `
	GroupNorm LayerNorm softmin erf erfinv hard_sigmoid softsign moments diag squeeze _split_v2 slice_like broadcast_like
	depth_to_space space_to_depth _linalg_gemm _linalg_gemm2 _linalg_syrk logical_not _logical_and _logical_or _logical_xor
	broadcast_logical_and broadcast_logical_or broadcast_logical_xor _logical_and_scalar _logical_or_scalar
	_logical_xor_scalar shape_array size_array _full _eye _linspace _shuffle _random_randint _random_uniform_like
	_random_normal_like _random_gamma_like _random_exponential_like _random_poisson_like _random_negative_binomial_like
	_random_generalized_negative_binomial_like amp_cast signsgd_update signum_update ftml_update nag_mom_update
	mp_nag_mom_update lamb_update_phase1 lamb_update_phase2 mp_lamb_update_phase1 mp_lamb_update_phase2`

// aliases are other names of operators, those of older versions among them.
var aliases = map[string]string{
	"elemwise_add": "_add _plus _Plus", "elemwise_sub": "_sub _minus _Minus", "elemwise_mul": "_mul _Mul",
	"elemwise_div": "_div _Div", "_power": "_Power", "_maximum": "_Maximum", "_minimum": "_Minimum", "_mod": "_Mod",
	"_hypot": "_Hypot", "_equal": "_Equal", "_not_equal": "_Not_Equal", "_greater": "_Greater",
	"_greater_equal": "_Greater_Equal", "_lesser": "_Lesser", "_lesser_equal": "_Lesser_Equal",
	"_plus_scalar": "_PlusScalar", "_minus_scalar": "_MinusScalar", "_rminus_scalar": "_RMinusScalar",
	"_mul_scalar": "_MulScalar", "_div_scalar": "_DivScalar", "_rdiv_scalar": "_RDivScalar", "_mod_scalar": "_ModScalar",
	"_rmod_scalar": "_RModScalar", "_maximum_scalar": "_MaximumScalar", "_minimum_scalar": "_MinimumScalar",
	"_power_scalar": "_PowerScalar", "_rpower_scalar": "_RPowerScalar", "_hypot_scalar": "_HypotScalar",
	"_equal_scalar": "_EqualScalar", "_not_equal_scalar": "_NotEqualScalar", "_greater_scalar": "_GreaterScalar",
	"_greater_equal_scalar": "_GreaterEqualScalar", "_lesser_scalar": "_LesserScalar",
	"_lesser_equal_scalar": "_LesserEqualScalar", "_logical_and": "_Logical_And", "_logical_or": "_Logical_Or",
	"_logical_xor": "_Logical_Xor", "_logical_and_scalar": "_LogicalAndScalar", "_logical_or_scalar": "_LogicalOrScalar",
	"_logical_xor_scalar": "_LogicalXorScalar", "add_n": "ElementWiseSum", "_copy": "identity", "BlockGrad": "stop_gradient",
	"Cast": "cast", "Reshape": "reshape", "Flatten": "flatten", "Concat": "concat", "SwapAxis": "swapaxes", "Pad": "pad",
	"SliceChannel": "split", "slice": "crop", "reverse": "flip", "sum": "sum_axis", "max": "max_axis", "min": "min_axis",
	"broadcast_axis": "broadcast_axes", "broadcast_add": "broadcast_plus", "broadcast_sub": "broadcast_minus",
	"_random_uniform": "uniform random_uniform", "_random_normal": "normal random_normal", "_random_gamma": "random_gamma",
	"_random_exponential": "random_exponential", "_random_poisson": "random_poisson",
	"_random_negative_binomial":             "random_negative_binomial",
	"_random_generalized_negative_binomial": "random_generalized_negative_binomial", "_random_randint": "random_randint",
	"_sample_uniform": "sample_uniform", "_sample_normal": "sample_normal", "_sample_gamma": "sample_gamma",
	"_sample_exponential": "sample_exponential", "_sample_poisson": "sample_poisson",
	"_sample_negative_binomial":             "sample_negative_binomial",
	"_sample_generalized_negative_binomial": "sample_generalized_negative_binomial", "_sample_multinomial": "sample_multinomial",
	"_shuffle": "shuffle", "_linalg_gemm2": "linalg_gemm2",
}

// TestNames: every operator is there, under all its names, and has the name that files are written with.
func TestNames(t *testing.T) {
	for _, name := range strings.Fields(operators + additions) {
		d, err := op.Lookup(name)
		require.NoError(t, err)
		if name != "Softmax" && name != "choose_element_0index" { // in 1.9.1 names of SoftmaxOutput and pick
			assert.Equal(t, name, d.Name)
		}
	}
	for name, list := range aliases {
		for _, alias := range strings.Fields(list) {
			d, err := op.Lookup(alias)
			require.NoError(t, err)
			assert.Equal(t, name, d.Name, alias)
		}
	}
}
