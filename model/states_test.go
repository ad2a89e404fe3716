package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

func statesWith(meta string) map[string]*ndarray.NDArray {
	return map[string]*ndarray.NDArray{"meta": ndarray.Array([]byte(meta), backend.Shape{len(meta)}, ndarray.Of(backend.Uint8))}
}

func TestStatesThatAreNone(t *testing.T) {
	for want, arrays := range map[string]map[string]*ndarray.NDArray{
		"has no meta":    {"state:w:mom": ndarray.Zeros(backend.Shape{1})},
		"not a training": {"meta": ndarray.Zeros(backend.Shape{1})},
		"meta: ":         statesWith(`{"format": 1`),
		"format 2":       statesWith(`{"format": 2}`),
		"make no sense":  statesWith(`{"format": 1, "epoch": -1}`),
	} {
		_, err := statesOf(arrays)
		assert.ErrorContains(t, err, want)
	}
}

func FuzzStates(f *testing.F) {
	f.Add(`{"format": 1, "epoch": 3, "batch": 2, "step": 100, "seed": 7, "optimizer": {"name": "sgd", "params": {"momentum": "0.9"}}, "num_update": 100, "updates": [100]}`)
	f.Add(`{"format": 1, "epoch": 1e9}`)
	f.Fuzz(func(t *testing.T, meta string) {
		if meta == "" {
			return
		}
		s, err := statesOf(statesWith(meta))
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, s.Epoch, 0)
		_, _ = s.Optimizer.New() // any error, no panic
	})
}
