package ndarray

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

func count(n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(i)
	}
	return s
}

func TestCreate(t *testing.T) {
	a := Zeros(Shape{2, 3})
	assert.Equal(t, Shape{2, 3}, a.Shape())
	assert.Equal(t, backend.Float32, a.DType())
	assert.Equal(t, device.CPU(0), a.Context())
	assert.Equal(t, 6, a.Size())
	assert.Equal(t, 2, a.NDim())
	assert.Equal(t, 2, a.Len())
	assert.Equal(t, make([]float32, 6), a.Float32())
	assert.Equal(t, []float32{1, 1, 1}, Ones(Shape{3}).Float32())
	assert.Equal(t, []float64{-2, -2}, Full(Shape{2}, -2.7, Of(backend.Int8)).Float64())
	assert.Equal(t, []float32{0, 0, 1, 1, 2, 2}, ArangeRepeat(0, 3, 1, 2).Float32())
	assert.Equal(t, []float32{3, 1}, Arange(3, 0, -2).Float32())
	assert.Equal(t, []float32{0, 0.25, 0.5, 0.75, 1}, Linspace(0, 1, 5).Float32())
	assert.Equal(t, []float32{1, 0, 0, 1}, Eye(2).Float32())
	assert.Equal(t, device.CPU(2), Empty(Shape{1}, On(device.CPU(2))).Context())
}

func TestShapesOfArray(t *testing.T) {
	assert.Equal(t, Shape{0}, Array([]float32{}, nil).Shape())
	assert.Equal(t, Shape{}, Array([]float32{3.5}, Shape{}).Shape())
	assert.Equal(t, 3.5, Array([]float32{3.5}, Shape{}).Scalar())
	assert.Equal(t, backend.Float32, Array([]int64{1}, nil).DType(), "float32 whatever the slice holds, as in MXNet")
	for _, s := range []Shape{{0, 3}, {-1}, nil, {1 << 40, 1 << 40}} {
		_, err := New(s)
		assert.Error(t, err, "%v", s)
		assert.Error(t, Try(func() { Zeros(s) }), "%v", s)
	}
	_, err := FromSlice([]int{1, 2, 3}, Shape{2, 2})
	assert.EqualError(t, err, "ndarray: Array: 3 numbers do not fill shape (2,2)")
	_, err = New(Shape{1}, On(device.GPU(9999)))
	assert.ErrorContains(t, err, "gpu(9999)")
}

// Every number that both types hold survives every conversion; others round or wrap as in C.
func TestConversions(t *testing.T) {
	types := []DType{backend.Float32, backend.Float64, backend.Float16, backend.BFloat16, backend.Int8, backend.Int32, backend.Int64, backend.Uint8, backend.Bool}
	for _, from := range types {
		for _, to := range types {
			src := Array([]float64{0, 1, 3, 100}, nil, Of(from))
			want := []float64{0, 1, 3, 100}
			if from == backend.Bool || to == backend.Bool {
				want = []float64{0, 1, 1, 1}
			}
			assert.Equal(t, want, src.AsType(to).Float64(), "%v to %v", from, to)
			dst := Zeros(Shape{4}, Of(to))
			require.NoError(t, dst.CopyFrom(src))
			assert.Equal(t, want, dst.Float64(), "%v to %v", from, to)
		}
	}
	assert.Equal(t, []float32{44, 255, 2}, Array([]float64{300, -1.9, 2.5}, nil).AsType(backend.Uint8).Float32())
	assert.Equal(t, []int64{1<<53 + 1}, Array([]int64{1<<53 + 1}, nil, Of(backend.Int64)).Int64(), "integers stay exact")
	assert.Equal(t, []int64{-1}, Array([]int64{1<<53 - 1}, nil, Of(backend.Int64)).AsType(backend.Int32).Int64())
	assert.Equal(t, float32(0.0999755859375), Array([]float32{0.1}, nil, Of(backend.Float16)).Float32()[0])
	assert.True(t, math.IsNaN(Array([]float64{math.NaN()}, nil, Of(backend.BFloat16)).Scalar()))
}

