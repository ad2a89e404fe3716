package cublas

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The loader's own search comes first, then folders of toolkits and wheels, each with the newest version first.
func TestCandidates(t *testing.T) {
	root := t.TempDir()
	var want []string
	for _, name := range []string{"toolkit/lib64/libcublas.so.12", "venv/lib/python3.11/site-packages/nvidia/cublas/lib/libcublas.so.11"} {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		want = append(want, path)
	}
	t.Setenv("CUDA_HOME", filepath.Join(root, "toolkit"))
	t.Setenv("VIRTUAL_ENV", filepath.Join(root, "venv"))
	list := candidates()
	assert.Equal(t, []string{"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"}, list[:3])
	assert.Subset(t, list, want)
}

func TestLtBesideIt(t *testing.T) {
	assert.Equal(t, "libcublasLt.so.13", ltOf("libcublas.so.13"))
	assert.Equal(t, "/opt/x/libcublasLt.so.12", ltOf("/opt/x/libcublas.so.12"))
	assert.Equal(t, "", ltOf("/opt/x/other.so"))
}

func TestTexts(t *testing.T) {
	assert.Equal(t, "12.4.5", versionText(120405))
	assert.Equal(t, "13.1.0", versionText(130100))
	assert.Equal(t, "11.10.3", versionText(12003))
	assert.EqualError(t, &Error{"cublasSgemm", 13}, "cublasSgemm: CUBLAS_STATUS_EXECUTION_FAILED (13)")
	assert.EqualError(t, &Error{"cublasSgemm", 99}, "cublasSgemm: status 99")
}

func TestFits(t *testing.T) {
	g := Gemm{M: 1, N: 1, K: 1<<31 - 1, LDA: 1, LDB: 1, LDC: 1, Batch: 1}
	assert.True(t, g.Fits())
	g.LDB = 1 << 31
	assert.False(t, g.Fits())
}
