package op_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

func lookup(t *testing.T, name string) *op.Def {
	d, err := op.Lookup(name)
	require.NoError(t, err)
	return d
}

// TestSpellings reads every spelling that MXNet's files are known to hold.
func TestSpellings(t *testing.T) {
	conv := lookup(t, "Convolution")
	for _, text := range []string{"(3, 3)", "(3,3)", "[3,3]", "[3, 3]", "(3L,3L)", "(3L, 3L)", " ( 3 , 3 ) ", "(3,3,)", "3,3"} {
		p, err := conv.ParseParams(map[string]string{"kernel": text, "num_filter": "8"}, 0)
		require.NoError(t, err, text)
		assert.Equal(t, []int{3, 3}, p.(*op.ConvolutionParam).Kernel, text)
	}
	for text, want := range map[string][]int{"()": {}, "[]": {}, "(2,)": {2}, "[2]": {2}, "(2)": {2}, "(2L,)": {2}} {
		p, err := conv.ParseParams(map[string]string{"kernel": "(3,)", "stride": text, "num_filter": "8L"}, 0)
		require.NoError(t, err, text)
		assert.Equal(t, want, p.(*op.ConvolutionParam).Stride, text)
	}
	for _, text := range []string{"True", "true", "1"} {
		p, err := conv.ParseParams(map[string]string{"kernel": "(3,)", "num_filter": "8", "no_bias": text}, 0)
		require.NoError(t, err, text)
		assert.True(t, p.(*op.ConvolutionParam).NoBias)
	}
	fc := lookup(t, "FullyConnected")
	for _, text := range []string{"False", "false", "0"} {
		p, err := fc.ParseParams(map[string]string{"num_hidden": "8", "flatten": text}, 0)
		require.NoError(t, err, text)
		assert.False(t, p.(*op.FullyConnectedParam).Flatten)
	}
	scalar := lookup(t, "_PlusScalar")
	assert.Equal(t, "_plus_scalar", scalar.Name)
	for text, want := range map[string]float64{"1": 1, "-1.0": -1, "1e-3": 1e-3, "2e-05": 2e-5, "inf": math.Inf(1), "True": 1, "0.334": 0.334} {
		p, err := scalar.ParseParams(map[string]string{"scalar": text}, 0)
		require.NoError(t, err, text)
		assert.Equal(t, want, p.(*op.ScalarParam).Scalar)
	}
	arg := lookup(t, "argmax")
	p, err := arg.ParseParams(map[string]string{"axis": "None"}, 0)
	require.NoError(t, err)
	assert.Nil(t, p.(*op.ArgParam).Axis)
	p, err = lookup(t, "sum").ParseParams(map[string]string{"axis": "None"}, 0)
	require.NoError(t, err)
	assert.Empty(t, p.(*op.ReduceParam).Axis)
	p, err = lookup(t, "Pooling").ParseParams(map[string]string{"kernel": "(2, 2)", "count_include_pad": "None"}, 0)
	require.NoError(t, err)
	assert.True(t, p.(*op.PoolingParam).CountIncludePad, "None stands for the default")

	p, err = lookup(t, "slice").ParseParams(map[string]string{"begin": "(None, 1)", "end": "(2, None)", "__layout__": "x"}, 0)
	require.NoError(t, err)
	assert.Equal(t, []int{op.None, 1}, p.(*op.SliceParam).Begin)
}

