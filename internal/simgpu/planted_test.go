package simgpu

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Kernels with a bug, and for each the mode that is meant to catch it; the same kernels without the bug are not blamed.
func TestPlantedBugs(t *testing.T) {
	p := program(t, "testdata/planted/planted.cc")
	const plain Mode = ""
	for _, row := range []struct {
		name string
		mode Mode
		says []string // in the output
	}{
		{"write_past_the_end", plain, []string{"CUDA_ERROR_ILLEGAL_ADDRESS: past_end: memory behind allocation 1 of device 0 (400 bytes) was overwritten at offset 400"}},
		{"write_past_the_end", Check, []string{"CUDA_ERROR_ILLEGAL_ADDRESS", "past_end", "0 bytes behind an allocation of 400 bytes"}},
		{"write_past_the_end", Address, []string{"AddressSanitizer: use-after-poison", "f_past_end"}},
		{"write_far_past_the_end", Check, []string{"CUDA_ERROR_ILLEGAL_ADDRESS", "past_end_by"}},
		{"write_into_nothing", plain, []string{"CUDA_ERROR_ILLEGAL_ADDRESS", "past_end_by"}},
		{"write_past_shared_memory", Check, []string{"CUDA_ERROR_ILLEGAL_ADDRESS", "past_shared", "byte 256 of shared"}},
		{"write_past_shared_memory", Address, []string{"AddressSanitizer: use-after-poison", "f_past_shared"}},
		{"within_shared_memory", Check, []string{"CUDA_SUCCESS"}},
		{"within_shared_memory", Address, []string{"CUDA_SUCCESS"}},
		{"missing_barrier", Thread, []string{"ThreadSanitizer: data race", "f_sum_without_barrier", "CUDA_ERROR_LAUNCH_FAILED"}},
		{"barrier", Thread, []string{"CUDA_SUCCESS", "sum 256"}},
		{"barrier", Address, []string{"CUDA_SUCCESS", "sum 256"}},
		{"barrier", Check, []string{"CUDA_SUCCESS", "sum 256"}},
		{"race_between_blocks", plain, []string{"CUDA_SUCCESS"}}, // nothing is wrong with the sum
		{"race_between_blocks", Thread, []string{"ThreadSanitizer: data race", "f_add_one", "CUDA_ERROR_LAUNCH_FAILED"}},
	} {
		name := row.name
		if row.mode != plain {
			name += " " + string(row.mode)
		}
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOMX_SIM_SANITIZE", string(row.mode))
			out, _ := start(t, p, []string{row.name})
			for _, words := range row.says {
				assert.Contains(t, out, words)
			}
		})
	}
}

// A missing event between two streams is caught in some of the orders that a seed draws, and a seed repeats its order.
func TestSeedsRepeat(t *testing.T) {
	p := program(t, "testdata/planted/planted.cc")
	t.Setenv("GOMX_SIM_SEED", "")
	run := func(seed uint64) string {
		out, err := start(t, p, []string{"missing_event"}, Seed(seed))
		require.NoError(t, err, out)
		return out
	}
	assert.NotContains(t, run(0), "x", "the order of the program")
	seen := map[string]bool{}
	for seed := uint64(1); seed <= 5; seed++ {
		out := run(seed)
		assert.Contains(t, out, "x", "seed %d", seed)
		assert.Contains(t, out, ".", "seed %d", seed)
		assert.Equal(t, out, run(seed), "seed %d", seed)
		seen[out] = true
	}
	assert.Len(t, seen, 5)
}
