package op_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomx-org/gomx/op"
)

// row is one use of an operator: parameters as in "kernel=(3, 3); num_filter=4", shapes of its first inputs (the others
// follow), the numbers its inputs hold, and the tolerance of its numeric gradient.
type row struct {
	op     string
	params string
	shapes []op.Shape
	draw   func(*rand.Rand) float64 // default: uniform in (-1, 1)
	tol    float64                  // default 1e-7
	exempt string                   // why the numeric gradient does not apply
	loose  bool                     // an input may have several shapes; the one here is not what inference finds
}

func uniform(lo, hi float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() }
}

// whole draws whole numbers from 0 to n-1.
func whole(n int) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return float64(r.IntN(n)) }
}

// bits are zeros and ones.
var bits = whole(2)

// rowsOf gives rows the name of their operator.
func rowsOf(name string, list ...row) []row {
	for i := range list {
		list[i].op = name
	}
	return list
}

func shapes(s ...op.Shape) []op.Shape { return s }

type s = op.Shape

// rows is the table: an operator without a row fails.
func rows() []row {
	return slices.Concat(elementwiseRows(), layerRows(), tensorRows(), windowRows(), layoutRows(), normRows(), indexRows(), regionRows(), updateRows(), randomRows(), numberRows(), linalgRows(), customRows())
}

func elementwiseRows() []row {
	var list []row
	unary := func(draw func(*rand.Rand) float64, names ...string) {
		for _, n := range names {
			list = append(list, row{op: n, shapes: shapes(s{2, 3}), draw: draw})
		}
	}
	unary(nil, "_copy", "_CrossDeviceCopy", "negative", "abs", "sign", "round", "rint", "fix", "trunc", "ceil", "floor", "square", "exp", "expm1",
		"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arctanh", "degrees", "radians",
		"erf", "erfinv", "relu", "sigmoid", "softsign", "zeros_like", "ones_like")
	unary(uniform(0.2, 3), "sqrt", "rsqrt", "cbrt", "rcbrt", "log", "log2", "log10", "log1p", "reciprocal", "gamma", "gammaln")
	unary(uniform(1.1, 3), "arccosh")
	unary(bits, "logical_not")

	binary := func(draw func(*rand.Rand) float64, elemwise, broadcast, scalar string, reverse ...string) {
		list = append(list,
			row{op: elemwise, shapes: shapes(s{2, 3}), draw: draw},
			row{op: broadcast, shapes: shapes(s{2, 1, 3}, s{4, 1}), draw: draw},
			row{op: broadcast, shapes: shapes(s{3}, s{2, 3}), draw: draw})
		number := "0.2"
		if draw != nil {
			number = "1.1"
		}
		for _, n := range append([]string{scalar}, reverse...) {
			list = append(list, row{op: n, params: "scalar=" + number, shapes: shapes(s{2, 3}), draw: draw})
		}
	}
	positive := uniform(0.3, 2)
	binary(nil, "elemwise_add", "broadcast_add", "_plus_scalar")
	binary(nil, "elemwise_sub", "broadcast_sub", "_minus_scalar", "_rminus_scalar")
	binary(nil, "elemwise_mul", "broadcast_mul", "_mul_scalar")
	binary(positive, "elemwise_div", "broadcast_div", "_div_scalar", "_rdiv_scalar")
	binary(positive, "_power", "broadcast_power", "_power_scalar", "_rpower_scalar")
	binary(positive, "_mod", "broadcast_mod", "_mod_scalar", "_rmod_scalar")
	for _, n := range []string{"maximum", "minimum", "hypot", "equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal"} {
		binary(nil, "_"+n, "broadcast_"+n, "_"+n+"_scalar")
	}
	for _, n := range []string{"logical_and", "logical_or", "logical_xor"} {
		binary(bits, "_"+n, "broadcast_"+n, "_"+n+"_scalar")
	}
	return append(list,
		row{op: "clip", params: "a_min=-0.4; a_max=0.5", shapes: shapes(s{3, 4})},
		row{op: "smooth_l1", shapes: shapes(s{3, 4}), draw: uniform(-2, 2)},
		row{op: "smooth_l1", params: "scalar=1.5", shapes: shapes(s{3, 4})},
		row{op: "add_n", shapes: shapes(s{2, 3})},
		row{op: "add_n", shapes: shapes(s{2, 3}, nil, nil)},
		row{op: "where", shapes: shapes(s{4, 5}, s{4, 5}), draw: bits},
		row{op: "where", shapes: shapes(s{6}, s{6, 2}), draw: whole(3), loose: true},
		row{op: "Cast", params: "dtype=float64", shapes: shapes(s{2, 3})},
		row{op: "Cast", params: "dtype=int32", shapes: shapes(s{2, 3}), exempt: "a conversion to whole numbers has no gradient"},
		row{op: "LeakyReLU", params: "slope=0.1", shapes: shapes(s{2, 3})},
		row{op: "LeakyReLU", params: "act_type=elu; slope=0.7", shapes: shapes(s{2, 3})},
		row{op: "LeakyReLU", params: "act_type=selu", shapes: shapes(s{2, 3}), exempt: "MXNet's gradient of negative data is not the mathematical one; TestValues holds it"},
		row{op: "LeakyReLU", params: "act_type=gelu", shapes: shapes(s{2, 3})},
		row{op: "LeakyReLU", params: "act_type=prelu", shapes: shapes(s{2, 3, 4})},
		row{op: "LeakyReLU", params: "act_type=prelu", shapes: shapes(s{2, 3, 4}, s{1}), loose: true},
		row{op: "LeakyReLU", params: "act_type=prelu", shapes: shapes(s{4})},
		row{op: "LeakyReLU", params: "act_type=rrelu", shapes: shapes(s{2, 3})},
	)
}

