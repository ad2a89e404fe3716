package model_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
)

// Fixed parameters keep their bits, and with everything below a BatchNorm fixed so do its statistics; the rest learns, and
// resumes to the bit. On one device and on two, whoever updates.
func TestFixedParams(t *testing.T) {
	frozen := []string{"fc1_weight", "fc1_bias", "batchnorm0_gamma", "batchnorm0_beta"}
	for name, options := range map[string][]model.Option{
		"one":               {model.On(device.CPU(0))},
		"two, in the store": {two, model.KVStore("local")},
		"two, on devices":   {two, model.KVStore("local_allreduce_cpu")},
	} {
		t.Run(name, func(t *testing.T) {
			options := append(options, model.Seed(2), quiet(), model.Optimizer(optimizer.Adam{}))
			start := model.NewFeedForward(fancy(), options...)
			require.NoError(t, start.InitParams(toyData(32, 32)))
			options = append(options, model.WithParams(start.Params), model.FixedParams(frozen...))
			before := map[string][]float32{}
			for name, a := range start.Params.Args {
				before[name] = a.Float32()
			}
			a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			fit := func(m *model.FeedForward, prefix string) {
				require.NoError(t, m.Fit(context.Background(), toyData(160, 32), model.Checkpoint(prefix)))
			}
			m := model.NewFeedForward(fancy(), append(options, model.Epochs(3))...)
			fit(m, a)
			for _, n := range frozen {
				assert.Equal(t, before[n], m.Params.Args[n].Float32(), n)
			}
			assert.Equal(t, make([]float32, 16), m.Params.Aux["batchnorm0_moving_mean"].Float32())
			assert.NotEqual(t, before["fc2_weight"], m.Params.Args["fc2_weight"].Float32())

			for name, v := range before { // Fit changed what it was given
				require.NoError(t, start.Params.Args[name].SetFloat32(v))
			}
			fit(model.NewFeedForward(fancy(), append(options, model.Epochs(2))...), b)
			resumed, err := model.Load(b, 2, append(options[:len(options)-2], model.FixedParams(frozen...), model.Epochs(3))...)
			require.NoError(t, err)
			fit(resumed, b)
			for _, end := range []string{"-0003.params", "-0003.states"} {
				assert.True(t, bytes.Equal(bytesOf(t, a+end), bytesOf(t, b+end)), end)
			}
		})
	}
	m := model.NewFeedForward(fancy(), model.FixedParams("fc9_weight"), quiet())
	assert.ErrorContains(t, m.Fit(context.Background(), toyData(32, 32)), `FixedParams: no parameter "fc9_weight" in the network; the nearest are`)
}