func TestSlicesShareMemory(t *testing.T) {
	a := Array(count(12), Shape{4, 3})
	s := a.Slice(1, 3)
	assert.Equal(t, Shape{2, 3}, s.Shape())
	assert.Equal(t, []float32{3, 4, 5, 6, 7, 8}, s.Float32())
	s.Fill(7)
	s.Slice(1, 2).Set(Array([]float64{1, 2, 3}, nil, Of(backend.Float64)))
	a.At(-1).Fill(9)
	a.At(0).At(2).Fill(5)
	a.Reshape(-1).Slice(0, 1).Fill(-1)
	assert.Equal(t, []float32{-1, 1, 5, 7, 7, 7, 1, 2, 3, 9, 9, 9}, a.Float32())
	assert.Equal(t, Shape{0, 3}, a.Slice(1, 1).Shape())
	assert.Equal(t, Shape{2, 3}, a.Slice(-2, 4).Shape())
	for _, lohi := range [][2]int{{0, 5}, {3, 2}, {-5, 2}} {
		err := Try(func() { a.Slice(lohi[0], lohi[1]) })
		require.ErrorContains(t, err, "outside axis 0 of (4,3)")
	}
	assert.ErrorContains(t, Try(func() { a.At(4) }), "4 is outside axis 0 of (4,3)")
	assert.ErrorContains(t, Try(func() { a.Scalar() }), "(4,3) is not a single number")
}

func TestBytesAreTheMemory(t *testing.T) {
	a := Array(count(6), Shape{2, 3})
	v := a.Region().Buffer.Version()
	d := a.Slice(1, 2).Data32()
	require.Len(t, d, 3)
	d[0] = 42
	a.Touch()
	assert.Greater(t, a.Region().Buffer.Version(), v)
	assert.Equal(t, float32(42), a.Float32()[3])
	assert.Len(t, a.Bytes(), 24)
	assert.Nil(t, Zeros(Shape{1}, Of(backend.Int32)).Data32())
	before := a.Region().Buffer.Version()
	a.Fill(1)
	assert.Greater(t, a.Region().Buffer.Version(), before, "prepare reruns when a weight was written")
	assert.Equal(t, 12, a.Slice(1, 2).Region().Offset)
	assert.Equal(t, 12, a.Slice(1, 2).Region().Length)
}

func TestReshape(t *testing.T) {
	c := Array(count(24), Shape{2, 3, 4})
	for _, row := range []struct {
		codes []int
		want  Shape
	}{
		{[]int{-1}, Shape{24}}, {[]int{0, -1}, Shape{2, 12}}, {[]int{-3, 0}, Shape{6, 4}}, {[]int{-4, 1, 2, 0, 0}, Shape{1, 2, 3, 4}},
		{[]int{-2}, Shape{2, 3, 4}}, {[]int{0, -4, 3, -1, 0}, Shape{2, 3, 1, 4}}, {[]int{2, -1}, Shape{2, 12}}, {[]int{24, 1}, Shape{24, 1}},
		{[]int{-4, -1, 2, -2}, Shape{1, 2, 3, 4}}, {[]int{-1, 0}, Shape{8, 3}},
	} {
		assert.Equal(t, row.want, c.Reshape(row.codes...).Shape(), "%v", row.codes)
	}
	assert.Equal(t, Shape{6, 4}, c.ReshapeReverse(-1, 0).Shape())
	assert.Equal(t, Shape{2, 1, 3, 4}, c.ExpandDims(1).Shape())
	assert.Equal(t, Shape{2, 3, 4, 1}, c.ExpandDims(-1).Shape())
	for _, codes := range [][]int{{5}, {-1, -1}, {7, -1}, {-5}, {0, 0, 0, 0}, {-4, 5, 2, -2}, {-4, 2}, {}, {-1, 1 << 62, 1 << 62}} {
		assert.ErrorContains(t, Try(func() { c.Reshape(codes...) }), "ndarray: Reshape: ", "%v", codes)
	}
}

