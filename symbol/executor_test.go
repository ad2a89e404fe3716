package symbol_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func set(t *testing.T, a *ndarray.NDArray, v ...float32) {
	t.Helper()
	require.NotNil(t, a)
	require.NoError(t, a.SetFloat32(v))
}

// y = w·x with a shared w: x·w·w, so dw adds two paths.
func TestForwardBackward(t *testing.T) {
	w := symbol.Variable("w")
	x := symbol.FullyConnected(symbol.Variable("x"), 1, symbol.Input("weight", w), with.NoBias(true), with.Name("a"))
	net := symbol.FullyConnected(x, 1, symbol.Input("weight", w), with.NoBias(true), with.Name("b"))
	e, err := net.SimpleBind(device.CPU(0), symbol.GradWrite, map[string]backend.Shape{"x": {1, 1}})
	require.NoError(t, err)
	defer e.Close()
	set(t, e.Arg("x"), 3)
	set(t, e.Arg("w"), 2)

	assert.ErrorContains(t, e.Backward(), "needs a Forward(true)")
	require.NoError(t, e.Forward(true))
	assert.Equal(t, []float32{12}, e.Outputs()[0].Float32())
	assert.ErrorContains(t, e.Backward(), "b_output is not a loss layer")
	require.NoError(t, e.Backward(ndarray.Array([]float32{1}, ndarray.Shape{1, 1})))
	assert.Equal(t, []float32{4}, e.Grad("x").Float32())
	assert.Equal(t, []float32{12}, e.Grad("w").Float32())

	require.NoError(t, e.Forward(false))
	assert.ErrorContains(t, e.Backward(ndarray.Ones(ndarray.Shape{1, 1})), "needs a Forward(true)", "another run ends what Forward saved")
}

// A Step without an update leaves the gradients, and what operators write into arguments and states, as Forward and Backward
// do.
func TestStepThatLeavesGradients(t *testing.T) {
	x := symbol.BatchNorm(symbol.FullyConnected(symbol.Variable("data"), 3, with.Name("fc")), with.Name("bn"), with.FixGamma(true))
	net := symbol.SoftmaxOutput(x, with.Name("softmax"))
	bind := func(o symbol.LowerOptions) *symbol.Executor {
		o.Shapes = map[string]backend.Shape{"data": {4, 2}}
		o.Grad = map[string]symbol.GradReq{"fc_weight": symbol.GradWrite, "fc_bias": symbol.GradAdd, "bn_gamma": symbol.GradWrite}
		e, err := net.Bind(symbol.BindOptions{LowerOptions: o})
		require.NoError(t, err)
		t.Cleanup(e.Close)
		set(t, e.Arg("data"), 1, 2, -3, 4, 5, -6, 0, 1)
		set(t, e.Arg("fc_weight"), 1, 2, 3, 4, 5, 6)
		set(t, e.Arg("bn_gamma"), 7, 7, 7)
		set(t, e.Grad("fc_bias"), 10, 10, 10)
		return e
	}
	whole, parts := bind(symbol.LowerOptions{Grads: true}), bind(symbol.LowerOptions{Train: true})
	require.NoError(t, whole.Step())
	require.NoError(t, parts.Forward(true))
	require.NoError(t, parts.Backward())
	for _, name := range []string{"out:0", "grad:fc_weight", "grad:fc_bias", "grad:bn_gamma", "arg:bn_gamma", "aux:bn_moving_mean", "aux:bn_moving_var"} {
		assert.InDeltaSlice(t, parts.Array(name).Float64(), whole.Array(name).Float64(), 1e-6, name)
	}
	assert.Equal(t, []float32{1, 1, 1}, whole.Arg("bn_gamma").Float32())
	assert.InDelta(t, 10, whole.Grad("fc_bias").Float32()[0], 1e-5)
	assert.NotZero(t, whole.Aux("bn_moving_mean").Float32()[0])
	assert.EqualValues(t, 1, whole.StepCount())
}

