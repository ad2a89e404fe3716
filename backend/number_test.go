package backend_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// The known answers published with the generator (Random123, kat_vectors: philox4x32, 10 rounds).
func TestPhiloxKnownAnswers(t *testing.T) {
	f := uint32(0xffffffff)
	for _, k := range []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{f, f, f, f}, [2]uint32{f, f}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		assert.Equal(t, k.want, backend.Philox4x32(k.ctr, k.key))
	}
}

// A batch draws the same numbers whole and in parts.
func TestRandomStreamSplits(t *testing.T) {
	s := backend.Shape{6, 5}
	whole := backend.NewRandomStream([]int64{-7 << 33, 3, 10, 0}, 2, s)
	part := backend.NewRandomStream([]int64{-7 << 33, 3, 12, 0}, 2, backend.Shape{4, 5})
	other := backend.NewRandomStream([]int64{-7 << 33, 3, 12, 0}, 3, backend.Shape{4, 5})
	differ := 0
	for i := range uint64(20) {
		assert.Equal(t, whole.Word(whole.Offset+10+i), part.Word(part.Offset+i))
		assert.Equal(t, whole.Normal64(whole.Offset+10+i), part.Normal64(part.Offset+i))
		if part.Word(part.Offset+i) != other.Word(other.Offset+i) {
			differ++
		}
	}
	assert.Greater(t, differ, 18, "nodes have streams of their own")
	assert.Equal(t, uint64(50), whole.Offset)
	scalar := backend.NewRandomStream([]int64{1, 2, 3, 0}, 0, backend.Shape{})
	assert.Equal(t, uint64(3), scalar.Offset)
}

func TestDistributions(t *testing.T) {
	s := backend.NewRandomStream([]int64{42, 0, 0, 0}, 1, backend.Shape{1})
	const n = 200000
	var sum, sq, nsum, nsq, n4 float64
	for i := range uint64(n) {
		u, z := backend.Uniform32(s.Word(i)), s.Normal64(i)
		require.True(t, u >= 0 && u < 1 && !math.IsInf(z, 0) && !math.IsNaN(z))
		sum, sq = sum+u, sq+u*u
		nsum, nsq, n4 = nsum+z, nsq+z*z, n4+z*z*z*z
	}
	assert.InDelta(t, 0.5, sum/n, 3e-3)
	assert.InDelta(t, 1.0/3, sq/n, 3e-3)
	assert.InDelta(t, 0, nsum/n, 8e-3)
	assert.InDelta(t, 1, nsq/n, 1.2e-2)
	assert.InDelta(t, 3, n4/n, 0.1)
}

// Every binary16 number survives, and everything between two of them goes to the nearer, ties to the even one.
func TestFloat16(t *testing.T) {
	for h := range 1 << 16 {
		f := backend.Float16ToFloat32(uint16(h))
		if f != f {
			back := backend.Float32ToFloat16(f)
			require.True(t, back&0x7c00 == 0x7c00 && back&0x3ff != 0, "NaN %#x became %#x", h, back)
			continue
		}
		require.Equal(t, uint16(h), backend.Float32ToFloat16(f))
		if h&0x7fff >= 0x7bff {
			continue
		}
		next := backend.Float16ToFloat32(uint16(h + 1))
		middle := (f + next) / 2
		even := uint16(h + h&1)
		require.Equal(t, even, backend.Float32ToFloat16(middle), "the tie after %#x", h)
		require.Equal(t, uint16(h), backend.Float32ToFloat16(math.Nextafter32(middle, f)))
		require.Equal(t, uint16(h+1), backend.Float32ToFloat16(math.Nextafter32(middle, next)))
	}
	assert.Equal(t, float32(0x1p-24), backend.Float16ToFloat32(1))
	assert.Equal(t, float32(65504), backend.Float16ToFloat32(0x7bff))
	for f, want := range map[float32]uint16{65519: 0x7bff, 65520: 0x7c00, -1e30: 0xfc00, 0x1p-25: 0, 0x1.8p-25: 1, 1e-30: 0} {
		assert.Equal(t, want, backend.Float32ToFloat16(f), "%v", f)
	}
	assert.Equal(t, uint16(0x8000), backend.Float32ToFloat16(float32(math.Copysign(0, -1))))
}