const lossReason = "a loss ignores the head gradient; TestLosses holds it to its formula"

func layerRows() []row {
	var list []row
	add := func(name string, r ...row) {
		for _, one := range r {
			one.op = name
			list = append(list, one)
		}
	}
	for _, f := range []string{"relu", "sigmoid", "tanh", "softrelu", "softsign"} {
		add("Activation", row{params: "act_type=" + f, shapes: shapes(s{2, 3})})
	}
	add("FullyConnected",
		row{params: "num_hidden=4", shapes: shapes(s{2, 3, 2})},
		row{params: "num_hidden=4; no_bias=True", shapes: shapes(s{3, 5})},
		row{params: "num_hidden=4; flatten=False", shapes: shapes(s{2, 3, 5})},
		row{params: "num_hidden=3; flatten=False", shapes: shapes(s{4})})
	add("Convolution",
		row{params: "kernel=(3,); num_filter=4; pad=(1,)", shapes: shapes(s{2, 3, 5})},
		row{params: "kernel=(2,); num_filter=4; stride=(2,); dilate=(3,); num_group=2; no_bias=1", shapes: shapes(s{1, 2, 8})},
		row{params: "kernel=(3, 2); num_filter=2; pad=(1, 0)", shapes: shapes(s{2, 3, 5, 4})},
		row{params: "kernel=(3, 3); num_filter=4; stride=(2, 1); pad=(1, 2); dilate=(1, 2); num_group=2", shapes: shapes(s{2, 4, 6, 5})},
		row{params: "kernel=(1, 1); num_filter=3; no_bias=True; layout=NCHW", shapes: shapes(s{2, 2, 3, 3})},
		row{params: "kernel=(2, 1, 3); num_filter=2; stride=(1, 2, 1); pad=(0, 0, 1)", shapes: shapes(s{1, 2, 3, 3, 4})})
	add("Pooling",
		row{params: "kernel=(2, 2); stride=(2, 2)", shapes: shapes(s{2, 2, 4, 5})},
		row{params: "kernel=(3, 3); stride=(2, 2); pad=(1, 1); pooling_convention=full", shapes: shapes(s{1, 2, 6, 5})},
		row{params: "kernel=(3, 2); pool_type=avg; pad=(1, 0)", shapes: shapes(s{1, 2, 4, 5})},
		row{params: "kernel=(3, 3); stride=(2, 2); pad=(1, 1); pool_type=avg; count_include_pad=False", shapes: shapes(s{1, 2, 5, 5})},
		row{params: "kernel=(3, 3); stride=(2, 2); pool_type=avg; pooling_convention=full", shapes: shapes(s{1, 1, 4, 4})},
		row{params: "kernel=(2, 2); stride=(2, 2); pool_type=sum; pooling_convention=full", shapes: shapes(s{1, 2, 3, 3})},
		row{params: "kernel=(2, 2); pool_type=lp; p_value=2", shapes: shapes(s{1, 2, 3, 3})},
		row{params: "kernel=(2, 2); pool_type=lp; p_value=3", shapes: shapes(s{1, 2, 3, 3}), draw: uniform(-1, -0.2)},
		row{params: "kernel=(2, 2); pool_type=lp; p_value=1", shapes: shapes(s{1, 2, 3, 3})},
		row{params: "kernel=(2, 2); stride=(2, 2); pooling_convention=full; layout=NHWC", shapes: shapes(s{1, 3, 5, 2})},
		row{params: "kernel=(3,); stride=(2,); pad=(1,)", shapes: shapes(s{2, 2, 7})},
		row{params: "kernel=(3,); stride=(2,); pooling_convention=same", shapes: shapes(s{2, 2, 7})},
		row{params: "kernel=(2, 2, 2); pool_type=avg", shapes: shapes(s{1, 1, 3, 3, 2})},
		row{params: "kernel=(2, 1); stride=(3, 2); pool_type=sum; pooling_convention=full", shapes: shapes(s{1, 2, 6, 4})},
		row{params: "global_pool=True; pool_type=avg", shapes: shapes(s{2, 2, 3, 4})},
		row{params: "global_pool=True; kernel=(7, 7); pad=(3, 3)", shapes: shapes(s{2, 2, 3, 4})})
	add("BatchNorm",
		row{params: "fix_gamma=False", shapes: shapes(s{3, 2, 2, 2}), draw: uniform(0.5, 2)},
		row{params: "", shapes: shapes(s{3, 2, 2}), draw: uniform(0.5, 2)},
		row{params: "fix_gamma=False; axis=-1; eps=0.01", shapes: shapes(s{4, 2, 3}), draw: uniform(0.5, 2)},
		row{params: "fix_gamma=False; use_global_stats=True", shapes: shapes(s{3, 2, 2}), draw: uniform(0.5, 2)},
		row{params: "use_global_stats=True", shapes: shapes(s{3, 2}), draw: uniform(0.5, 2)},
		row{params: "output_mean_var=True", shapes: shapes(s{4, 2}), draw: uniform(0.5, 2), exempt: "gradients of mean and var are not defined"})
	add("Dropout",
		row{params: "p=0.4", shapes: shapes(s{5, 6})},
		row{params: "p=0.5; axes=(1,)", shapes: shapes(s{4, 3, 2})},
		row{params: "p=0", shapes: shapes(s{2, 3})},
		row{params: "mode=always", shapes: shapes(s{2, 3})})
	add("LRN",
		row{params: "nsize=3; alpha=0.5; knorm=1", shapes: shapes(s{2, 5, 2, 2})},
		row{params: "nsize=1", shapes: shapes(s{1, 3, 2, 2})},
		row{params: "nsize=5; beta=0.5; alpha=1", shapes: shapes(s{1, 3, 1, 2})})
	add("SoftmaxActivation",
		row{shapes: shapes(s{2, 3})},
		row{params: "mode=channel", shapes: shapes(s{2, 3, 2, 2})})
	for _, n := range []string{"softmax", "softmin", "log_softmax"} {
		add(n,
			row{shapes: shapes(s{2, 4})},
			row{params: "axis=1; temperature=0.7", shapes: shapes(s{2, 3, 4})})
	}
	add("SoftmaxOutput",
		row{shapes: shapes(s{4, 3}), draw: whole(3), exempt: lossReason},
		row{params: "multi_output=True", shapes: shapes(s{2, 3, 2, 2}), draw: whole(3), exempt: lossReason},
		row{params: "preserve_shape=True", shapes: shapes(s{2, 2, 3}), draw: whole(3), exempt: lossReason})
	for _, n := range []string{"LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"} {
		add(n, row{shapes: shapes(s{3, 4}), exempt: lossReason}, row{shapes: shapes(s{3, 1}), exempt: lossReason})
	}
	add("MakeLoss", row{shapes: shapes(s{2, 3}), exempt: lossReason}, row{params: "normalization=valid", shapes: shapes(s{2, 3}), exempt: lossReason})
	add("make_loss", row{shapes: shapes(s{2, 3}), exempt: lossReason})
	add("BlockGrad", row{shapes: shapes(s{2, 3}), exempt: "it stops gradients"})
	return list
}