func TestGradRequests(t *testing.T) {
	net := symbol.MulScalar(symbol.Mul(symbol.Variable("a"), symbol.Variable("b")), 10)
	e, err := net.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{
		Shapes: map[string]backend.Shape{"a": {2}}, Train: true,
		Grad: map[string]symbol.GradReq{"a": symbol.GradAdd},
	}})
	require.NoError(t, err)
	defer e.Close()
	set(t, e.Arg("a"), 1, 2)
	set(t, e.Arg("b"), 3, 4)
	set(t, e.Grad("a"), 100, 200)
	assert.Nil(t, e.Grad("b"))
	for i := range 2 {
		require.NoError(t, e.Forward(true))
		require.NoError(t, e.Backward(ndarray.Ones(ndarray.Shape{2})))
		n := float32(i + 1)
		assert.Equal(t, []float32{100 + 30*n, 200 + 40*n}, e.Grad("a").Float32())
	}
}

// SGD as a Step: w -= 0.5·dw, with a quadratic loss it converges.
func TestStep(t *testing.T) {
	net := symbol.LinearRegressionOutput(symbol.FullyConnected(symbol.Variable("data"), 1, with.Name("fc")), with.Name("loss"))
	sgd := func(b *backend.Builder, name string, w, g backend.Value) {
		b.Write(symbol.ArgName(name), b.Sub(w, b.Scale(g, 0.1)))
	}
	e, err := net.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{
		Shapes: map[string]backend.Shape{"data": {4, 1}}, Step: sgd,
		Grad: map[string]symbol.GradReq{"fc_weight": symbol.GradWrite, "fc_bias": symbol.GradWrite},
	}})
	require.NoError(t, err)
	defer e.Close()
	set(t, e.Arg("data"), -1, 0, 1, 2)
	set(t, e.Arg("loss_label"), -1, 1, 3, 5) // 2x+1
	for range 300 {
		require.NoError(t, e.Step())
	}
	assert.InDelta(t, 2, e.Arg("fc_weight").Float32()[0], 1e-4)
	assert.InDelta(t, 1, e.Arg("fc_bias").Float32()[0], 1e-4)
	assert.EqualValues(t, 300, e.StepCount())
	assert.ErrorContains(t, e.Forward(false), "bound without infer")
}

func TestBindRefuses(t *testing.T) {
	net := mlp()
	_, err := net.Bind(symbol.BindOptions{
		Arrays:       map[string]*ndarray.NDArray{"arg:fc1_weight": ndarray.Zeros(ndarray.Shape{8, 7})},
		LowerOptions: symbol.LowerOptions{Shapes: map[string]backend.Shape{"data": {2, 5}}, Infer: true},
	})
	assert.ErrorContains(t, err, `FullyConnected "fc1"`)
	_, err = net.Bind(symbol.BindOptions{
		Arrays:       map[string]*ndarray.NDArray{"weights": ndarray.Zeros(ndarray.Shape{8, 7})},
		LowerOptions: symbol.LowerOptions{Shapes: map[string]backend.Shape{"data": {2, 5}}, Infer: true},
	})
	assert.ErrorContains(t, err, `no array "weights"`)
	_, err = symbol.Add(symbol.Variable("a"), symbol.Variable("a")).SimpleBind(device.CPU(0), symbol.GradWrite, map[string]backend.Shape{"a": {2}})
	assert.ErrorContains(t, err, `two variables are called "a": where one is meant, use the same Symbol twice`)
}

// hostSquare is an operator in Go: the device hands it its arrays in the middle of a compiled step.
type hostSquareParam struct{}

func init() {
	each := func(in, out []backend.HostTensor, fn func(x, d float64) float64) error {
		for i := 0; i < len(out[0].Data); i += 4 {
			at := func(t backend.HostTensor) float64 {
				return float64(math.Float32frombits(binary.LittleEndian.Uint32(t.Data[i:])))
			}
			d := 0.0
			if len(in) > 1 {
				d = at(in[1])
			}
			binary.LittleEndian.PutUint32(out[0].Data[i:], math.Float32bits(float32(fn(at(in[0]), d))))
		}
		return nil
	}
	like := func(v op.Value) []backend.ValueInfo { return []backend.ValueInfo{{Shape: v.Shape(), DType: v.DType()}} }
	op.Register(op.Op[hostSquareParam]{
		Name: "_test_host_square", Doc: "out = x², computed in Go",
		Shape: func(_ *hostSquareParam, s *op.Shapes) { s.Elementwise() },
		Forward: func(_ *hostSquareParam, c *op.Ctx, in []op.Value) []op.Value {
			return c.Host("square", func(in, out []backend.HostTensor) error {
				return each(in, out, func(x, _ float64) float64 { return x * x })
			}, like(in[0]), in[0])
		},
		Backward: func(_ *hostSquareParam, c *op.Ctx, dout []op.Value) []op.Value {
			return c.Host("square backward", func(in, out []backend.HostTensor) error {
				return each(in, out, func(x, d float64) float64 { return 2 * x * d })
			}, like(dout[0]), c.In(0), dout[0])
		},
	})
}

