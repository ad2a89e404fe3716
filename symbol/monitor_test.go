package symbol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// watchedNet has a random operator, one of two outputs, and BatchNorm's hidden ones.
func watchedNet() *symbol.Symbol {
	x := symbol.FullyConnected(symbol.Variable("data"), 4, with.Name("fc1"))
	x = symbol.Dropout(symbol.BatchNorm(x, with.Name("bn")), with.P(0.5), with.Name("drop"))
	parts := symbol.SliceChannel(x, 2, with.Name("sl"))
	x = symbol.FullyConnected(symbol.Add(parts.Output(0), parts.Output(1)), 3, with.Name("fc2"))
	return symbol.SoftmaxOutput(x, with.Name("softmax"))
}

func bindWatched(t *testing.T) *symbol.Executor {
	t.Helper()
	e, err := watchedNet().SimpleBind(device.CPU(0), symbol.GradWrite, map[string]backend.Shape{"data": {8, 5}})
	require.NoError(t, err)
	t.Cleanup(e.Close)
	for i, name := range []string{"data", "fc1_weight", "fc2_weight", "bn_gamma"} {
		a := e.Arg(name)
		x := make([]float32, a.Size())
		for k := range x {
			x[k] = float32((k*7+i*3)%11)/8 - 0.5
		}
		set(t, a, x...)
	}
	return e
}

// What a callback hears, and in which order, is what MXNet 1.9.1's executor tells of this network; hidden outputs left out.
func TestMonitorCallbackNames(t *testing.T) {
	names := func(c symbol.MonitorCallback) (heard []string) {
		e := bindWatched(t)
		c.Tell = func(name string, _ *ndarray.NDArray) { heard = append(heard, name) }
		require.NoError(t, e.SetMonitorCallback(&c))
		require.NoError(t, e.Forward(false))
		return heard
	}
	assert.Equal(t, []string{"fc1_output", "bn_output", "drop_output", "sl_output0", "sl_output1", "_plus0_output", "fc2_output", "softmax_output"},
		names(symbol.MonitorCallback{}))
	assert.Equal(t, []string{"data", "fc1_data", "fc1_weight", "fc1_weight", "fc1_bias", "fc1_bias", "fc1_output",
		"bn_data", "bn_gamma", "bn_gamma", "bn_beta", "bn_beta", "bn_moving_mean", "bn_moving_mean", "bn_moving_var", "bn_moving_var", "bn_output"},
		names(symbol.MonitorCallback{Inputs: true})[:17])
	assert.Equal(t, []string{"fc2_data"}, names(symbol.MonitorCallback{Inputs: true, Want: func(n string) bool { return n == "fc2_data" }}))
}

// The numbers are those of the pass that ran, masks included, and training goes on as it would unwatched.
func TestMonitorCallbackSeesTheVeryPass(t *testing.T) {
	plain, e := bindWatched(t), bindWatched(t)
	active, heard := true, map[string][]float32{}
	require.NoError(t, e.SetMonitorCallback(&symbol.MonitorCallback{
		Active: func() bool { return active },
		Tell:   func(name string, a *ndarray.NDArray) { heard[name] = a.Float32() },
	}))
	for step := range 4 {
		active = step%2 == 0
		clear(heard)
		for _, x := range []*symbol.Executor{plain, e} {
			require.NoError(t, x.Forward(true))
			require.NoError(t, x.Backward())
		}
		assert.Equal(t, plain.Outputs()[0].Float32(), e.Outputs()[0].Float32(), "step %d", step)
		assert.InDeltaSlice(t, plain.Grad("fc1_weight").Float64(), e.Grad("fc1_weight").Float64(), 1e-6, "step %d", step)
		assert.InDeltaSlice(t, plain.Aux("bn_moving_var").Float64(), e.Aux("bn_moving_var").Float64(), 1e-6, "step %d", step)
		if !active {
			assert.Empty(t, heard)
			continue
		}
		assert.Equal(t, e.Outputs()[0].Float32(), heard["softmax_output"])
		dropped, normal := heard["drop_output"], heard["bn_output"]
		zeros := 0
		for i, v := range dropped {
			if v == 0 {
				zeros++
			} else {
				assert.InDelta(t, 2*normal[i], v, 1e-6)
			}
		}
		assert.Positive(t, zeros)
	}
	require.NoError(t, e.Forward(true))
	require.NoError(t, e.SetMonitorCallback(nil))
	require.NoError(t, e.Forward(false), "goes on without")
}
