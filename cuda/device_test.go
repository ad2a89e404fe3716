package cuda

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/simgpu"
)

func TestInfo(t *testing.T) {
	d := open(t, 1)
	i := d.Info()
	assert.Equal(t, "gpu(1)", i.Name)
	assert.Equal(t, "sm_52 ptx sm_52", i.Kernels)
	assert.Regexp(t, `^.+, driver for CUDA \d+\.\d+$`, i.Model)
	assert.EqualValues(t, 4<<30, i.Memory)
	n, err := Count()
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}

func TestNoSuchDevice(t *testing.T) {
	simgpu.Need(t)
	_, err := New(2)
	assert.EqualError(t, err, "gpu(2): this machine has 2 GPUs")
	_, err = New(-1)
	assert.EqualError(t, err, "gpu(-1): the number is negative")
}

// Products of every form, by cuBLAS and by the own kernels.
func TestGemm(t *testing.T) {
	for _, blas := range []bool{true, false} {
		for _, flags := range [][]backend.MatMulFlag{nil, {backend.TransA}, {backend.TransB}, {backend.TransA, backend.TransB}} {
			for _, batch := range []int{0, 3} {
				t.Run(fmt.Sprintf("cuBLAS %v, %v, batch %d", blas, flags, batch), func(t *testing.T) { testGemm(t, blas, flags, batch) })
			}
		}
	}
}

func testGemm(t *testing.T, blas bool, flags []backend.MatMulFlag, batch int) {
	d := open(t, 0)
	if !blas {
		hideBLAS(d)
	} else if !d.hasBLAS() {
		t.Skip("no cuBLAS: ", d.blas.why)
	}
	const m, k, n = 2, 3, 5
	shape := func(rows, cols int, transposed bool) backend.Shape {
		if transposed {
			rows, cols = cols, rows
		}
		if batch > 0 {
			return backend.Shape{batch, rows, cols}
		}
		return backend.Shape{rows, cols}
	}
	has := func(f backend.MatMulFlag) bool {
		for _, g := range flags {
			if g == f {
				return true
			}
		}
		return false
	}
	p := say(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, shape(m, k, has(backend.TransA)), backend.Float32)
		w := b.Arg("w", backend.In, shape(k, n, has(backend.TransB)), backend.Float32)
		b.Arg("y", backend.Out, shape(m, n, false), backend.Float32)
		b.Write("y", b.MatMul(x, w, flags...))
	})
	batches := max(batch, 1)
	x, w := count(batches*m*k), count(batches*k*n)
	want := make([]float32, batches*m*n)
	for i := range want {
		c, row, col := i/(m*n), i/n%m, i%n
		for j := range k {
			a, b := c*m*k+row*k+j, c*k*n+j*n+col
			if has(backend.TransA) {
				a = c*m*k + j*m + row
			}
			if has(backend.TransB) {
				b = c*k*n + col*k + j
			}
			want[i] += x[a] * w[b]
		}
	}
	e := compile(t, d, p, backend.Options{})
	y := put(t, d, make([]float32, len(want))...)
	b := bind(t, e, backend.Infer, put(t, d, x...), put(t, d, w...), y)
	require.NoError(t, b.Run())
	assert.Equal(t, want, get(t, d, y))
	name := "kernel sgemm"
	if blas {
		name = "cublasSgemm"
	}
	_, kernel := e.(*executable).entries[0].nameOf(0)
	assert.Contains(t, kernel, name)
}
