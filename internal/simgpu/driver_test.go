package simgpu

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// caseOptions are those of cases in testdata/driver that need more than a seed.
var caseOptions = map[string][]Option{
	"out_of_memory":         {Memory(64 << 20)},
	"faults_from_the_start": {Faults("alloc=2")},
}

// programs compiles the files of testdata/driver, once.
func program(t *testing.T, source string) string {
	t.Helper()
	dir, err := build()
	if err != nil {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "program")
	require.NoError(t, run(exec.Command("g++", "-std=c++17", "-Wall", "-Wextra", "-I", filepath.Join(dir, "native"), "-o", path, source,
		filepath.Join(dir, "lib", "libcuda.so.1"), filepath.Join(dir, "blas", blasNames[0]), "-lpthread")))
	return path
}

// start runs a case of a program and gives what it printed.
func start(t *testing.T, program string, args []string, options ...Option) (string, error) {
	t.Helper()
	return output(command(t, program, args, options...))
}

func output(c *exec.Cmd) (string, error) {
	out, err := c.CombinedOutput()
	return string(out), err
}

// command prepares a case of a program.
func command(t *testing.T, program string, args []string, options ...Option) *exec.Cmd {
	t.Helper()
	env, err := Env(options...)
	require.NoError(t, err)
	kernels, err := filepath.Abs(filepath.Join("testdata", "kernels.ptx"))
	require.NoError(t, err)
	c := exec.Command(program, args...)
	c.Env = append(env, "KERNELS="+kernels)
	return c
}

// Each case of testdata/driver is a small program on the simulated driver that checks one thing that it promises.
func TestDriver(t *testing.T) {
	sources, err := filepath.Glob(filepath.Join("testdata", "driver", "*.cc"))
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	for _, source := range sources {
		t.Run(strings.TrimSuffix(filepath.Base(source), ".cc"), func(t *testing.T) {
			t.Parallel()
			p := program(t, source)
			list, err := start(t, p, nil)
			require.NoError(t, err, list)
			for _, name := range strings.Fields(list) {
				t.Run(name, func(t *testing.T) {
					c := command(t, p, []string{name}, caseOptions[name]...)
					if strings.HasSuffix(name, "_without_seed") {
						c.Env = append(c.Env, simulated+"=0")
					} else if os.Getenv(userSeed) == "0" {
						c.Env = append(c.Env, simulated+"=1") // they are about orders
					}
					out, err := output(c)
					require.NoError(t, err, out)
				})
			}
		})
	}
}

// The PTX that the tests load is what clang makes of the file beside it.
func TestKernelsAreFresh(t *testing.T) {
	if out, err := exec.Command("clang-19", "--version").Output(); err != nil || !strings.Contains(string(out), " 19.1.") {
		t.Skip("no clang-19")
	}
	fresh := filepath.Join(t.TempDir(), "kernels.ptx")
	c := exec.Command("clang-19", "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", "-O3", "-ffp-contract=fast", "-Wall", "-Werror",
		"--cuda-gpu-arch=sm_52", "-Xclang", "-target-feature", "-Xclang", "+ptx60", "-S", "-o", fresh, "kernels.cu")
	c.Dir = "testdata"
	require.NoError(t, run(c))
	want, err := os.ReadFile(fresh)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join("testdata", "kernels.ptx"))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
