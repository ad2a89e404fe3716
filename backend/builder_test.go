package backend_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// sayAnything calls a method of Builder with values and numbers that mostly do not fit.
func sayAnything(b *backend.Builder, r *rand.Rand, pick func() backend.Value) backend.Value {
	n := func() int { return r.Intn(6) - 1 }
	ints := func() []int {
		v := make([]int, r.Intn(5))
		for i := range v {
			v[i] = n()
		}
		return v
	}
	conv := backend.ConvAttrs{Kernel: ints(), Stride: ints(), Pad: ints(), Dilate: ints(), Groups: n()}
	pool := backend.PoolAttrs{Type: backend.PoolType(r.Intn(4)), Kernel: ints(), Stride: ints(), Pad: ints()}
	x, y, z := pick(), pick(), pick()
	switch r.Intn(30) {
	case 0:
		return b.Map1(expr.MustParse("a b -> a + b"), x, y)
	case 1:
		return b.Cast(x, backend.Int32)
	case 2:
		return b.BroadcastTo(x, ints())
	case 3:
		return b.Reduce(backend.ReduceSum, x, r.Intn(2) == 0, ints()...)
	case 4:
		return b.SumTo(x, ints())
	case 5:
		return b.ArgMax(x, n(), true)
	case 6:
		m, _ := b.Stats(x, ints()...)
		return m
	case 7:
		return b.MatMul(x, y, backend.MatMulFlag(r.Intn(4)))
	case 8:
		return b.Conv(x, y, conv)
	case 9:
		return b.ConvGradData(x, y, ints(), conv)
	case 10:
		return b.ConvGradFilter(x, y, ints(), conv)
	case 11:
		return b.Pool(x, ints(), pool)
	case 12:
		return b.PoolGrad(x, y, z, pool)
	case 13:
		return b.Softmax(x, n())
	case 14:
		return b.LogSoftmax(x, n())
	case 15:
		return b.Transpose(x, ints()...)
	case 16:
		return b.Reshape(x, ints())
	case 17:
		return b.Flatten2D(x)
	case 18:
		return b.ReshapeLike(x, y)
	case 19:
		return b.Slice(x, ints(), ints(), ints())
	case 20:
		return b.SliceAxis(x, n(), n(), n())
	case 21:
		return b.Concat(n(), x, y, z)
	case 22:
		return b.Pad(x, backend.PadMode(r.Intn(3)), ints(), ints(), 1)
	case 23:
		return b.Gather(x, y, n(), false)
	case 24:
		return b.ScatterAdd(x, y, ints(), n(), true)
	case 25:
		return b.Random(backend.DistUniform, 1, backend.Float32, ints())
	case 26:
		b.Write(fmt.Sprint("out", r.Intn(3)), x)
		return x
	case 27:
		return b.Full(backend.Float32, ints(), 2)
	case 28:
		return b.Scale(x, 2)
	}
	return b.Arg(fmt.Sprint("out", r.Intn(3)), backend.ArgMode(r.Intn(3)), backend.Shape{2, 3}, backend.Float32)
}

// Whatever a Builder is told, it answers with an error or makes a Program that passes Verify, and goes on.
func TestBuilderTakesAnything(t *testing.T) {
	good := 0
	for seed := range int64(3000) {
		r := rand.New(rand.NewSource(seed))
		p := &backend.Program{}
		b := backend.NewBuilder(p)
		vals := []backend.Value{b.Arg("x", backend.In, backend.Shape{2, 3}, backend.Float32), b.Arg("i", backend.In, backend.Shape{2, 3, 4, 4}, backend.Float32),
			b.Scalar(backend.Float32, 1), b.Const(backend.Shape{2}, backend.Float32, 1, 2)}
		pick := func() backend.Value {
			if r.Intn(12) == 0 {
				return backend.Value{}
			}
			return vals[r.Intn(len(vals))]
		}
		failed := false
		for range 1 + r.Intn(6) {
			v := sayAnything(b, r, pick)
			if b.Err() != nil {
				failed = true
			} else if v.Valid() {
				vals = append(vals, v)
			}
		}
		err := b.Finish(backend.Infer)
		require.Equal(t, failed, err != nil)
		if err == nil {
			// Reading an argument after its Write is the one mistake that only the whole list shows.
			if err := p.Verify(); err != nil {
				require.ErrorContains(t, err, "after its Write", p.String())
				continue
			}
			good++
		}
	}
	assert.Greater(t, good, 100)
}

func TestBuilderKeepsTheFirstMistake(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2, 3}, backend.Float32)
	b.Node(`dot "d"`)
	y := b.MatMul(x, x)
	b.Node(`sum "s"`)
	b.Sum(y, 7)
	assert.EqualError(t, b.Finish(backend.Infer), `backend: dot "d": MatMul : cannot multiply (2,3) and (2,3): 3 columns, 2 rows`)
	assert.Empty(t, p.Entries)
}

func TestBuilderArguments(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2}, backend.Float32)
	assert.Equal(t, x, b.Arg("x", backend.In, backend.Shape{2}, backend.Float32))
	assert.False(t, b.Arg("y", backend.Out, backend.Shape{2}, backend.Float32).Valid())
	assert.True(t, b.Arg("y", backend.In, backend.Shape{2}, backend.Float32).Valid(), "written and read")
	assert.Equal(t, backend.InOut, p.Args[1].Mode)
	b.Write("x", b.Reshape(b.Cast(x, backend.Float64), backend.Shape{2, 1})) // is brought to shape and type of the argument
	assert.Equal(t, backend.InOut, p.Args[0].Mode)
	require.NoError(t, b.Finish(backend.Step))
	require.NoError(t, p.Verify())
	assert.Equal(t, []int{0}, p.UsedArgs(backend.Step))
	assert.Nil(t, p.UsedArgs(backend.Infer))
	b.Arg("x", backend.In, backend.Shape{3}, backend.Float32)
	assert.ErrorContains(t, b.Err(), `argument "x" is float32 (2,) and also float32 (3,)`)
}

func TestBuilderFoldsScalars(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{2}, backend.Float16)
	y := b.Mul(b.Scalar(backend.Float32, 2), x)
	assert.Equal(t, backend.Float16, y.DType(), "a scalar constant does not decide the type")
	assert.Equal(t, x, b.Scale(x, 1))
	assert.Equal(t, x, b.Cast(x, backend.Float16))
	assert.Equal(t, x, b.BroadcastTo(x, backend.Shape{2}))
	require.NoError(t, b.Finish(backend.Infer))
	assert.Len(t, p.Entries[0].Calls, 1)
	assert.Contains(t, p.String(), "= Map(x) {a -> (2 * a)}")
}
