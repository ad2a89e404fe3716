package op_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbers reads "1 2.5 -3", and "0..8" for 0, 1, … 8.
func numbers(t *testing.T, text string) []float64 {
	var out []float64
	for _, word := range strings.Fields(text) {
		if from, to, ok := strings.Cut(word, ".."); ok {
			a, err := strconv.Atoi(from)
			require.NoError(t, err)
			b, err := strconv.Atoi(to)
			require.NoError(t, err)
			for i := a; i <= b; i++ {
				out = append(out, float64(i))
			}
			continue
		}
		v, err := strconv.ParseFloat(word, 64)
		require.NoError(t, err)
		out = append(out, v)
	}
	return out
}

// value is a case with known numbers, seen in MXNet or worked out by hand: inputs in order, then what comes out.
type value struct {
	op, params string
	shapes     []s
	in         []string
	aux        []string
	head       string   // head gradient of the first output; those of others are 0; ones when empty
	out        string   // first output in training
	infer      string   // first output in inference, where it differs
	grad       []string // by input, "" for not looked at
	auxAfter   []string
}

var values = []value{
	{op: "Convolution", params: "kernel=(2, 2); num_filter=1", shapes: shapes(s{1, 1, 3, 3}), in: []string{"0..8", "1..4", "10"}, out: "37 47 67 77"},
	{op: "Convolution", params: "kernel=(2, 2); num_filter=2; num_group=2; stride=(2, 1); pad=(1, 0); dilate=(2, 1)", shapes: shapes(s{1, 2, 4, 3}),
		in: []string{"0..23", "0..7", "1 -1"}, out: "19 24 53 59 201 214 419 441", head: "0..7",
		grad: []string{"0 0 0 0 4 6 0 0 0 4 12 9 0 0 0 48 116 70 0 0 0 36 84 49", "18 23 52 58 202 215 420 442", "6 22"}},
	{op: "Pooling", params: "kernel=(3, 3); stride=(2, 2); pool_type=avg; pooling_convention=full", shapes: shapes(s{1, 1, 4, 4}), in: []string{"1..16"}, out: "6 7.5 12 13.5"},
	{op: "Pooling", params: "kernel=(3, 3); stride=(2, 2); pool_type=avg; pad=(1, 1)", shapes: shapes(s{1, 1, 4, 4}), in: []string{"1..16"},
		out: "1.5555555555555556 3.3333333333333333 6.3333333333333333 11"},
	{op: "Pooling", params: "kernel=(3, 3); stride=(2, 2); pool_type=avg; pad=(1, 1); count_include_pad=False", shapes: shapes(s{1, 1, 4, 4}), in: []string{"1..16"},
		out: "3.5 5 9.5 11"},
	{op: "Pooling", params: "kernel=(2, 2)", shapes: shapes(s{1, 1, 3, 3}), in: []string{"1 1 2 0 2 2 3 1 0"}, out: "2 2 3 2", head: "1..4",
		grad: []string{"0 0 2 0 5 0 3 0 0"}},
	{op: "Pooling", params: "kernel=(2, 2); stride=(2, 2); pool_type=sum; pooling_convention=full", shapes: shapes(s{1, 1, 3, 3}), in: []string{"1 1 2 0 2 2 3 1 0"},
		out: "4 4 4 0", head: "1..4", grad: []string{"1 1 2 1 1 2 3 3 4"}},
	{op: "Pooling", params: "kernel=(3,); stride=(2,); pooling_convention=same", shapes: shapes(s{1, 1, 5}), in: []string{"1 5 2 4 3"}, out: "5 4 3"},
	{op: "Pooling", params: "global_pool=True; kernel=(7, 7); pad=(3, 3); pool_type=avg", shapes: shapes(s{1, 2, 2, 2}), in: []string{"1..8"}, out: "2.5 6.5"},
	{op: "Pooling", params: "kernel=(2,); pool_type=lp; p_value=2", shapes: shapes(s{1, 1, 3}), in: []string{"3 -4 0"}, out: "5 4"},
	{op: "BatchNorm", params: "fix_gamma=False", shapes: shapes(s{2, 2, 1, 2}), in: []string{"1 2 3 5 3 4 7 9", "2 3", "0.5 -0.5"}, aux: []string{"1 1", "4 4"}, head: "0..7",
		out:      "-2.1821656 -0.3940552 -4.5245167 -1.8415055 1.3940552 3.1821656 0.8415055 3.5245167",
		infer:    "0.5 1.499875023 2.499625070 5.499250140 2.499750047 3.499625070 8.498875211 11.49850028",
		grad:     []string{".3538 -1.0742 .2676 -.8051 1.0742 -.3538 .8051 -.2676", "8.0466 8.0490", "10 18"},
		auxAfter: []string{"1.15 1.5", "3.725 4.1"}},
	{op: "BatchNorm", params: "", shapes: shapes(s{2, 2, 1, 2}), in: []string{"1 2 3 5 3 4 7 9", "2 3", "0.5 -0.5"}, aux: []string{"1 1", "4 4"}, head: "0..7",
		out:  "-0.8410828 0.0529724 -1.8415055 -0.9471685 0.9470276 1.8410828 -0.0528315 0.8415055",
		grad: []string{".1769 -.5371 .0892 -.2684 .5371 -.1769 .2684 -.0892", "0 0", "10 18"}},
	{op: "LRN", params: "nsize=3; alpha=1; beta=0.5; knorm=1", shapes: shapes(s{1, 4, 1, 1}), in: []string{"1..4"},
		out: ".61237 .84017 .91856 1.30931", grad: []string{".4864 .11074 -.06848 .02546"}},
	{op: "smooth_l1", params: "scalar=2", shapes: shapes(s{4}), in: []string{"-1 .2 .1 3"}, out: ".875 .08 .02 2.875", grad: []string{"-1 .8 .4 1"}},
	{op: "relu", shapes: shapes(s{3}), in: []string{"-1 0 2"}, out: "0 0 2", grad: []string{"0 0 1"}},
	{op: "Activation", params: "act_type=relu", shapes: shapes(s{3}), in: []string{"-1 0 2"}, out: "0 0 2", grad: []string{"0 0 1"}},
	{op: "Activation", params: "act_type=softrelu", shapes: shapes(s{3}), in: []string{"0 100 -100"}, out: "0.6931472 100 0", grad: []string{"0.5 1 0"}},
	{op: "abs", shapes: shapes(s{3}), in: []string{"-2 0 3"}, out: "2 0 3", grad: []string{"-1 0 1"}},
	{op: "rint", shapes: shapes(s{4}), in: []string{"2.5 -2.5 0.5 1.6"}, out: "2 -3 0 2"},
	{op: "round", shapes: shapes(s{4}), in: []string{"2.5 -2.5 0.5 1.4"}, out: "3 -3 1 1"},
	{op: "_mod", shapes: shapes(s{4}), in: []string{"5 -5 5 3", "3 3 -3 0"}, out: "2 1 -1 0"},
	{op: "_maximum", shapes: shapes(s{3}), in: []string{"1 2 3", "1 5 0"}, out: "1 5 3", grad: []string{"1 0 1", "0 1 0"}},
	{op: "_minimum", shapes: shapes(s{3}), in: []string{"1 2 3", "1 5 0"}, out: "1 2 0", grad: []string{"1 1 0", "0 0 1"}},
	{op: "max", params: "axis=1", shapes: shapes(s{2, 3}), in: []string{"1 3 3 5 4 5"}, out: "3 5", head: "2 7", grad: []string{"0 2 2 7 0 7"}},
	{op: "min", shapes: shapes(s{2, 2}), in: []string{"1 3 1 5"}, out: "1", grad: []string{"1 0 1 0"}},
	{op: "mean", params: "axis=0; exclude=True", shapes: shapes(s{2, 3}), in: []string{"1..6"}, out: "2 5"},
	{op: "nansum", shapes: shapes(s{3}), in: []string{"1 NaN 2"}, out: "3", grad: []string{"1 0 1"}},
	{op: "max", shapes: shapes(s{3}), in: []string{"inf nan 1"}, out: "nan"},
	{op: "min", shapes: shapes(s{3}), in: []string{"nan -inf 1"}, out: "nan"},
	{op: "norm", shapes: shapes(s{2}), in: []string{"3 4"}, out: "5", grad: []string{".6 .8"}},
	{op: "norm", shapes: shapes(s{2}), in: []string{"0 0"}, out: "0", grad: []string{"nan nan"}},
	{op: "argmax", params: "axis=1", shapes: shapes(s{2, 3}), in: []string{"1 3 3 7 4 5"}, out: "1 0"},
	{op: "argmin", params: "axis=0", shapes: shapes(s{2, 3}), in: []string{"1 3 3 7 1 5"}, out: "0 1 0"},
	{op: "dot", shapes: shapes(s{2, 2}, s{2, 2}), in: []string{"1..4", "5..8"}, out: "19 22 43 50"},
	{op: "dot", params: "transpose_a=True", shapes: shapes(s{2, 2}, s{2, 2}), in: []string{"1..4", "5..8"}, out: "26 30 38 44"},
	{op: "dot", params: "transpose_b=True", shapes: shapes(s{2, 2}, s{2, 2}), in: []string{"1..4", "5..8"}, out: "17 23 39 53"},
	{op: "dot", shapes: shapes(s{3}, s{3}), in: []string{"1..3", "4..6"}, out: "32"},
	{op: "batch_dot", shapes: shapes(s{2, 1, 2}, s{2, 2, 1}), in: []string{"1..4", "5..8"}, out: "17 53"},
	{op: "FullyConnected", params: "num_hidden=2", shapes: shapes(s{1, 1, 2}), in: []string{"1 2", "3..6", "10 20"}, out: "21 37"},
	{op: "Concat", shapes: shapes(s{2, 1}, s{2, 2}), in: []string{"1 2", "3..6"}, out: "1 3 4 2 5 6", head: "1..6", grad: []string{"1 4", "2 3 5 6"}},
	{op: "slice", params: "begin=(None, 2); end=(None, None); step=(-1, -2)", shapes: shapes(s{2, 3}), in: []string{"0..5"}, out: "5 3 2 0", head: "1..4",
		grad: []string{"4 0 3 2 0 1"}},
	{op: "slice_axis", params: "axis=1; begin=1; end=-1", shapes: shapes(s{2, 4}), in: []string{"0..7"}, out: "1 2 5 6"},
	{op: "transpose", shapes: shapes(s{2, 3}), in: []string{"0..5"}, out: "0 3 1 4 2 5"},
	{op: "SwapAxis", params: "dim1=0; dim2=2", shapes: shapes(s{2, 1, 2}), in: []string{"0..3"}, out: "0 2 1 3"},
	{op: "SliceChannel", params: "num_outputs=2", shapes: shapes(s{2, 2}), in: []string{"0..3"}, out: "0 2", head: "5 6", grad: []string{"5 0 6 0"}},
	{op: "broadcast_axis", params: "axis=1; size=3", shapes: shapes(s{2, 1}), in: []string{"1 2"}, out: "1 1 1 2 2 2", head: "1..6", grad: []string{"6 15"}},
	{op: "Embedding", params: "input_dim=3; output_dim=2; dtype=float64", shapes: shapes(s{4}), in: []string{"1 -1 5 1", "0..5"}, out: "2 3 0 1 4 5 2 3", head: "1..8",
		grad: []string{"", "3 4 8 10 5 6"}},
	{op: "take", params: "mode=wrap", shapes: shapes(s{3}, s{3}), in: []string{"10..12", "-1 4 0"}, out: "12 11 10"},
	{op: "one_hot", params: "depth=3; on_value=5; dtype=float64", shapes: shapes(s{3}), in: []string{"0 2 3"}, out: "5 0 0 0 0 5 0 0 0"},
	{op: "where", shapes: shapes(s{2}, s{2, 2}), in: []string{"0 1", "1..4", "5..8"}, out: "5 6 3 4", grad: []string{"", "0 0 1 1", "1 1 0 0"}},
	{op: "clip", params: "a_min=-1; a_max=2", shapes: shapes(s{4}), in: []string{"-2 -1 2 3"}, out: "-1 -1 2 2", grad: []string{"0 1 1 0"}},
	{op: "Cast", params: "dtype=int32", shapes: shapes(s{3}), in: []string{"1.7 -1.7 3"}, out: "1 -1 3"},
	{op: "LeakyReLU", params: "slope=0.1", shapes: shapes(s{2}), in: []string{"-2 3"}, out: "-.2 3", grad: []string{".1 1"}},
	{op: "LeakyReLU", params: "act_type=elu; slope=2", shapes: shapes(s{2}), in: []string{"-1 3"}, out: "-1.2642411 3", grad: []string{".7357589 1"}},
	{op: "LeakyReLU", params: "act_type=prelu", shapes: shapes(s{1, 2}), in: []string{"-2 -3", ".5 .1"}, out: "-1 -.3", grad: []string{".5 .1", "-2 -3"}},
	{op: "softmax", shapes: shapes(s{1, 3}), in: []string{"1 2 3"}, out: ".09003057 .24472847 .66524096"},
	{op: "log_softmax", params: "axis=0", shapes: shapes(s{2}), in: []string{"0 0"}, out: "-.6931472 -.6931472"},
	{op: "BlockGrad", shapes: shapes(s{2}), in: []string{"1 2"}, out: "1 2"},
}