func TestAHostCallInsideACompiledStep(t *testing.T) {
	fc := symbol.FullyConnected(symbol.Variable("data"), 1, with.NoBias(true), with.Name("fc"))
	net := symbol.MakeLoss(symbol.Apply("_test_host_square", &hostSquareParam{}, []*symbol.Symbol{fc}))
	sgd := func(b *backend.Builder, name string, w, g backend.Value) {
		b.Write(symbol.ArgName(name), b.Sub(w, b.Scale(g, 0.1)))
	}
	e, err := net.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{
		Shapes: map[string]backend.Shape{"data": {1, 1}}, Step: sgd, Grad: map[string]symbol.GradReq{"fc_weight": symbol.GradWrite},
	}})
	require.NoError(t, err)
	defer e.Close()
	set(t, e.Arg("data"), 1)
	set(t, e.Arg("fc_weight"), 1)
	require.NoError(t, e.Step())
	assert.Equal(t, []float32{1}, e.Outputs()[0].Float32())
	assert.InDelta(t, 0.8, e.Arg("fc_weight").Float32()[0], 1e-6) // 1 − 0.1·2
}

// BatchNorm's statistics, and gamma under fix_gamma, change where a wanted gradient flows through it and nowhere else: what
// MXNet 1.9.1 does with frozen layers.
func TestFrozenBatchNormStays(t *testing.T) {
	x := symbol.BatchNorm(symbol.FullyConnected(symbol.Variable("data"), 2, with.Name("fc1")), with.Name("bn"))
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 2, with.Name("fc2")), with.Name("softmax"))
	for want, moves := range map[string]bool{"fc2_weight": false, "fc1_bias": true, "bn_beta": true} {
		e, err := net.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{
			Shapes: map[string]backend.Shape{"data": {2, 2}}, Grad: map[string]symbol.GradReq{want: symbol.GradWrite}, Train: true}})
		require.NoError(t, err)
		defer e.Close()
		set(t, e.Arg("data"), 1, 2, -3, 4)
		set(t, e.Arg("fc1_weight"), 1, 2, 3, 4)
		set(t, e.Arg("bn_gamma"), 5, 5)
		require.NoError(t, e.Forward(true))
		require.NoError(t, e.Backward())
		if mean := e.Aux("bn_moving_mean"); moves {
			assert.NotEqual(t, []float32{0, 0}, mean.Float32(), want)
			assert.Equal(t, []float32{1, 1}, e.Arg("bn_gamma").Float32(), want)
		} else {
			assert.Nil(t, mean, "nothing reads it")
			assert.Equal(t, []float32{5, 5}, e.Arg("bn_gamma").Float32(), want)
		}
	}
}

// States change behind operators that no gradient comes back through, too: MXNet runs BatchNorm's backward with zeros.
func TestStatesChangeWithoutAGradient(t *testing.T) {
	bn := symbol.BatchNorm(symbol.Variable("data"), with.Name("bn"), with.Momentum(0.5))
	for _, net := range []*symbol.Symbol{symbol.BlockGrad(bn), symbol.ZerosLike(bn), symbol.GreaterScalar(symbol.Relu(bn), 0.5)} {
		e, err := net.SimpleBind(device.CPU(0), symbol.GradWrite, map[string]backend.Shape{"data": {2, 2}})
		require.NoError(t, err)
		defer e.Close()
		set(t, e.Arg("data"), 1, 2, 3, 4)
		require.NoError(t, e.Forward(true))
		require.NoError(t, e.Backward(ndarray.Ones(backend.Shape{2, 2})))
		assert.Equal(t, []float32{1, 1.5}, e.Aux("bn_moving_mean").Float32())
		assert.Equal(t, []float32{0, 0, 0, 0}, e.Grad("data").Float32())
	}
}
