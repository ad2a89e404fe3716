package all

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNew(t *testing.T) {
	t.Setenv("GOMX_BACKEND", "")
	for _, kind := range kinds {
		d, err := New(kind, 1)
		require.NoError(t, err)
		assert.Equal(t, kind+"(1)", d.Info().Name)
	}
	_, err := New("tpu", 0)
	assert.EqualError(t, err, `no kind of device is called "tpu", want cpu, gpu or ref`)
	_, err = New("cpu", -1)
	assert.EqualError(t, err, "cpu(-1): the number is negative")
}

func TestBackendVariable(t *testing.T) {
	t.Setenv("GOMX_BACKEND", "ref")
	d, err := New("cpu", 2)
	require.NoError(t, err)
	assert.Equal(t, "go", d.Info().Kernels)
	t.Setenv("GOMX_BACKEND", "gpu")
	_, err = New("cpu", 0)
	assert.EqualError(t, err, "GOMX_BACKEND=gpu is unknown, want cpu or ref")
}

func TestNoGPU(t *testing.T) {
	t.Setenv("GOMX_CUDA", "off")
	_, err := New("gpu", 1)
	assert.ErrorContains(t, err, "gpu(1): ")
	assert.ErrorContains(t, err, "; use cpu(0)")
}

func TestDevices(t *testing.T) {
	t.Setenv("GOMX_BACKEND", "")
	t.Setenv("GOMX_CUDA", "off")
	list, err := Devices()
	require.NoError(t, err)
	assert.Len(t, list, len(kinds))
}
