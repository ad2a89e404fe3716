package symbol_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// deep is layers of convolution, BatchNorm and relu, with a Dropout and a LeakyReLU on the way.
func deep(layers int) *symbol.Symbol {
	x := symbol.Variable("data")
	for i := range layers {
		x = symbol.Convolution(x, 8, with.Kernel(3, 3), with.Pad(1, 1), with.NoBias(true), with.Name(fmt.Sprint("conv", i)))
		x = symbol.Activation(symbol.BatchNorm(x, with.Name(fmt.Sprint("bn", i))), with.ActRelu)
	}
	x = symbol.LeakyReLU(symbol.Dropout(x), with.LeakyElu)
	return symbol.SoftmaxOutput(symbol.FullyConnected(x, 10, with.Name("fc")), with.Name("softmax"))
}

// arena is what a Program needs for the values between its calls, in bytes.
func arena(p *backend.Program) int { return passes.Memory(p, 64).Arena }

// trained runs one step of everything on numbers that depend on their place alone.
func trained(t *testing.T, net *symbol.Symbol, o symbol.LowerOptions) (*symbol.Executor, map[string][]float32) {
	t.Helper()
	o.Grad = map[string]symbol.GradReq{}
	for _, name := range net.ListArguments() {
		o.Grad[name] = symbol.GradWrite
	}
	o.Shapes = map[string]backend.Shape{"data": {4, 3, 16, 16}}
	e, err := net.Bind(symbol.BindOptions{LowerOptions: o})
	require.NoError(t, err)
	t.Cleanup(e.Close)
	for k, name := range net.ListArguments() {
		x := make([]float32, e.Arg(name).Size())
		for i := range x {
			x[i] = float32((i*7+k*5)%11)/11 - 0.4
		}
		require.NoError(t, e.Arg(name).CopyFrom(ndarray.Array(x, e.Arg(name).Shape())))
	}
	if o.Train {
		require.NoError(t, e.Forward(true))
		require.NoError(t, e.Backward())
	} else {
		require.NoError(t, e.Step())
	}
	got := map[string][]float32{"out": e.Outputs()[0].Float32()}
	for _, name := range net.ListArguments() {
		got[name] = e.Grad(name).Float32()
	}
	for _, name := range net.ListAuxiliaryStates() {
		got[name] = e.Aux(name).Float32()
	}
	return e, got
}

// TestMirror: less memory, the same bits, whether forward and backward are one entry or two.
func TestMirror(t *testing.T) {
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "0")
	net := deep(12)
	for name, o := range map[string]symbol.LowerOptions{"step": {Grads: true}, "forward and backward": {Train: true}} {
		t.Run(name, func(t *testing.T) {
			plain, want := trained(t, net, o)
			o.Mirror = true
			mirrored, got := trained(t, net, o)
			assert.Equal(t, want, got)
			before, after := arena(plain.Program()), arena(mirrored.Program())
			t.Logf("12 layers of convolution, BatchNorm and relu: %d bytes, mirrored %d", before, after)
			assert.Less(t, after, before*3/4)
		})
	}
}

// TestMirrorByEnvironment and by attribute.
func TestMirrorByEnvironment(t *testing.T) {
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "0")
	net := deep(6)
	plain, want := trained(t, net, symbol.LowerOptions{Grads: true})
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "1")
	mirrored, got := trained(t, net, symbol.LowerOptions{Grads: true})
	assert.Equal(t, want, got)
	assert.Less(t, arena(mirrored.Program()), arena(plain.Program()))
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "0")
	again, _ := trained(t, net, symbol.LowerOptions{Grads: true})
	assert.Equal(t, arena(plain.Program()), arena(again.Program()))

	forced := net.GetInternals()
	for _, s := range []string{"bn2_output", "activation2_output", "bn3_output", "activation3_output", "dropout0_output"} {
		require.NoError(t, forced.OutputNamed(s).SetAttr("force_mirroring", "True"))
	}
	some, got := trained(t, net, symbol.LowerOptions{Grads: true})
	assert.Equal(t, want, got)
	assert.Less(t, arena(some.Program()), arena(plain.Program()))
	assert.Greater(t, arena(some.Program()), arena(mirrored.Program()))
}

// TestMirrorEndsChains: of sums that each need the one before, some are kept: all of them again at once would take as much
// memory as to keep them.
func TestMirrorEndsChains(t *testing.T) {
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "0")
	x := symbol.Variable("data")
	for i := range 12 {
		y := symbol.Convolution(x, 3, with.Kernel(3, 3), with.Pad(1, 1), with.NoBias(true), with.Name(fmt.Sprint("conv", i)))
		x = symbol.Activation(symbol.Add(x, symbol.BatchNorm(y)), with.ActTanh)
	}
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 10, with.Name("fc")), with.Name("softmax"))
	plain, want := trained(t, net, symbol.LowerOptions{Grads: true})
	mirrored, got := trained(t, net, symbol.LowerOptions{Grads: true, Mirror: true})
	assert.Equal(t, want, got)
	t.Logf("%d bytes, mirrored %d", arena(plain.Program()), arena(mirrored.Program()))
	assert.Less(t, arena(mirrored.Program()), arena(plain.Program())*6/7)
}

// TestMirrorOfSharedSums: values that are read twice at each of many levels are looked at once.
func TestMirrorOfSharedSums(t *testing.T) {
	x := symbol.Variable("data")
	for range 60 {
		x = symbol.MulScalar(symbol.Add(x, x), 0.5)
	}
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 10, with.Name("fc")), with.Name("softmax"))
	_, want := trained(t, net, symbol.LowerOptions{Grads: true})
	_, got := trained(t, net, symbol.LowerOptions{Grads: true, Mirror: true})
	assert.Equal(t, want, got)
}
