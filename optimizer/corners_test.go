package optimizer

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// updates runs an optimizer on one parameter and gives its weights after each gradient.
func updates(t *testing.T, o Optimizer, name string, w0 []float32, grads ...[]float32) [][]float32 {
	t.Helper()
	u, err := NewUpdater(o, map[int]Param{0: {Name: name}})
	require.NoError(t, err)
	w := ndarray.Array(w0, backend.Shape{len(w0)})
	var all [][]float32
	for _, g := range grads {
		require.NoError(t, u.Update(0, ndarray.Array(g, backend.Shape{len(g)}), w))
		all = append(all, w.Float32())
	}
	require.NoError(t, u.Close())
	return all
}

// With batch_scale 2, every second update is one of SGD by the mean of two gradients, at the rate of the warm-up.
func TestLBSGDAccumulates(t *testing.T) {
	o := LBSGD{LearningRate: 0.1, Momentum: 0.5, WD: 0.1, BatchScale: 2, WarmupEpochs: 1, UpdatesPerEpoch: 4}
	got := updates(t, o, "w_weight", []float32{1, -1}, []float32{1, 2}, []float32{3, 0}, []float32{1, 1}, []float32{0, 2})
	assert.Equal(t, []float32{1, -1}, got[0])
	lr := 0.1 * 1.5 // half way up from 1 to 2
	m := []float64{-lr * (2 + 0.1), -lr * (1 - 0.1)}
	w := []float64{1 + m[0], -1 + m[1]}
	assert.InDeltaSlice(t, w, float64s(got[1]), 1e-6)
	assert.Equal(t, got[1], got[2])
	lr = 0.1 * 2
	m = []float64{0.5*m[0] - lr*(0.5+0.1*w[0]), 0.5*m[1] - lr*(1.5+0.1*w[1])}
	assert.InDeltaSlice(t, []float64{w[0] + m[0], w[1] + m[1]}, float64s(got[3]), 1e-6)
}

// LARS lets biases alone, and scales the momentum when the scheduler changes the rate.
func TestLARS(t *testing.T) {
	o := LARS{LearningRate: 0.1, Momentum: 0.9, LRScheduler: FactorScheduler{Step: 1, Factor: 0.5}}
	got := updates(t, o, "fc_bias", []float32{1}, []float32{1}, []float32{1})
	assert.InDelta(t, 1-0.1, float64(got[0][0]), 1e-6)
	assert.InDelta(t, 0.9+0.9*0.5*-0.1-0.05, float64(got[1][0]), 1e-6)
	got = updates(t, LARS{LearningRate: 0.1}, "fc_weight", []float32{3, 4}, []float32{0.6, 0.8}, []float32{0, 0})
	assert.InDeltaSlice(t, []float64{3 - 0.1*0.005*0.6, 4 - 0.1*0.005*0.8}, float64s(got[0]), 1e-6)
	assert.Equal(t, got[0], got[1], "no gradient")
}

func TestAdamW(t *testing.T) {
	got := updates(t, AdamW{LearningRate: 0.1, WD: 0.1}, "w_weight", []float32{1}, []float32{2})
	assert.InDelta(t, 1-0.1*(1+0.1), float64(got[0][0]), 1e-5)
}

// Stores compare weights of SGD exactly: it has the bits of MXNet's kernels, on every device.
func TestBitsOfSGD(t *testing.T) {
	files, err := filepath.Glob("testdata/optim/sgd*_only.json")
	require.NoError(t, err)
	more, err := filepath.Glob("testdata/optim/sgd*-full.json")
	require.NoError(t, err)
	for _, file := range append(files, more...) {
		var c optimCase
		load(t, file, &c)
		u, err := NewUpdater(makeOptimizer(t, c.Optimizer, c.Kwargs), nil)
		require.NoError(t, err)
		w := c.Weight0.array(t)
		for i, s := range c.Steps {
			require.NoError(t, u.Update(0, s.Grad.array(t), w))
			assert.Equal(t, s.Weight.Data, w.Float64(), "%s: step %d", file, i+1)
		}
		require.NoError(t, u.Close())
	}
}

