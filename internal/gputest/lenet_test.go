package gputest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/initializer"
	"github.com/gomx-org/gomx/internal/simgpu"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// TestMain runs the tests twice: with cuBLAS and with it hidden.
func TestMain(m *testing.M) {
	code := simgpu.Main(m)
	if child := os.Getenv("SIMGPU_DEVICES") != ""; code == 0 && !child {
		code = simgpu.Main(m, simgpu.NoBLAS())
	}
	os.Exit(code)
}

const batch = 16

// oneBatch is data for one step.
func oneBatch(t *testing.T, seed uint64) mxio.DataIter {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	x, y := make([]float32, batch*28*28), make([]float32, batch)
	for i := range x {
		x[i] = rng.Float32()
	}
	for i := range y {
		y[i] = float32(rng.IntN(10))
	}
	it, err := mxio.NewNDArrayIter(mxio.Floats(x, batch, 1, 28, 28), mxio.Floats(y, batch), mxio.BatchSize(batch))
	require.NoError(t, err)
	return it
}

// step trains LeNet for one batch on the devices, from the given parameters, and gives the new ones.
func step(t *testing.T, it mxio.DataIter, from map[string]*ndarray.NDArray, on ...device.Context) map[string]*ndarray.NDArray {
	t.Helper()
	params := model.Params{Args: map[string]*ndarray.NDArray{}}
	for name, a := range from {
		params.Args[name] = ndarray.Array(a.Float32(), a.Shape())
	}
	m := model.NewFeedForward(zoo.LeNet(10), model.On(on...), model.Epochs(1), model.WithParams(params), model.Log(func(string, ...any) {}),
		model.Initializer(initializer.Xavier{}), model.Seed(5), model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9, WD: 1e-4}))
	require.NoError(t, m.Fit(context.Background(), it))
	return m.Params.Args
}

// Ten steps of LeNet, each from where the CPU's step before ended, end where the CPU's do.
func TestLeNetSteps(t *testing.T) {
	simgpu.Need(t)
	var at map[string]*ndarray.NDArray
	for i := range 11 { // the first makes initial values
		it := oneBatch(t, uint64(i))
		want := step(t, it, at, device.CPU(0))
		if i == 0 { // nothing was given: from the CPU's initial values
			at = want
			continue
		}
		for _, on := range [][]device.Context{{device.GPU(0)}, {device.GPU(0), device.GPU(1)}} {
			it.Reset()
			got := step(t, it, at, on...)
			for name, w := range want {
				require.NoError(t, near(got[name].Float32(), w.Float32(), 1e-4), "step %d on %v: %s", i, on, name)
			}
		}
		at = want
	}
}

// near compares two arrays, relative to the largest number wanted.
func near(got, want []float32, tolerance float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d numbers, want %d", len(got), len(want))
	}
	largest, worst, where := 0.0, 0.0, 0
	for i := range want {
		largest = max(largest, math.Abs(float64(want[i])))
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= worst) {
			worst, where = d, i
		}
	}
	if !(worst <= tolerance*largest) {
		return fmt.Errorf("element %d is %v, want %v: %.2g of the largest, %v", where, got[where], want[where], worst/largest, largest)
	}
	return nil
}