func tensorRows() []row {
	var list []row
	add := func(name string, r ...row) {
		for _, one := range r {
			one.op = name
			list = append(list, one)
		}
	}
	away := uniform(0.3, 2)
	withNaN := func(r *rand.Rand) float64 {
		if r.IntN(4) == 0 {
			return math.NaN()
		}
		return 0.3 + r.Float64()
	}
	for _, n := range []string{"sum", "mean", "prod", "max", "min"} {
		add(n,
			row{shapes: shapes(s{2, 3}), draw: away},
			row{params: "axis=1", shapes: shapes(s{2, 3, 2}), draw: away},
			row{params: "axis=(0, -1); keepdims=True", shapes: shapes(s{2, 3, 2}), draw: away},
			row{params: "axis=(0,); exclude=True", shapes: shapes(s{2, 3, 2}), draw: away},
			row{params: "axis=(0, 1); exclude=1", shapes: shapes(s{2, 3}), draw: away})
	}
	for _, n := range []string{"nansum", "nanprod"} {
		add(n, row{params: "axis=1", shapes: shapes(s{3, 4}), draw: withNaN}, row{shapes: shapes(s{3, 4}), draw: withNaN})
	}
	add("norm",
		row{shapes: shapes(s{2, 3})},
		row{params: "ord=1; axis=1", shapes: shapes(s{2, 3})},
		row{params: "axis=(0, 2); keepdims=True", shapes: shapes(s{2, 3, 2})})
	for _, n := range []string{"argmax", "argmin"} {
		add(n,
			row{params: "axis=1", shapes: shapes(s{2, 3})},
			row{params: "axis=-1; keepdims=True", shapes: shapes(s{2, 3})},
			row{shapes: shapes(s{2, 3})})
	}
	add("argmax_channel", row{shapes: shapes(s{2, 3})})
	add("dot",
		row{shapes: shapes(s{4}, s{4})},
		row{shapes: shapes(s{2, 3}, s{3, 4})},
		row{params: "transpose_a=True", shapes: shapes(s{3, 2}, s{3, 4})},
		row{params: "transpose_b=True", shapes: shapes(s{2, 3}, s{4, 3})},
		row{params: "transpose_a=True; transpose_b=True", shapes: shapes(s{3, 2}, s{4, 3})},
		row{shapes: shapes(s{2, 3, 4}, s{4, 2, 2})},
		row{params: "transpose_a=True; transpose_b=True", shapes: shapes(s{4, 2, 3}, s{2, 2, 4})},
		row{shapes: shapes(s{2, 3}, s{3})})
	for _, flags := range []struct {
		params string
		a, b   s
	}{
		{"", s{2, 3, 4}, s{2, 4, 5}},
		{"transpose_a=True", s{2, 4, 3}, s{2, 4, 5}},
		{"transpose_b=True", s{2, 3, 4}, s{2, 5, 4}},
		{"transpose_a=1; transpose_b=1", s{2, 4, 3}, s{2, 5, 4}},
		{"", s{2, 1, 3, 2}, s{2, 1, 2, 3}},
	} {
		add("batch_dot", row{params: flags.params, shapes: shapes(flags.a, flags.b)})
	}
	add("Flatten", row{shapes: shapes(s{2, 3, 4})}, row{shapes: shapes(s{5})})
	for _, c := range reshapeCases {
		add("Reshape", row{params: c.params, shapes: shapes(c.in)})
	}
	add("Concat",
		row{shapes: shapes(s{2, 1}, s{2, 3}, s{2, 2})},
		row{params: "dim=0", shapes: shapes(s{2, 2}, s{1, 2})},
		row{params: "dim=-1", shapes: shapes(s{2, 2, 1}, s{2, 2, 2})},
		row{shapes: shapes(s{2, 2})})
	add("transpose", row{shapes: shapes(s{2, 3, 4})}, row{params: "axes=(2, 0, 1)", shapes: shapes(s{2, 3, 4})})
	add("SwapAxis", row{params: "dim1=0; dim2=2", shapes: shapes(s{2, 3, 4})}, row{params: "dim1=-1; dim2=0", shapes: shapes(s{2, 3, 4})})
	add("expand_dims", row{params: "axis=1", shapes: shapes(s{2, 3})}, row{params: "axis=-1", shapes: shapes(s{2, 3})})
	add("squeeze", row{shapes: shapes(s{2, 1, 3, 1})}, row{params: "axis=(1,)", shapes: shapes(s{2, 1, 3, 1})}, row{shapes: shapes(s{1, 1})})
	add("slice",
		row{params: "begin=(0, 1); end=(2, 3)", shapes: shapes(s{3, 4, 2})},
		row{params: "begin=(None, -3); end=(None, None); step=(2, 1)", shapes: shapes(s{5, 4})},
		row{params: "begin=(4, None); end=(0, None); step=(-2, -1)", shapes: shapes(s{6, 3})},
		row{params: "begin=(0, 1); end=(7, 6); step=(3, 2)", shapes: shapes(s{7, 8})})
	add("slice_axis",
		row{params: "axis=1; begin=1; end=-1", shapes: shapes(s{2, 5})},
		row{params: "axis=-1; begin=-2; end=None", shapes: shapes(s{2, 5})})
	add("SliceChannel",
		row{params: "num_outputs=3", shapes: shapes(s{2, 6, 2})},
		row{params: "num_outputs=2; axis=0", shapes: shapes(s{4, 3})},
		row{params: "num_outputs=3; squeeze_axis=True", shapes: shapes(s{2, 3, 2})})
	add("broadcast_to", row{params: "shape=(4, 3, 0)", shapes: shapes(s{1, 3, 5})})
	add("broadcast_axis", row{params: "axis=(0, 2); size=(4, 5)", shapes: shapes(s{1, 3, 1})})
	add("Embedding", row{params: "input_dim=5; output_dim=3; dtype=float64", shapes: shapes(s{2, 4}), draw: whole(5)})
	add("take",
		row{shapes: shapes(s{4, 3}, s{2, 2}), draw: whole(4)},
		row{params: "axis=1; mode=wrap", shapes: shapes(s{2, 3, 2}, s{4}), draw: whole(7)})
	add("one_hot", row{params: "depth=4; on_value=2; off_value=-1; dtype=float64", shapes: shapes(s{2, 3}), draw: whole(5)})
	return list
}
