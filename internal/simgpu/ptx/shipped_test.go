package ptx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every PTX file that ships can be translated.
func TestShipped(t *testing.T) {
	files, err := filepath.Glob("../../../cuda/ptx/*.ptx")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, check := range []bool{false, true} {
			_, err = Translate(filepath.Base(file), string(source), Options{Check: check})
			require.NoError(t, err)
		}
	}
}

// A product of matrices in tiles, which goes through shared memory and barriers.
func TestProduct(t *testing.T) {
	source, err := os.ReadFile("../../../cuda/ptx/matmul.ptx")
	require.NoError(t, err)
	const m, n, k = 70, 67, 45
	a, b := make([]float32, m*k), make([]float32, k*n)
	for i := range a {
		a[i] = float32(i%13) - 6
	}
	for i := range b {
		b[i] = float32(i%11) - 5
	}
	want := make([]float32, m*n)
	for i := range m {
		for j := range n {
			for l := range k {
				want[i*n+j] += a[i*k+l] * b[l*n+j]
			}
		}
	}
	param := [16]uint32{m, n, k, k, 1, n, 1, n, 0, 0, 0, 2, 1, k, 0, 0}
	for _, md := range []mode{plain, checked, asan} {
		l := compile(t, "matmul.ptx", string(source), md)
		for _, seed := range []uint64{0, 1, 2} {
			r := l.run(launch{kernel: "sgemm_64x64", grid: [3]uint32{4}, block: [3]uint32{256}, seed: seed,
				buffers: [][]byte{bytesOf(a), bytesOf(b), make([]byte, m*n*4)}, words: []any{param}})
			require.Zero(t, r.status, "%s %s", r.message, r.stderr)
			require.Equal(t, bytesOf(want), r.buffers[2], "%s seed %d", md.name, seed)
		}
	}
}
