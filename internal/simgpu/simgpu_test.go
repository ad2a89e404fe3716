package simgpu

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/internal/cudrv"
)

func TestMain(m *testing.M) { os.Exit(Main(m, Devices(3), Memory(1<<30))) }

func TestMainGivesItsTestsTheDriver(t *testing.T) {
	Need(t)
	d, err := cudrv.Load()
	require.NoError(t, err)
	n, err := d.Count()
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	p, err := d.Properties(2)
	require.NoError(t, err)
	assert.Equal(t, "Simulated GPU", p.Name)
	assert.Equal(t, int64(1<<30), p.Memory)
}

func TestFail(t *testing.T) {
	Need(t)
	d, err := cudrv.Load()
	require.NoError(t, err)
	c, err := d.Retain(0)
	require.NoError(t, err)
	defer c.Release()
	require.NoError(t, Fail("alloc=1"))
	_, err = c.Alloc(4)
	require.ErrorContains(t, err, "out of memory")
	assert.Contains(t, Message(), "cuMemAlloc of 4 bytes fails, as ordered")
	assert.ErrorContains(t, Fail("thunder=1"), "not understood")
}

// inner is set in the process that TestMainPassesOn starts.
const inner = "SIMGPU_TEST_INNER"

// A failing test, for TestMainPassesOn.
func TestInner(t *testing.T) {
	switch os.Getenv(inner) {
	case "fail":
		t.Fatal("fails, as ordered")
	case "panic":
		panic("panics, as ordered")
	case "damage":
		d, err := cudrv.Load()
		require.NoError(t, err)
		c, err := d.Retain(0)
		require.NoError(t, err)
		p, err := c.Alloc(4)
		require.NoError(t, err)
		*(*uint32)(unsafe.Add(unsafe.Pointer(nil), int(p)+4)) = 0 // as a kernel that goes too far
	}
}

func TestMainPassesOn(t *testing.T) {
	Need(t)
	self, err := os.Executable()
	require.NoError(t, err)
	for _, row := range []struct {
		order, says string
		code        int
	}{
		{"pass", "PASS", 0},
		{"fail", "GOMX_SIM_SEED=77 repeats this", 1},
		{"panic", "GOMX_SIM_SEED=77 repeats this", 2},
		{"damage", "memory behind allocation 1 of device 0 (4 bytes) was overwritten", 1},
	} {
		t.Run(row.order, func(t *testing.T) {
			c := exec.Command(self, "-test.run=^TestInner$")
			c.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, simulated+"=") }),
				inner+"="+row.order, "GOMX_SIM_SEED=77")
			out, _ := c.CombinedOutput()
			assert.Equal(t, row.code, c.ProcessState.ExitCode(), string(out))
			assert.Contains(t, string(out), row.says)
		})
	}
}

func TestOptions(t *testing.T) {
	t.Setenv("GOMX_SIM_SEED", "")
	t.Setenv("GOMX_SIM_SANITIZE", "")
	c, err := newConfig([]Option{Devices(4), NoBLAS(), Memory(5), Seed(6), Sanitize(Check), Capability(8, 0), Faults("op=1")})
	require.NoError(t, err)
	assert.Equal(t, config{devices: 4, memory: 5, seed: 6, seeded: true, sanitize: Check, capability: "8.0", faults: "op=1"}, *c)
	t.Setenv("GOMX_SIM_SEED", "7")
	t.Setenv("GOMX_SIM_SANITIZE", "thread")
	c, err = newConfig([]Option{Seed(6), Sanitize(Check)})
	require.NoError(t, err)
	assert.Equal(t, uint64(7), c.seed)
	assert.Equal(t, Thread, c.sanitize)
	t.Setenv("GOMX_SIM_SEED", "often")
	_, err = newConfig(nil)
	require.ErrorContains(t, err, `GOMX_SIM_SEED is "often", want a number`)
	t.Setenv("GOMX_SIM_SEED", "")
	t.Setenv("GOMX_SIM_SANITIZE", "soap")
	_, err = newConfig(nil)
	require.ErrorContains(t, err, `sanitizer "soap", want address, thread or check`)
}

func TestNoBLASHidesTheLibrary(t *testing.T) {
	if err := Available(); err != nil {
		t.Skip(err)
	}
	for _, row := range []struct {
		options []Option
		folders int
	}{{nil, 2}, {[]Option{NoBLAS()}, 1}} {
		env, err := Env(row.options...)
		require.NoError(t, err)
		path := ""
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, "LD_LIBRARY_PATH="); ok {
				path = v
			}
		}
		assert.Len(t, strings.Split(path, ":"), row.folders)
	}
}
