package main_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/internal/simgpu"
	"github.com/gomx-org/gomx/io/idx"
)

// noisyDigits is a data set that a network does not learn to the last example: squares in noise, and one label in ten of
// the validation set is drawn by lot.
func noisyDigits(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, part := range []struct {
		images, labels string
		n              int
	}{{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", 1280}, {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 640}} {
		x, y := make([]uint8, part.n*28*28), make([]uint8, part.n)
		for i := range part.n {
			y[i] = uint8(rng.IntN(10))
			for k := range 784 {
				x[784*i+k] = uint8(rng.IntN(150))
			}
			row, col := int(y[i])/5*14, int(y[i])%5*5
			for dy := range 8 {
				for dx := range 5 {
					x[i*784+(row+dy+2)*28+col+dx] += 60
				}
			}
			if part.n == 640 && rng.IntN(10) == 0 {
				y[i] = uint8(rng.IntN(10))
			}
		}
		for name, a := range map[string]*idx.Array{part.images: {Shape: []int{part.n, 28, 28}, Data: x}, part.labels: {Shape: []int{part.n}, Data: y}} {
			var b bytes.Buffer
			require.NoError(t, idx.Write(&b, a))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644))
		}
	}
	return dir
}

// onGPUs runs train_mnist on the simulated machine.
func onGPUs(t *testing.T, extra []string, options []simgpu.Option, args ...string) result {
	t.Helper()
	env, err := simgpu.Env(options...)
	require.NoError(t, err)
	cmd := exec.Command(binary, args...)
	cmd.Env = append(env, extra...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func needGPUs(t *testing.T) {
	t.Helper()
	if err := simgpu.Available(); err != nil {
		t.Skip(err)
	}
}

var accuracy = regexp.MustCompile(`Validation-accuracy=([0-9.]+)`)

// finalAccuracy is that of the last validation.
func finalAccuracy(t *testing.T, r result) float64 {
	t.Helper()
	require.Equal(t, 0, r.code, r.stderr)
	all := accuracy.FindAllStringSubmatch(r.stderr, -1)
	require.NotEmpty(t, all, r.stderr)
	v, err := strconv.ParseFloat(all[len(all)-1][1], 64)
	require.NoError(t, err)
	return v
}

// 200 steps of the MLP on two devices learn what they learn on the CPU; the order in which the devices run changes no bit.
func TestTwoGPUsLearnAsTheCPU(t *testing.T) {
	needGPUs(t)
	data, dir := noisyDigits(t), t.TempDir()
	common := []string{"--data-dir", data, "--network", "mlp", "--num-examples", "1280", "--batch-size", "64", "--num-epochs", "10", "--lr", ".05"}
	want := finalAccuracy(t, run(t, binary, common...))
	assert.Greater(t, want, 0.85)
	assert.Less(t, want, 0.95, "the data must be hard enough to tell")

	var files []string
	for i, o := range [][]simgpu.Option{{simgpu.Seed(1)}, {simgpu.Seed(2)}, {simgpu.Seed(3), simgpu.NoBLAS()}} {
		prefix := filepath.Join(dir, strconv.Itoa(i), "mnist")
		r := onGPUs(t, nil, o, append(common, "--gpus", "0,1", "--kv-store", "device", "--model-prefix", prefix)...)
		assert.InDelta(t, want, finalAccuracy(t, r), 0.005)
		files = append(files, prefix+"-0010.params")
	}
	sameFile(t, files[0], files[1])
}

// What goes wrong on a GPU is one line; what was saved before stays whole, and training goes on from it, on a CPU too.
func TestGPUFaults(t *testing.T) {
	needGPUs(t)
	data, dir := digits(t), t.TempDir()
	common := []string{"--data-dir", data, "--network", "mlp", "--num-examples", "1300", "--gpus", "0"}
	for name, c := range map[string]struct {
		extra   []string
		options []simgpu.Option
		args    []string
		want    string
	}{
		"no driver":     {[]string{"GOMX_CUDA=off"}, nil, nil, "gpu(0)"},
		"no such GPU":   {nil, []simgpu.Option{simgpu.Devices(1)}, []string{"--gpus", "0,1"}, "gpu(1): this machine has 1 GPU"},
		"failed launch": {[]string{"SIMGPU_FAIL=launch=20:1"}, nil, nil, "CUDA_ERROR_INVALID_VALUE"},
		"out of memory": {nil, []simgpu.Option{simgpu.Memory(64 << 10)}, nil, "memory"},
	} {
		t.Run(name, func(t *testing.T) {
			r := onGPUs(t, c.extra, c.options, append(common, c.args...)...)
			assert.Equal(t, 1, r.code, r.stderr)
			assert.Contains(t, lastLine(r.stderr), c.want)
			assert.NotContains(t, r.stderr, "goroutine")
		})
	}
	t.Run("device lost", func(t *testing.T) {
		prefix := filepath.Join(dir, "mnist")
		r := onGPUs(t, []string{"SIMGPU_FAIL=op=2000:719"}, nil, append(common, "--num-epochs", "20", "--model-prefix", prefix)...)
		require.Equal(t, 1, r.code, r.stderr)
		assert.Contains(t, lastLine(r.stderr), "gpu(0)")
		assert.NotContains(t, r.stderr, "goroutine")
		saved, err := filepath.Glob(prefix + "-????.params")
		require.NoError(t, err)
		require.NotEmpty(t, saved, "the device must be lost after an epoch: %s", r.stderr)
		epoch := saved[len(saved)-1][len(prefix)+1:][:4]
		n, err := strconv.Atoi(epoch)
		require.NoError(t, err)
		r = run(t, binary, "--data-dir", data, "--network", "mlp", "--num-examples", "1300", "--model-prefix", prefix,
			"--load-epoch", strconv.Itoa(n), "--num-epochs", strconv.Itoa(n+1))
		assert.Equal(t, 0, r.code, r.stderr)
	})
}
