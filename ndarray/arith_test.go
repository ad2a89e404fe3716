package ndarray

import (
	"runtime/debug"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/with"
)

func TestArithmetic(t *testing.T) {
	a := Array([]float64{1, 2, 3, 4}, Shape{2, 2})
	b := Array([]float64{10, 20}, nil)
	assert.Equal(t, []float32{11, 22, 13, 24}, Add(a, b).Float32())
	assert.Equal(t, []float32{11, 22, 13, 24}, a.Add(b).Float32())
	assert.Equal(t, []float32{2, 4, 6, 8}, a.MulScalar(2).Float32())
	assert.Equal(t, []float32{2.5, 5, 7.5, 10}, a.MulScalar(2.5).Float32(), "the same plan with another number")
	assert.Equal(t, []float32{0, -1, -2, -3}, RSubScalar(1, a).Float32())
	assert.Equal(t, []float32{1, 2, 3, 4}, a.Float32(), "operands stay")
}

func TestIntegerScalars(t *testing.T) {
	i := Array([]int{1, -2, 3}, nil, Of(backend.Int32))
	u := Array([]int{1, 2, 250, 3}, nil, Of(backend.Uint8))
	big := Array([]int64{1<<60 + 1}, nil, Of(backend.Int64))
	assert.Equal(t, []int64{2, -1, 4}, AddScalar(i, 1.7).Int64())
	assert.Equal(t, []int64{1, -2, 3}, MulScalar(i, 1.5).Int64())
	assert.Equal(t, []int64{0, -1, 1}, DivScalar(i, 2).Int64())
	assert.Equal(t, []int64{1, 4, 9}, PowScalar(i, 2).Int64())
	assert.Equal(t, []int64{11, 12, 4, 13}, AddScalar(u, 10).Int64())
	assert.Equal(t, []int64{1<<60 + 2}, AddScalar(big, 1).Int64(), "no detour through float64")
	assert.Equal(t, backend.Int32, GreaterScalar(i, 0).DType())
}

func TestInPlace(t *testing.T) {
	a := Array(count(6), Shape{2, 3})
	row := a.Slice(1, 2)
	assert.Same(t, row, row.AddInPlace(Array([]int{10}, nil)))
	assert.Equal(t, []float32{0, 1, 2, 13, 14, 15}, a.Float32())
	a.MulInPlace(a)
	assert.Equal(t, []float32{0, 1, 4, 169, 196, 225}, a.Float32())
	a.AddInPlace(a.Slice(0, 1)) // overlaps, broadcast
	assert.Equal(t, []float32{0, 2, 8, 169, 197, 229}, a.Float32())
	v := a.region().Buffer.Version()
	a.SubScalarInPlace(1)
	assert.Equal(t, []float32{-1, 1, 7, 168, 196, 228}, a.Float32())
	assert.Greater(t, a.region().Buffer.Version(), v)
	assert.ErrorContains(t, Try(func() { a.Slice(0, 1).AddInPlace(a) }), "Add: the result is float32 (2,3), which does not fit into float32 (1,3)")
}

func TestErrorsOfCalls(t *testing.T) {
	a := Zeros(Shape{2, 3})
	for _, row := range []struct {
		want string
		fn   func()
	}{
		{"ndarray: Add: lhs is (2,3) and rhs (2,): they do not broadcast", func() { Add(a, Zeros(Shape{2})) }},
		{"ndarray: Add: rhs is float64, want float32", func() { Add(a, Zeros(Shape{2, 3}, Of(backend.Float64))) }},
		{"ndarray: Add: input 1 is on cpu(1), input 0 on cpu(0)", func() { Add(a, Zeros(Shape{2, 3}, On(device.CPU(1)))) }},
		{"nil", func() { Add(nil, a) }},
		{"nil", func() { Add(a, nil) }},
		{"has no elements", func() { AddScalar(Array([]int{}, nil), 1) }},
	} {
		assert.ErrorContains(t, Try(row.fn), row.want)
	}
	_, err := Invoke("FullyConnected", []*NDArray{a, Zeros(Shape{4, 2}), Zeros(Shape{4})}, &with.Settings{Params: map[string]string{"num_hidden": "4"}})
	assert.EqualError(t, err, "ndarray: FullyConnected: weight is (4,2), want (4,3): data is (2,3)")
	_, err = Invoke("FullyConnected", []*NDArray{a, nil}, &with.Settings{})
	assert.ErrorContains(t, err, "num_hidden")
	_, err = Invoke("FullConnected", nil, &with.Settings{})
	assert.ErrorContains(t, err, "FullyConnected")
	_, err = Invoke("_plus_scalar", []*NDArray{a}, &with.Settings{})
	assert.ErrorContains(t, err, "parameter scalar is required")
	y, err := Invoke("FullyConnected", []*NDArray{Ones(Shape{2, 3}), Ones(Shape{4, 3}), nil}, &with.Settings{Params: map[string]string{"num_hidden": "4", "no_bias": "True"}})
	require.NoError(t, err)
	assert.Equal(t, []float32{3, 3, 3, 3, 3, 3, 3, 3}, y[0].Float32())
}

func TestGoroutinesCompute(t *testing.T) {
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			a := Full(Shape{33}, float64(g))
			for i := range 200 {
				b := a.AddScalar(float64(i)).Mul(a)
				assert.Equal(t, float32((g+i)*g), b.Float32()[32])
				b.Close()
			}
		})
	}
	wg.Wait()
}

// Intermediate results that nobody holds stay until they are read.
func TestCollectorDoesNotTakeInputs(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			x := Full(Shape{100000}, float64(g))
			for i := range 300 {
				y := Add(AddScalar(x, float64(i)), MulScalar(x, 2)).Float32()
				if y[0] != float32(3*g+i) || y[99999] != y[0] {
					t.Errorf("%d: %v … %v, want %d", i, y[0], y[99999], 3*g+i)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestPlansAreBounded(t *testing.T) {
	h := Zeros(Shape{1}).home
	for i := range maxPlans + 50 {
		AddScalar(Ones(Shape{i + 1}), 1)
	}
	assert.LessOrEqual(t, len(h.plans.sets), maxPlans)
	assert.Equal(t, 2.0, AddScalar(Ones(Shape{1}), 1).Scalar(), "an evicted call is compiled again")
}

func BenchmarkDispatch(b *testing.B) {
	x, y := Ones(Shape{8}), Ones(Shape{8})
	b.ReportAllocs()
	for b.Loop() {
		Add(x, y).Close()
	}
}

func BenchmarkDispatchForgotten(b *testing.B) {
	x := Ones(Shape{8})
	b.ReportAllocs()
	for b.Loop() {
		AddScalar(x, 2)
	}
}

func BenchmarkDispatchOperator(b *testing.B) {
	x := Ones(Shape{2, 4})
	b.ReportAllocs()
	for b.Loop() {
		Sum(x, with.Axis(1)).Close()
	}
}