// A weight whose gradient was always 0 stays, without NaN.
func TestAdamaxWithoutGradient(t *testing.T) {
	assert.Equal(t, []float32{1}, updates(t, Adamax{}, "w_bias", []float32{1}, []float32{0})[0])
}

func TestTest(t *testing.T) {
	u, err := NewUpdater(Test{RescaleGrad: 0.5, WD: 9, ClipGradient: 0.1}, nil)
	require.NoError(t, err)
	w := ndarray.Array([]float32{1, -2}, nil)
	require.NoError(t, u.Update(0, ndarray.Array([]float32{2, -2}, nil), w))
	assert.Equal(t, []float32{2, -3}, w.Float32())
	assert.Equal(t, []float32{2, -3}, u.States(0)[0].Float32())
	require.NoError(t, u.Close())
}

// Under multi_precision the copy of the weight comes first, but last with SGD, NAG and LARS.
func TestOrderOfMasterCopies(t *testing.T) {
	for want, o := range map[string]Optimizer{
		"weight32 mean var": Adam{MultiPrecision: true}, "mom weight32": NAG{MultiPrecision: true, Momentum: 1},
		"weight32 previous": DCASGD{MultiPrecision: true}, "weight32 mom": Signum{MultiPrecision: true},
	} {
		var names []string
		for _, s := range o.States(backend.Shape{2}, backend.Float16) {
			names = append(names, s.Name)
			assert.Equal(t, backend.Float32, s.DType)
		}
		assert.Equal(t, want, strings.Join(names, " "))
	}
}

func TestDCASGDMomentum(t *testing.T) {
	got := updates(t, DCASGD{LearningRate: 0.1, Momentum: 0.9}, "w_weight", []float32{1}, []float32{1}, []float32{1})
	assert.InDelta(t, 0.9, float64(got[0][0]), 1e-6)
	assert.InDelta(t, 0.9-0.09-0.1*(1+0.04*-0.1), float64(got[1][0]), 1e-6)
}

func TestLAMBBounds(t *testing.T) {
	w := []float32{3, 4}
	free := updates(t, LAMB{LearningRate: 0.1}, "w", w, []float32{1, 1})[0]
	bound := updates(t, LAMB{LearningRate: 0.1, UpperBound: 1}, "w", w, []float32{1, 1})[0]
	assert.InDelta(t, float64(w[0]-free[0])/5, float64(w[0]-bound[0]), 1e-5)
	plain := updates(t, LAMB{LearningRate: 0.1, NoBiasCorrection: true}, "w", w, []float32{1, 1})[0]
	assert.InDelta(t, 5/math.Sqrt2*0.1, float64(w[0]-plain[0]), 1e-3, "the step is as long as the weight, times the rate")
}

// The noise of SGLD has the variance of the rate, differs between parameters and steps, and comes again the same.
func TestSGLD(t *testing.T) {
	const n = 20000
	zero := make([]float32, n)
	a := updates(t, SGLD{LearningRate: 0.04}, "w", zero, zero, zero)
	mean, square, both := 0.0, 0.0, 0.0
	for i := range n {
		first, second := float64(a[0][i]), float64(a[1][i]-a[0][i])
		mean += first / n
		square += first * first / n
		both += first * second / n
	}
	assert.InDelta(t, 0, mean, 0.006)
	assert.InDelta(t, 0.04, square, 0.002)
	assert.InDelta(t, 0, both, 0.002)
	assert.Equal(t, a, updates(t, SGLD{LearningRate: 0.04}, "w", zero, zero, zero))
	drift := updates(t, SGLD{LearningRate: 0.04}, "w", zero, append([]float32{2}, zero[1:]...))[0]
	assert.InDelta(t, float64(a[0][0])-0.04, float64(drift[0]), 1e-6)

	u, err := NewUpdater(SGLD{}, nil)
	require.NoError(t, err)
	x, y := ndarray.Zeros(backend.Shape{4}), ndarray.Zeros(backend.Shape{4})
	require.NoError(t, u.Update(0, ndarray.Zeros(backend.Shape{4}), x))
	require.NoError(t, u.Update(1, ndarray.Zeros(backend.Shape{4}), y))
	assert.NotEqual(t, x.Float32(), y.Float32())
	require.NoError(t, u.Close())
}

func float64s(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}