func TestCopies(t *testing.T) {
	a := Array(count(4), Shape{2, 2})
	b := a.Copy()
	b.Fill(0)
	assert.Equal(t, count(4), a.Float32(), "a copy has memory of its own")
	other := a.AsInContext(device.CPU(1))
	assert.Equal(t, device.CPU(1), other.Context())
	assert.Equal(t, count(4), other.Float32())
	assert.Same(t, a, a.AsInContext(device.CPU(0)))
	require.NoError(t, other.CopyTo(b))
	assert.Equal(t, count(4), b.Float32())
	require.NoError(t, a.CopyFrom(a))
	assert.EqualError(t, a.CopyFrom(Zeros(Shape{4})), "ndarray: CopyFrom: source is (4,), want (2,2)")
	require.NoError(t, a.SetFloat32([]float32{4, 3, 2, 1}))
	assert.Equal(t, []float64{4, 3, 2, 1}, a.Float64())
	assert.ErrorContains(t, a.SetFloat32(count(3)), "3 numbers for an array of shape (2,2)")
	assert.Equal(t, [][]float64{{4, 3}, {2, 1}}, rows(a.Mat()))
	assert.Equal(t, a.Float64(), FromMat(a.Mat()).Float64())
	assert.Equal(t, []float64{4, 2, 3, 1}, FromMat(a.Mat().T()).Float64())
	assert.Equal(t, []float64{3, 1}, FromMat(a.Mat().Slice(0, 2, 1, 2)).Float64())
}

func rows(m *mat.Dense) [][]float64 {
	r, _ := m.Dims()
	out := make([][]float64, r)
	for i := range out {
		out[i] = m.RawRowView(i)
	}
	return out
}

func TestClose(t *testing.T) {
	a := Array(count(6), Shape{2, 3})
	s := a.Slice(1, 2)
	a.Close()
	a.Close()
	assert.Equal(t, []float32{3, 4, 5}, s.Float32(), "a slice keeps the memory")
	assert.ErrorContains(t, Try(func() { a.Fill(1) }), "was closed")
	s.Close()
	var missing *NDArray
	assert.ErrorContains(t, Try(func() { missing.Fill(1) }), "nil")
}

// Memory that was handed to somebody is not given to the next array.
func TestLentMemoryIsNotReused(t *testing.T) {
	for range 100 {
		a := Zeros(Shape{777})
		buf := a.Region().Buffer
		a.Close()
		b := Zeros(Shape{777})
		assert.NotSame(t, buf, b.region().Buffer)
		b.Close()
	}
	a := Zeros(Shape{777})
	buf := a.region().Buffer
	a.Close()
	assert.Same(t, buf, Zeros(Shape{777}).region().Buffer, "memory that nobody else knows is")
}

func TestForgottenArraysAreCollected(t *testing.T) {
	h, err := homeOf(device.CPU(7))
	require.NoError(t, err)
	for range 3 * minLimit >> 20 {
		Empty(Shape{1 << 18}, On(device.CPU(7)))
	}
	assert.Less(t, h.pool.live.Load(), int64(2*minLimit))
}

func TestGoroutinesOnSeparateArrays(t *testing.T) {
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				a := Full(Shape{10 + i%7, 3}, float64(g))
				b := a.Slice(1, 3).Copy()
				b.Fill(b.Reshape(-1).Slice(0, 1).Scalar() + 1)
				assert.Equal(t, []float32{float32(g + 1)}, b.At(0).Slice(0, 1).Float32())
				a.Close()
			}
		})
	}
	wg.Wait()
}

func TestTry(t *testing.T) {
	assert.NoError(t, Try(func() {}))
	assert.PanicsWithValue(t, "other", func() { _ = Try(func() { panic("other") }) })
	var e *Error
	require.ErrorAs(t, Try(func() { Zeros(Shape{0}) }), &e)
	assert.Equal(t, "Zeros", e.Op)
}
