package ref_test

import (
	"math"
	"math/rand"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// The judge is judged here: every row of the conformance table, in float64, against the definitions written out as plainly
// as they can be, one multi-index at a time.
func TestAgainstDefinitions(t *testing.T) {
	seen := map[backend.Kind]bool{}
	for _, r := range backendtest.Rows() {
		p, err := r.Program(backend.Float64)
		if err != nil || skipNaive(p) {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			args := make([][]float64, len(p.Args))
			regions := make([]backend.Region, len(p.Args))
			random := rand.New(rand.NewSource(int64(len(r.Name))))
			for i := range args {
				args[i] = make([]float64, p.Args[i].Shape.Size())
				for k := range args[i] {
					args[i][k] = math.Round(random.NormFloat64()*8) / 4
				}
				regions[i] = encoded(args[i], p.Args[i].DType)
			}
			want := naiveRun(p, args)
			exe := compile(t, p, backend.Options{NoFuse: true})
			require.NoError(t, bind(t, exe, backend.Infer, regions...).Run())
			for i := range p.Args {
				if p.Args[i].Mode == backend.In || p.Args[i].DType != backend.Float64 {
					continue
				}
				got := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(regions[i].Bytes()))), len(args[i]))
				for k := range got {
					require.True(t, closeTo(got[k], want[i][k]), "%s[%d] is %v, want %v\n%v", p.Args[i].Name, k, got[k], want[i][k], p)
				}
			}
			for i := range p.Entries[0].Calls {
				seen[p.Entries[0].Calls[i].Kind] = true
			}
		})
	}
	for _, k := range backend.Kinds() {
		require.True(t, seen[k] || k == backend.Random || k == backend.Relayout || k == backend.Host, "no definition of %v was used", k)
	}
}

func closeTo(a, b float64) bool {
	return a == b || a != a && b != b || math.Abs(a-b) <= 1e-9*(1+math.Abs(b))
}

// skipNaive leaves out what is defined elsewhere (random numbers, Go functions), layouts, large convolutions and long sorts.
func skipNaive(p *backend.Program) bool {
	work := 0
	for i := range p.Entries[0].Calls {
		c := &p.Entries[0].Calls[i]
		switch c.Kind {
		case backend.Random, backend.Host, backend.Relayout:
			return true
		case backend.Sort:
			work += p.Value(c.In[0]).Shape.Size() * p.Value(c.In[0]).Shape[c.Attrs.(*backend.SortAttrs).Axis]
		case backend.Conv:
			work += p.Value(c.Out[0]).Shape.Size() * p.Value(c.In[1]).Shape[1:].Size()
		case backend.ConvGradData, backend.ConvGradFilter:
			work += p.Value(c.In[0]).Shape.Size() * 100
		}
	}
	return work > 1e6
}

func encoded(v []float64, t backend.DType) backend.Region {
	switch t {
	case backend.Float64:
		return region(append([]float64{}, v...))
	case backend.Float32:
		f := make([]float32, len(v))
		for i, x := range v {
			f[i] = float32(x)
		}
		return region(f)
	case backend.Int32, backend.Int64:
		b := make([]int64, len(v))
		for i, x := range v {
			v[i] = math.Trunc(x)
			b[i] = int64(x)
		}
		if t == backend.Int64 {
			return region(b)
		}
		c := make([]int32, len(v))
		for i := range b {
			c[i] = int32(b[i])
		}
		return region(c)
	}
	b := make([]byte, len(v)*t.Size())
	for i := range v {
		v[i] = math.Mod(math.Abs(math.Trunc(v[i])), 100)
		b[i] = byte(v[i])
	}
	return region(b)
}

// naiveRun gives what the arguments hold at the end.
func naiveRun(p *backend.Program, args [][]float64) [][]float64 {
	vals := make([]tensor, len(p.Values))
	for i := range p.Values {
		v := &p.Values[i]
		vals[i] = tensor{v.Shape, make([]float64, v.Shape.Size())}
		switch v.Kind {
		case backend.ArgValue:
			copy(vals[i].v, args[v.Arg])
		case backend.ConstValue:
			copy(vals[i].v, v.Const)
		}
	}
	out := make([][]float64, len(args))
	for i := range args {
		out[i] = append([]float64{}, args[i]...)
	}
	for i := range p.Entries[0].Calls {
		c := &p.Entries[0].Calls[i]
		var in, res []tensor
		for _, id := range c.In {
			in = append(in, vals[id])
		}
		for _, id := range c.Out {
			res = append(res, vals[id])
		}
		if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
			copy(out[w.Arg], in[0].v)
			continue
		}
		naive(c, in, res)
		for k, id := range c.Out {
			if t := p.Value(id).DType; !t.IsFloat() {
				naiveStore(t, res[k].v)
			}
		}
	}
	return out
}

