package main_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/io/idx"
)

var binary string

// TestMain builds train_mnist: what users meet is the binary.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "train_mnist")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "train_mnist")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// digits writes a small data set in MNIST's format: a bright square whose place tells the class.
func digits(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	write := func(images, labels string, n int) {
		x, y := make([]uint8, n*28*28), make([]uint8, n)
		for i := range n {
			y[i] = uint8(rng.IntN(10))
			row, col := int(y[i])/5*14, int(y[i])%5*5
			for dy := range 8 {
				for dx := range 5 {
					x[i*784+(row+dy+2)*28+col+dx] = uint8(150 + rng.IntN(100))
				}
			}
		}
		for name, a := range map[string]*idx.Array{images: {Shape: []int{n, 28, 28}, Data: x}, labels: {Shape: []int{n}, Data: y}} {
			var b bytes.Buffer
			require.NoError(t, idx.Write(&b, a))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644))
		}
	}
	write("train-images-idx3-ubyte", "train-labels-idx1-ubyte", 1300)
	write("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 170)
	return dir
}

type result struct {
	code   int
	out    string
	stderr string
}

func run(t *testing.T, bin string, args ...string) result {
	t.Helper()
	cmd := exec.Command(bin, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func sameFile(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	require.NoError(t, err)
	y, err := os.ReadFile(b)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(x, y), "%s and %s differ", filepath.Base(a), filepath.Base(b))
}

func TestTrainsSavesAndResumesBitForBit(t *testing.T) {
	bin, data, dir := binary, digits(t), t.TempDir()
	straight, split := filepath.Join(dir, "a", "mnist"), filepath.Join(dir, "b", "mnist")
	common := []string{"--data-dir", data, "--num-examples", "1300", "--lr-factor", ".9", "--lr-factor-epoch", ".5", "--seed", "7"}

	r := run(t, bin, append(common, "--model-prefix", straight, "--num-epochs", "4")...)
	require.Equal(t, 0, r.code, r.stderr)
	assert.Contains(t, r.stderr, "start with arguments")
	assert.Contains(t, r.stderr, "Epoch[3] Validation-accuracy=1.0")
	assert.Contains(t, r.stderr, "Change learning rate to")

	require.Equal(t, 0, run(t, bin, append(common, "--model-prefix", split, "--num-epoch", "2")...).code)
	r = run(t, bin, append(common, "--model-prefix", split, "--num-epochs", "4", "--load-epoch", "2")...)
	require.Equal(t, 0, r.code, r.stderr)
	assert.NotContains(t, r.stderr, "warning")
	sameFile(t, straight+"-0004.params", split+"-0004.params")
	sameFile(t, straight+"-0004.states", split+"-0004.states")

	require.NoError(t, os.Remove(split+"-0002.states"))
	r = run(t, bin, append(common, "--model-prefix", split, "--num-epochs", "3", "--load-epoch", "2")...)
	require.Equal(t, 0, r.code, r.stderr)
	assert.Contains(t, r.stderr, "warning: no optimizer state")
}

// --monitor logs every N batches.
func TestMonitor(t *testing.T) {
	data := digits(t)
	common := []string{"--data-dir", data, "--num-examples", "1300", "--num-epochs", "1"}
	r := run(t, binary, common...)
	require.Equal(t, 0, r.code, r.stderr)
	assert.NotContains(t, r.stderr, "Batch: ")
	r = run(t, binary, append(common, "--monitor", "4")...)
	require.Equal(t, 0, r.code, r.stderr)
	assert.Regexp(t, `(?m)Batch: {7}1 fc1_weight {21}0\.\d+\s*$`, r.stderr)
	assert.Equal(t, 3, strings.Count(r.stderr, " softmax_output "), "batches 1, 5 and 9 of 10")
	r = run(t, binary, "--data-dir", data, "--monitor=-1")
	assert.Equal(t, 1, r.code)
	assert.Contains(t, lastLine(r.stderr), "--monitor is -1, want at least 0")
}

func TestCtrlC(t *testing.T) {
	bin, data, dir := binary, digits(t), t.TempDir()
	straight, broken := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	common := []string{"--data-dir", data, "--num-examples", "1300", "--num-epochs", "120"}
	require.Equal(t, 0, run(t, bin, append(common, "--model-prefix", straight)...).code)

	cmd := exec.Command(bin, append(common, "--model-prefix", broken)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { _, err := os.Stat(broken + "-0003.params"); return err == nil }, 60*time.Second, time.Millisecond)
	time.Sleep(7 * time.Millisecond) // into the middle of an epoch, mostly
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	require.Equal(t, 130, cmd.ProcessState.ExitCode(), stderr.String())
	assert.Contains(t, lastLine(stderr.String()), "interrupted in epoch")
	require.FileExists(t, broken+"-interrupted.params")

	r := run(t, bin, append(common, "--model-prefix", broken, "--resume")...)
	require.Equal(t, 0, r.code, r.stderr)
	sameFile(t, straight+"-0120.params", broken+"-0120.params")
	sameFile(t, straight+"-0120.states", broken+"-0120.states")
	assert.NoFileExists(t, broken+"-interrupted.params")
}

// What cannot be done is one clear line on stderr and a status other than 0.
func TestMistakes(t *testing.T) {
	bin, data, dir := binary, digits(t), t.TempDir()
	damaged := digits(t)
	require.NoError(t, os.Truncate(filepath.Join(damaged, "train-images-idx3-ubyte"), 100000))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.json"), []byte("<html>"), 0o644))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--gpus 9999: device: gpu(9999): ", []string{"--gpus", "9999"}},
		{"want numbers", []string{"--gpus", "first"}},
		{"several machines is not yet there", []string{"--kv-store", "dist_sync"}},
		{"nccl is not yet there", []string{"--kv-store", "nccl"}},
		{"want one of", []string{"--kv-store", "lokal"}},
		{"no network", []string{"--network", "lenett"}},
		{"HTML", []string{"--network", filepath.Join(dir, "bad.json")}},
		{"--model-prefix", []string{"--load-epoch", "8"}},
		{"no checkpoint", []string{"--load-epoch", "8", "--model-prefix", filepath.Join(dir, "none")}},
		{"train-images-idx3-ubyte", []string{"--data-dir", damaged}},
		{"--batch-size", []string{"--batch-size", "0"}},
		{"unknown flag", []string{"--batchsize", "7"}},
		{"--lr-factor", []string{"--lr-factor", "2"}},
		{"not finite", []string{"--lr", "1e30"}},
	} {
		r := run(t, bin, append([]string{"--data-dir", data}, c.args...)...)
		assert.NotEqual(t, 0, r.code, c.args)
		assert.Contains(t, lastLine(r.stderr), c.want, c.args)
		assert.NotContains(t, r.stderr, "goroutine", c.args)
	}
	r := run(t, bin, "--help")
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.out, "--lr-factor-epoch")
}

// The bits do not depend on the run, nor on the number of threads.
func TestSameBits(t *testing.T) {
	data, dir := digits(t), t.TempDir()
	for i, threads := range []string{"2", "2", "1"} {
		t.Setenv("OMP_NUM_THREADS", threads)
		prefix := filepath.Join(dir, string(rune('a'+i)))
		r := run(t, binary, "--data-dir", data, "--num-epochs", "1", "--network", "lenet", "--lr", ".01", "--model-prefix", prefix)
		require.Equal(t, 0, r.code, r.stderr)
		sameFile(t, filepath.Join(dir, "a-0001.params"), prefix+"-0001.params")
	}
}

func TestPlot(t *testing.T) {
	bin, data, dir := binary, digits(t), t.TempDir()
	png := filepath.Join(dir, "curves.png")
	r := run(t, bin, "--data-dir", data, "--num-examples", "1300", "--num-epochs", "3", "--plot", png)
	require.Equal(t, 0, r.code, r.stderr)
	b, err := os.ReadFile(png)
	require.NoError(t, err)
	assert.True(t, bytes.HasPrefix(b, []byte("\x89PNG")))
}