func TestBFloat16(t *testing.T) {
	for h := range 1 << 16 {
		f := backend.BFloat16ToFloat32(uint16(h))
		back := backend.Float32ToBFloat16(f)
		if f != f {
			require.NotEqual(t, backend.BFloat16ToFloat32(back), backend.BFloat16ToFloat32(back))
			continue
		}
		require.Equal(t, uint16(h), back)
		if h&0x7fff < 0x7f7f {
			middle := math.Float32frombits(uint32(h)<<16 | 0x8000)
			require.Equal(t, uint16(h+h&1), backend.Float32ToBFloat16(middle))
			require.Equal(t, uint16(h+1), backend.Float32ToBFloat16(math.Float32frombits(uint32(h)<<16|0x8001)))
		}
	}
	assert.Equal(t, uint16(0x7f80), backend.Float32ToBFloat16(math.MaxFloat32))
	assert.Equal(t, float32(1), backend.BFloat16ToFloat32(0x3f80))
}

func TestInteger(t *testing.T) {
	for x, want := range map[float64]int64{1.9: 1, -1.9: -1, 1 << 62: 1 << 62, 1 << 63: math.MinInt64, -1 << 63: math.MinInt64, math.Inf(1): math.MinInt64, math.Inf(-1): math.MinInt64} {
		assert.Equal(t, want, backend.Integer(x), "%v", x)
	}
	assert.Equal(t, int64(math.MinInt64), backend.Integer(math.NaN()))
}

func TestDTypes(t *testing.T) {
	for _, d := range []backend.DType{backend.Float32, backend.Float64, backend.Float16, backend.Uint8, backend.Int32, backend.Int8, backend.Int64, backend.Bool, backend.BFloat16} {
		back, err := backend.ParseDType(d.String())
		require.NoError(t, err)
		assert.Equal(t, d, back)
		assert.True(t, d.Known())
		assert.Positive(t, d.Size())
	}
	_, err := backend.ParseDType("float8")
	assert.ErrorContains(t, err, `unknown type "float8"`)
	assert.Equal(t, "dtype(50)", backend.DType(50).String())
	assert.False(t, backend.DType(8).Known())
	eval := backend.EvalType
	assert.Equal(t, backend.Int64, eval(backend.Uint8, backend.Bool))
	assert.Equal(t, backend.Float32, eval(backend.Uint8, backend.Float16))
	assert.Equal(t, backend.Float64, eval(backend.Int32, backend.Float32))
	assert.Equal(t, backend.Float64, eval(backend.Float64))
	assert.Equal(t, backend.Float32, eval())
}

func TestShapes(t *testing.T) {
	assert.Equal(t, "(3,)", backend.Shape{3}.String())
	assert.Equal(t, "()", backend.Shape{}.String())
	assert.Equal(t, "(2,3)", backend.Shape{2, 3}.String())
	assert.Equal(t, "unknown", backend.Shape(nil).String())
	assert.Equal(t, []int{12, 4, 1}, backend.Shape{2, 3, 4}.Strides())
	assert.Equal(t, 1, backend.Shape{}.Size())
	assert.False(t, backend.Shape(nil).Known() || backend.Shape{2, 0}.Known())
	assert.False(t, backend.Shape{}.Equal(nil))
	for _, k := range []struct{ a, b, want backend.Shape }{
		{backend.Shape{2, 3}, backend.Shape{3}, backend.Shape{2, 3}}, {backend.Shape{1, 3}, backend.Shape{2, 1}, backend.Shape{2, 3}},
		{backend.Shape{}, backend.Shape{4}, backend.Shape{4}}, {backend.Shape{0}, backend.Shape{1}, backend.Shape{0}}, {backend.Shape{2}, backend.Shape{3}, nil},
	} {
		got, ok := backend.Broadcast(k.a, k.b)
		assert.Equal(t, k.want != nil, ok)
		assert.Equal(t, k.want, got)
	}
	i, ok := backend.Shape{2, 3}.Axis(-1)
	assert.True(t, ok && i == 1)
	_, ok = backend.Shape{2, 3}.Axis(2)
	assert.False(t, ok)
}

func TestLayouts(t *testing.T) {
	s := backend.Shape{17, 5, 3, 3}
	assert.Equal(t, 32*5*9, backend.N16.Elements(s))
	assert.Equal(t, 17*16*9, backend.C16.Elements(s))
	assert.Equal(t, 20*5*9, backend.F4.Elements(s))
	assert.Equal(t, s.Size(), backend.Plain.Elements(s))
	v := backend.ValueInfo{Shape: s, DType: backend.Float16, Layout: backend.N16}
	assert.Equal(t, 2*32*5*9, v.Bytes())
	backend.RegisterLayout("test8", func(s backend.Shape) int { return 8 * s.Size() })
	assert.Equal(t, 8, backend.Layout("test8").Elements(backend.Shape{1}))
	assert.Equal(t, "plain", backend.Plain.String())
}