func naiveStore(t backend.DType, v []float64) {
	for i, x := range v {
		n := backend.Integer(x)
		switch t {
		case backend.Int32:
			v[i] = float64(int32(n))
		case backend.Int8:
			v[i] = float64(int8(n))
		case backend.Uint8:
			v[i] = float64(uint8(n))
		case backend.Bool:
			v[i] = map[bool]float64{true: 1}[x != 0]
		default:
			v[i] = float64(n)
		}
	}
}

// Recorded with MXNet: windows that hang over, borders that count, ties.
func TestPoolKnownAnswers(t *testing.T) {
	run := func(x []float64, s backend.Shape, out []int, a backend.PoolAttrs, head []float64) (y, dx []float64) {
		p := program(t, backend.Infer, func(b *backend.Builder) {
			v := b.Arg("x", backend.In, s, backend.Float64)
			dy := b.Arg("dy", backend.In, append(backend.Shape{1, 1}, out...), backend.Float64)
			b.Arg("y", backend.Out, dy.Shape(), backend.Float64)
			b.Arg("dx", backend.Out, s, backend.Float64)
			r := b.Pool(v, out, a)
			b.Write("y", r)
			b.Write("dx", b.PoolGrad(dy, v, r, a))
		})
		y, dx = make([]float64, len(head)), make([]float64, len(x))
		require.NoError(t, bind(t, compile(t, p, backend.Options{}), backend.Infer, region(x), region(head), region(y), region(dx)).Run())
		return y, dx
	}
	count := make([]float64, 16)
	for i := range count {
		count[i] = float64(i + 1)
	}
	two := []int{2, 2}
	y, _ := run(count, backend.Shape{1, 1, 4, 4}, two, backend.PoolAttrs{Type: backend.PoolAvg, Kernel: []int{3, 3}, Stride: two, Pad: []int{0, 0}, CountIncludePad: true}, make([]float64, 4))
	require.Equal(t, []float64{6, 7.5, 12, 13.5}, y)
	y, _ = run(count, backend.Shape{1, 1, 4, 4}, two, backend.PoolAttrs{Type: backend.PoolAvg, Kernel: []int{3, 3}, Stride: two, Pad: []int{1, 1}, CountIncludePad: true}, make([]float64, 4))
	require.InDeltaSlice(t, []float64{1.5556, 3.3333, 6.3333, 11}, y, 1e-4)
	x := []float64{1, 1, 2, 0, 2, 2, 3, 1, 0}
	y, dx := run(x, backend.Shape{1, 1, 3, 3}, two, backend.PoolAttrs{Type: backend.PoolMax, Kernel: two, Stride: []int{1, 1}, Pad: []int{0, 0}}, []float64{1, 2, 3, 4})
	require.Equal(t, []float64{2, 2, 3, 2}, y)
	require.Equal(t, []float64{0, 0, 2, 0, 5, 0, 3, 0, 0}, dx)
	y, dx = run(x, backend.Shape{1, 1, 3, 3}, two, backend.PoolAttrs{Type: backend.PoolSum, Kernel: two, Stride: two, Pad: []int{0, 0}}, []float64{1, 2, 3, 4})
	require.Equal(t, []float64{4, 4, 4, 0}, y)
	require.Equal(t, []float64{1, 1, 2, 1, 1, 2, 3, 3, 4}, dx)
}

// How many goroutines share the work changes no bit: the same step alone and while others keep the pool busy.
func TestSameBitsWhateverShares(t *testing.T) {
	alone, want := bindAll(t, lenet(t, 9), backend.Step)
	require.NoError(t, alone.Run())
	done := make(chan [][]float32)
	for range 4 {
		go func() {
			bound, got := bindAll(t, lenet(t, 9), backend.Step)
			_ = bound.Run()
			done <- got
		}()
	}
	for range 4 {
		require.Equal(t, want, <-done)
	}
}