// TestValues compares with known numbers.
func TestValues(t *testing.T) {
	for _, v := range slices.Concat(values, wideValues, orderingValues, numberValues, linalgValues) {
		t.Run(v.op+" "+v.params, func(t *testing.T) {
			u, err := newUnit(v.op, v.params, v.shapes...)
			require.NoError(t, err)
			compareValue(t, u, v)
		})
	}
}

func compareValue(t *testing.T, u *unit, v value) {
	in, aux := make([][]float64, len(u.in)), make([][]float64, len(u.state))
	for i := range in {
		in[i] = numbers(t, v.in[i])
		require.Len(t, in[i], u.in[i].Size(), "input %d", i)
	}
	for i := range aux {
		aux[i] = numbers(t, v.aux[i])
	}
	heads := make([][]float64, len(u.out))
	for i := range heads {
		heads[i] = make([]float64, u.out[i].Size())
	}
	for i := range heads[0] {
		heads[0][i] = 1
	}
	if v.head != "" {
		heads[0] = numbers(t, v.head)
	}
	const tol = 1e-4 // the numbers above are rounded
	train, err := u.compile(true, u.def.HasGrad)
	require.NoError(t, err)
	got, err := train.run(in, aux, heads)
	require.NoError(t, err)
	want := numbers(t, v.out)
	assert.InDeltaSlice(t, want, got.out[0], tol, "output %v", got.out[0])
	for i, text := range v.grad {
		if text != "" {
			assert.InDeltaSlice(t, numbers(t, text), got.grad[i], tol, "gradient %d: %v", i, got.grad[i])
		}
	}
	for i, text := range v.auxAfter {
		assert.InDeltaSlice(t, numbers(t, text), got.aux[i], tol, "state %d: %v", i, got.aux[i])
	}
	if v.infer != "" {
		want = numbers(t, v.infer)
	} else if u.def.Name == "BatchNorm" {
		return
	}
	infer, err := u.compile(false, false)
	require.NoError(t, err)
	res, err := infer.run(in, aux, nil)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want, res.out[0], tol, "inference %v", res.out[0])
	for i := range res.aux {
		assert.Equal(t, aux[i], res.aux[i], "inference leaves states alone")
	}
}
