package gputest

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/simgpu"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
)

// trainedModule drives a Module by hand through the points twice, from a checkpoint on the second time, and gives what it
// shows: parameters, gradients of the data, predictions, and the monitor's names.
func trainedModule(t *testing.T, on ...model.Option) (p model.Params, grads, predicted []float64, names []string) {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), "m")
	var mod *model.Module
	for epoch := range 2 {
		data := points(t)
		if epoch == 0 {
			mod = model.NewModule(dropout(), options(1, on...)...)
		} else {
			require.NoError(t, mod.Close())
			var err error
			mod, err = model.LoadModule(prefix, 1, true, options(2, on...)...)
			require.NoError(t, err)
		}
		require.NoError(t, mod.Bind(data.ProvideData(), data.ProvideLabel(), model.InputsNeedGrad()))
		if epoch == 0 {
			require.NoError(t, mod.InitParams())
		}
		require.NoError(t, mod.InitOptimizer("device", optimizer.Adam{}))
		mon := &model.Monitor{Interval: 100, Pattern: "fc|drop"}
		require.NoError(t, mod.InstallMonitor(mon))
		names = nil
		for {
			b, err := data.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			mon.Tic()
			require.NoError(t, mod.ForwardBackward(b))
			require.NoError(t, mod.Update())
			stats, err := mon.Toc()
			require.NoError(t, err)
			for _, s := range stats {
				names = append(names, s.Name)
			}
		}
		require.NoError(t, mod.SaveCheckpoint(prefix, 1, true))
	}
	defer func() { assert.NoError(t, mod.Close()) }()
	g, err := mod.GetInputGrads()
	require.NoError(t, err)
	grads = g[0].Float64()
	p, err = mod.GetParams()
	require.NoError(t, err)
	out, err := mod.Predict(context.Background(), points(t))
	require.NoError(t, err)
	return p, grads, out[0].Float64(), names
}

// A Module on one GPU, and on two, does what it does on the CPU.
func TestModule(t *testing.T) {
	simgpu.Need(t)
	want, grads, predicted, names := trainedModule(t, model.On(device.CPU(0)))
	assert.Equal(t, []string{"fc1_output", "dropout0_output", "fc2_output", "fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias"}, names)
	for _, on := range [][]model.Option{{model.On(device.GPU(0))}, {model.On(device.GPU(0), device.GPU(1)), model.WorkLoad(4, 3)}} {
		p, g, out, seen := trainedModule(t, on...)
		for name, a := range want.Args {
			assert.InDeltaSlice(t, a.Float64(), p.Args[name].Float64(), 1e-4, name)
		}
		assert.InDeltaSlice(t, grads, g, 1e-4)
		assert.InDeltaSlice(t, predicted, out, 1e-4)
		if len(on) == 1 {
			assert.Equal(t, names, seen)
		} else {
			assert.Len(t, seen, 2*len(names))
		}
	}
}
