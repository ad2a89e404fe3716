//go:build cgo

package cpu

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChooseLevel(t *testing.T) {
	t.Setenv("GOMX_CPU", "")
	best, err := chooseLevel()
	require.NoError(t, err)
	assert.True(t, best.supported())
	for l := range numLevels {
		t.Setenv("GOMX_CPU", l.String())
		got, err := chooseLevel()
		if l.supported() {
			assert.NoError(t, err)
			assert.Equal(t, l, got)
		} else {
			assert.ErrorContains(t, err, "this processor has no "+l.String())
		}
	}
	t.Setenv("GOMX_CPU", "sse9")
	_, err = New(0)
	assert.EqualError(t, err, "cpu: GOMX_CPU=sse9 is unknown, want scalar, avx2 or avx512")
}

func TestDefaultThreads(t *testing.T) {
	for env, want := range map[string]int{"": runtime.NumCPU(), "3": 3, "5,2": 5, " 2 ": 2, "0": runtime.NumCPU(), "many": runtime.NumCPU()} {
		t.Setenv("OMP_NUM_THREADS", env)
		assert.Equal(t, want, defaultThreads(), "OMP_NUM_THREADS=%q", env)
	}
}

func TestInfo(t *testing.T) {
	t.Setenv("GOMX_CPU", "")
	d, err := New(3)
	require.NoError(t, err)
	info := d.Info()
	assert.Equal(t, "cpu(3)", info.Name)
	assert.Contains(t, levelNames, info.Kernels)
	assert.NotEmpty(t, info.BLAS)
	assert.Equal(t, Threads(), info.Threads)
	if runtime.GOOS == "linux" {
		assert.Greater(t, info.Memory, int64(64<<20))
	}
}

func TestBLASTitle(t *testing.T) {
	assert.Equal(t, "OpenBLAS 0.3.21", blasTitle("OpenBLAS 0.3.21 NO_AFFINITY SkylakeX MAX_THREADS=128"))
	assert.Equal(t, "OpenBLAS 0.3.21 (linked)", blasTitle("OpenBLAS 0.3.21 DYNAMIC_ARCH (linked)"))
	assert.Equal(t, "libother.so", blasTitle("libother.so"))
}