// TestRefusals reads what it must not accept; the message names the parameter.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ op, params, want string }{
		{"Convolution", "kernel=(3, 3)", "Convolution: parameter num_filter is required"},
		{"Convolution", "num_filter=3", "Convolution: parameter kernel is required"},
		{"Convolution", "kernel=3; num_filter=0", "Convolution: num_filter is 0, want at least 1"},
		{"Convolution", "kernel=(3, x); num_filter=1", "Convolution: kernel=\"(3, x)\": want a tuple such as (3, 3)"},
		{"Convolution", "kernel=(3, 3]; num_filter=1", "Convolution: kernel=\"(3, 3]\": want a tuple such as (3, 3)"},
		{"Convolution", "kernel=(3, 3); num_filter=4; stride=(2,)", "Convolution: stride is (2,), want 2 numbers: kernel is (3, 3)"},
		{"Convolution", "kernel=(3, 3, 3, 3); num_filter=4", "Convolution: kernel is (3, 3, 3, 3), want one, two or three numbers"},
		{"Convolution", "kernel=(3, 3); num_filter=4; num_group=3", "Convolution: num_filter is 4, want a multiple of num_group, which is 3"},
		{"Convolution", "kernel=(3, 3); num_filter=4; layout=NHWC", "Convolution: layout=\"NHWC\": want one of None, NCW, NCHW, NCDHW"},
		{"Convolution", "kernel=(3, 3); num_filter=4; layout=NCW", "Convolution: layout is NCW, want NCHW or None: kernel has 2 axes"},
		{"Convolution", "kernel=(3, 3); num_filter=4.5", "Convolution: num_filter=\"4.5\": want a whole number"},
		{"Pooling", "", "Pooling: kernel is (), want one, two or three numbers, or global_pool"},
		{"Pooling", "kernel=(2, 2); pad=(2, 0)", "Pooling: pad is (2, 0), want less than the kernel, which is (2, 2)"},
		{"Pooling", "kernel=(2, 2); pool_type=lp", "Pooling: p_value is None, want 1, 2 or 3: pool_type is lp"},
		{"Activation", "act_type=nope", "Activation: act_type=\"nope\": want one of relu, sigmoid, tanh, softrelu, softsign"},
		{"Activation", "", "Activation: parameter act_type is required"},
		{"Dropout", "p=1", "Dropout: p is 1, want less than 1: nothing would be left"},
		{"Dropout", "p=maybe", "Dropout: p=\"maybe\": want a number"},
		{"BatchNorm", "fix_gamma=yes", "BatchNorm: fix_gamma=\"yes\": want True or False"},
		{"LRN", "nsize=4", "LRN: nsize is 4, want an odd number"},
		{"take", "mode=no", `take: mode="no": want one of clip, wrap, raise`},
		{"slice", "begin=(0,); end=(1, 2)", "slice: begin is (0,), end (1, 2), step (): want as many numbers in each"},
		{"slice", "begin=(0,); end=(1,); step=(0,)", "slice: step is (0,), 0 leads nowhere"},
		{"softmax", "temperature=0", "softmax: temperature is 0, data cannot be divided by it"},
		{"Cast", "dtype=float33", "Cast: dtype=\"float33\": backend: unknown type \"float33\", want float32, float64, float16, bfloat16, uint8, int8, int32, int64 or bool"},
		{"LeakyReLU", "lower_bound=0.5", "LeakyReLU: lower_bound is 0.5 and upper_bound 0.334, want it the other way round"},
		{"SoftmaxOutput", "multi_output=1; preserve_shape=1", "SoftmaxOutput: multi_output and preserve_shape exclude each other"},
		{"FullyConnected", "num_hiden=3", `FullyConnected: no parameter "num_hiden"; there are num_hidden, no_bias, flatten`},
	} {
		_, err := lookup(t, c.op).ParseParams(attrs(c.params), 0)
		assert.EqualError(t, err, c.want)
	}
	_, err := op.Lookup("Convolutoin")
	assert.EqualError(t, err, `op: no operator "Convolutoin"; the nearest are Convolution, Deconvolution, Convolution_v1`)
}

// TestShapeErrors: a wrong shape is said with its reason.
func TestShapeErrors(t *testing.T) {
	for _, c := range []struct {
		op, params string
		shapes     []s
		want       string
	}{
		{"FullyConnected", "num_hidden=128", shapes(s{64, 1, 28, 28}, s{128, 700}), "weight is (128,700), want (128,784): data is (64,1,28,28)"},
		{"Convolution", "kernel=(5, 5); num_filter=4", shapes(s{1, 1, 4, 9}), "data is (1,1,4,9): along axis 2 a kernel of 5 with dilate 1 does not fit into 4 with pad 0"},
		{"Convolution", "kernel=(5, 5); num_filter=4", shapes(s{1, 1, 4}), "data is (1,1,4), want 4 axes: kernel is (5,5)"},
		{"Convolution", "kernel=(1, 1); num_filter=4; num_group=2", shapes(s{1, 3, 4, 4}), "data is (1,3,4,4): its 3 channels cannot be divided into num_group=2"},
		{"Pooling", "kernel=(3, 3)", shapes(s{1, 1, 2, 5}), "data is (1,1,2,5): along axis 2 a kernel of 3 does not fit into 2 with pad 0"},
		{"SoftmaxOutput", "", shapes(s{4, 3}, s{5}), "label is (5,), want (4,): data is (4,3)"},
		{"LinearRegressionOutput", "", shapes(s{4, 3}, s{4}), "label is (4,), want (4,3) or as many elements: data is (4,3)"},
		{"elemwise_add", "", shapes(s{4, 3}, s{4}), "rhs is (4,), want (4,3): all inputs have one shape"},
		{"broadcast_add", "", shapes(s{4, 3}, s{4}), "lhs is (4,3) and rhs (4,): they do not broadcast; aligned at the right, dimensions must be equal or 1"},
		{"Concat", "", shapes(s{2, 3}, s{3, 3}), "arg1 is (3,3), want (2,0): the inputs agree in all axes but 1"},
		{"Concat", "dim=2", shapes(s{2, 3}, s{2, 3}), "an input is (2,3): it has no axis dim=2"},
		{"dot", "", shapes(s{2, 3}, s{4, 2}), "rhs is (4,2), lhs (2,3): the sum runs over 3 elements of one and 4 of the other; transpose_a and transpose_b turn them"},
		{"sum", "axis=2", shapes(s{2, 3}), "data is (2,3), axis=(2,) does not fit it"},
		{"SliceChannel", "num_outputs=2", shapes(s{2, 3}), "data is (2,3): its axis 1 cannot be cut into 2 parts"},
		{"slice_axis", "axis=0; begin=3; end=3", shapes(s{5}), "data is (5,): along axis 0 (begin, end, step) = (3, 3, 1) takes nothing of 5"},
		{"transpose", "axes=(0, 0)", shapes(s{2, 3}), "data is (2,3), axes=(0, 0) is no order of its axes"},
		{"BatchNorm", "axis=4", shapes(s{2, 3}), "data is (2,3), want at least two axes and among them axis=4"},
	} {
		_, err := newUnit(c.op, c.params, c.shapes...)
		assert.EqualError(t, err, c.want)
	}
}

