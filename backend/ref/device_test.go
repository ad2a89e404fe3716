package ref_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
	"unsafe"
)

func region(f []float32) backend.Region {
	return backend.HostRegion(unsafe.Slice((*byte)(unsafe.Pointer(&f[0])), 4*len(f)))
}

func TestDense(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2, 3}, backend.Float32)
	w := b.Arg("w", backend.In, backend.Shape{4, 3}, backend.Float32)
	c := b.Arg("b", backend.In, backend.Shape{4}, backend.Float32)
	b.Arg("y", backend.Out, backend.Shape{2, 4}, backend.Float32)
	b.Write("y", b.Map1(expr.MustParse("x -> max(x, 0)"), b.Add(b.MatMul(x, w, backend.TransB), c)))
	require.NoError(t, b.Finish(backend.Infer))
	exe, err := ref.New(0).Compile(p, backend.Options{})
	require.NoError(t, err)
	y := make([]float32, 8)
	bound, err := exe.Bind(backend.Infer, []backend.Region{
		region([]float32{1, 2, 3, 4, 5, 6}), region([]float32{1, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1}), region([]float32{0, 10, 20, 0}), region(y)})
	require.NoError(t, err)
	require.NoError(t, bound.Run())
	require.Equal(t, []float32{1, 12, 23, 0, 4, 15, 26, 0}, y)
	require.Zero(t, testing.AllocsPerRun(10, func() { _ = bound.Run() }))
	t.Log(exe.Program())
}
