package device

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Context{
		"cpu": CPU(0), "gpu": GPU(0), "cpu(0)": {}, "cpu(3)": CPU(3), "gpu(1)": GPU(1), " gpu(12) ": GPU(12),
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		again, err := Parse(want.String())
		require.NoError(t, err)
		assert.Equal(t, want, again)
	}
	for _, text := range []string{"", "tpu(0)", "cpu(", "cpu(1", "cpu()", "cpu(-1)", "cpu(1)x", "CPU(0)", "gpu1", "cpu(99999999999)"} {
		_, err := Parse(text)
		assert.ErrorContains(t, err, "want cpu(0)", text)
	}
}

func TestDeviceIsOpenedOnce(t *testing.T) {
	a, err := CPU(0).Device()
	require.NoError(t, err)
	b, err := Context{}.Device()
	require.NoError(t, err)
	assert.Same(t, a, b)
}

func TestNoSuchDevice(t *testing.T) {
	t.Setenv("GOMX_CUDA", "off")
	_, err := GPU(0).Device()
	assert.Regexp(t, `^device: gpu\(0\): .*(GOMX_CUDA=off|built without support for GPUs).*; use cpu\(0\)$`, err)
	_, err = CPU(-1).Device()
	assert.ErrorContains(t, err, "cpu(-1)")
}

func TestFailuresAreTriedAgain(t *testing.T) {
	calls := 0
	r := registry{devs: map[Context]backend.Device{}, open: func(Context) (backend.Device, error) {
		calls++
		return nil, errors.New("not yet")
	}}
	for range 2 {
		_, err := r.get(CPU(0))
		assert.ErrorContains(t, err, "not yet")
	}
	assert.Equal(t, 2, calls)
}
