package ndarray

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/with"
)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Every function computes what its name says, with arrays and with numbers on either side.
func TestArithmeticTable(t *testing.T) {
	xs, ys := []float64{-1.5, 0, 2, 3, 0}, []float64{2, 2, 2, 0.5, 0}
	mod := func(a, b float64) float64 {
		if b == 0 {
			return 0
		}
		return a - b*math.Floor(a/b)
	}
	rows := map[string]struct {
		pair   func(a, b *NDArray) *NDArray
		number func(a *NDArray, v float64) *NDArray
		want   func(a, b float64) float64
	}{
		"Add":          {Add, AddScalar, func(a, b float64) float64 { return a + b }},
		"Sub":          {Sub, SubScalar, func(a, b float64) float64 { return a - b }},
		"Mul":          {Mul, MulScalar, func(a, b float64) float64 { return a * b }},
		"Div":          {Div, DivScalar, func(a, b float64) float64 { return a / b }},
		"Mod":          {Mod, ModScalar, mod},
		"Pow":          {Pow, PowScalar, math.Pow},
		"Maximum":      {Maximum, MaximumScalar, math.Max},
		"Minimum":      {Minimum, MinimumScalar, math.Min},
		"Hypot":        {Hypot, HypotScalar, math.Hypot},
		"Equal":        {Equal, EqualScalar, func(a, b float64) float64 { return truth(a == b) }},
		"NotEqual":     {NotEqual, NotEqualScalar, func(a, b float64) float64 { return truth(a != b) }},
		"Greater":      {Greater, GreaterScalar, func(a, b float64) float64 { return truth(a > b) }},
		"GreaterEqual": {GreaterEqual, GreaterEqualScalar, func(a, b float64) float64 { return truth(a >= b) }},
		"Lesser":       {Lesser, LesserScalar, func(a, b float64) float64 { return truth(a < b) }},
		"LesserEqual":  {LesserEqual, LesserEqualScalar, func(a, b float64) float64 { return truth(a <= b) }},
		"LogicalAnd":   {LogicalAnd, LogicalAndScalar, func(a, b float64) float64 { return truth(a != 0 && b != 0) }},
		"LogicalOr":    {LogicalOr, LogicalOrScalar, func(a, b float64) float64 { return truth(a != 0 || b != 0) }},
		"LogicalXor":   {LogicalXor, LogicalXorScalar, func(a, b float64) float64 { return truth((a != 0) != (b != 0)) }},
		"RSub":         {nil, func(a *NDArray, v float64) *NDArray { return RSubScalar(v, a) }, func(a, b float64) float64 { return b - a }},
		"RDiv":         {nil, func(a *NDArray, v float64) *NDArray { return RDivScalar(v, a) }, func(a, b float64) float64 { return b / a }},
		"RMod":         {nil, func(a *NDArray, v float64) *NDArray { return RModScalar(v, a) }, func(a, b float64) float64 { return mod(b, a) }},
		"RPow":         {nil, func(a *NDArray, v float64) *NDArray { return RPowScalar(v, a) }, func(a, b float64) float64 { return math.Pow(b, a) }},
	}
	x, y := Array(xs, nil, Of(backend.Float64)), Array(ys, nil, Of(backend.Float64))
	for name, r := range rows {
		for i := range xs {
			if r.pair != nil {
				same(t, r.want(xs[i], ys[i]), r.pair(x, y).Float64()[i], "%s(%v, %v)", name, xs[i], ys[i])
			}
			same(t, r.want(xs[i], ys[i]), r.number(x, ys[i]).Float64()[i], "%s(%v, number %v)", name, xs[i], ys[i])
		}
	}
	assert.Equal(t, []float64{1.5, 0, -2, -3, 0}, Neg(x).AddScalar(0).Float64())
	assert.Equal(t, []float64{-1.5, 0}, x.SubScalar(0).DivScalar(1).Sub(Scalar(0, Of(backend.Float64))).Slice(0, 2).Float64())
	z := x.Copy()
	z.SubInPlace(y).DivInPlace(y).DivScalarInPlace(2)
	assert.Equal(t, []float64{-0.875, -0.5, 0, 2.5}, z.Slice(0, 4).Float64())
}

func same(t *testing.T, want, got float64, format string, args ...any) {
	if !(math.IsNaN(want) && math.IsNaN(got)) && want != got && math.Abs(want-got) > 1e-6*math.Abs(want) {
		t.Errorf("got %v, want %v: "+format, append([]any{got, want}, args...)...)
	}
}

func TestTextOfRuntimeNumbers(t *testing.T) {
	x := Ones(Shape{1})
	plus := func(text string) ([]*NDArray, error) {
		return Invoke("_PlusScalar", []*NDArray{x}, &with.Settings{Params: map[string]string{"scalar": text}})
	}
	y, err := plus("True")
	require.NoError(t, err)
	assert.Equal(t, 2.0, y[0].Scalar())
	_, err = plus("one")
	assert.ErrorContains(t, err, `scalar="one": want a number`)
}

// fullDevice is a device that has memory for so many bytes.
type fullDevice struct {
	backend.Device
	left int
}

func (d *fullDevice) Alloc(bytes int) (backend.Buffer, error) {
	if bytes > d.left {
		return nil, errors.New("no memory")
	}
	d.left -= bytes
	b, err := d.Device.Alloc(bytes)
	return &countedBuffer{b, d}, err
}

type countedBuffer struct {
	backend.Buffer
	d *fullDevice
}

func (b *countedBuffer) Free() {
	b.d.left += b.Size()
	b.Buffer.Free()
}

// When the device is full, what waits in the pool is given back before a call fails.
func TestFullDevice(t *testing.T) {
	ctx := device.CPU(98)
	dev := &fullDevice{ref.New(98), 1000}
	homes.Store(ctx, &home{ctx: ctx, dev: dev, pool: newPool(dev)})
	defer homes.Delete(ctx)
	waiting := []*NDArray{Zeros(Shape{100}, On(ctx)), Zeros(Shape{100}, On(ctx))}
	for _, a := range waiting {
		a.Close()
	}
	big, err := New(Shape{200}, On(ctx))
	require.NoError(t, err)
	_, err = New(Shape{200}, On(ctx))
	assert.EqualError(t, err, "ndarray: New: no memory")
	big.Close()
	_, err = New(Shape{200}, On(ctx))
	assert.NoError(t, err)
}