// TestPartial: without data MXNet says nothing; with an unknown batch everything else follows.
func TestPartial(t *testing.T) {
	for name, params := range map[string]string{"Convolution": "kernel=(3, 3); num_filter=4", "FullyConnected": "num_hidden=4", "BatchNorm": "", "SoftmaxOutput": ""} {
		u, err := newUnitPartial(name, params)
		require.NoError(t, err)
		for _, shape := range append(append(u.in, u.state...), u.out...) {
			assert.Nil(t, shape, name)
		}
	}
	u, err := newUnitPartial("Convolution", "kernel=(3, 3); num_filter=4", s{0, 3, 8, 8})
	require.NoError(t, err)
	assert.Equal(t, []s{{0, 3, 8, 8}, {4, 3, 3, 3}, {4}}, u.in)
	assert.Equal(t, []s{{0, 4, 6, 6}}, u.out)
	u, err = newUnitPartial("FullyConnected", "num_hidden=4", s{0, 3, 8})
	require.NoError(t, err)
	assert.Equal(t, []s{{0, 3, 8}, {4, 24}, {4}}, u.in)
	u.out[0] = s{5, 0}
	require.NoError(t, u.inferShapes())
	assert.Equal(t, s{5, 3, 8}, u.in[0], "the batch follows from the output")
}

// newUnitPartial infers shapes only.
func newUnitPartial(name, params string, shapes ...s) (*unit, error) {
	d, err := op.Lookup(name)
	if err != nil {
		return nil, err
	}
	p, err := d.ParseParams(attrs(params), len(shapes))
	if err != nil {
		return nil, err
	}
	u := &unit{def: d, param: p, args: d.Args(p), aux: d.Aux(p)}
	u.in = make([]s, len(u.args))
	copy(u.in, shapes)
	u.state, u.out = make([]s, len(u.aux)), make([]s, len(d.Outputs(p)))
	return u, u.inferShapes()
}

// TestAttrs writes parameters as files hold them, and reads them back.
func TestAttrs(t *testing.T) {
	d := lookup(t, "Convolution")
	p := d.Params.New().(*op.ConvolutionParam)
	p.Kernel, p.NumFilter, p.NoBias = []int{3, 3}, 8, true
	text := d.Params.Attrs(p)
	assert.Equal(t, map[string]string{"kernel": "(3, 3)", "num_filter": "8", "no_bias": "True"}, text)
	back, err := d.ParseParams(text, 0)
	require.NoError(t, err)
	assert.Equal(t, p, back)
}

func TestFormatParam(t *testing.T) {
	three, half := 3, 0.5
	for want, v := range map[string]any{
		"None": (*int)(nil), "3": &three, "0.5": &half, "(1, 2)": backend.Shape{1, 2}, "float16": backend.Float16, "max": "max",
		"True": true, "(1.0,)": []float64{1}, "-4": -4, "2e-05": 2e-5,
	} {
		assert.Equal(t, want, op.FormatParam(v))
	}
}

// FuzzParseParams: whatever the text, an error or parameters that are written and read again the same.
func FuzzParseParams(f *testing.F) {
	for _, c := range [][3]string{
		{"Convolution", "kernel", "(3, 3)"}, {"Convolution", "kernel", "(3L,3L)"}, {"Reshape", "shape", "(-4, 1, -1, 0)"},
		{"BatchNorm", "eps", "2e-05"}, {"sum", "axis", "[0,]"}, {"argmax", "axis", "None"}, {"Cast", "dtype", "float16"},
		{"Pooling", "pool_type", "avg"}, {"slice", "begin", "(None,)"}, {"Dropout", "p", "nan"}, {"FullyConnected", "no_bias", "1"},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, name, param, text string) {
		d, err := op.Lookup(name)
		if err != nil {
			return
		}
		p := d.Params.New()
		if d.Params.Set(p, param, text) != nil {
			return
		}
		back := d.Params.New()
		written := op.FormatParam(d.Params.Get(p, param))
		if err := d.Params.Set(back, param, written); err != nil {
			t.Fatalf("%s %s=%q is written %q: %v", name, param, text, written, err)
		}
		if again := op.FormatParam(d.Params.Get(back, param)); again != written {
			t.Fatalf("%s %s=%q is written %q, then %q", name, param, text, written, again)
		}
	})
}
