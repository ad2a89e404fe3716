package cuda

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
)

var update = flag.Bool("update", false, "write testdata/map_tanh.ptx anew")

// The text is what testdata shows: a change of it is seen by whoever reads the change.
func TestMapText(t *testing.T) {
	const file = "testdata/map_tanh.ptx"
	got := accessText(2, 3).ptx()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test ./cuda -run TestMapText -update writes it anew")
}

// mapOf says a Map of inputs of the shapes and gives it as its kernel sees it.
func mapOf(t *testing.T, e string, dtype backend.DType, shapes ...backend.Shape) (m *mapCall, supported bool) {
	p := say(t, backend.Infer, func(b *backend.Builder) {
		var in []backend.Value
		for i, s := range shapes {
			in = append(in, b.Arg(fmt.Sprint("x", i), backend.In, s, dtype))
		}
		y := b.Map1(expr.MustParse(e), in...)
		b.Arg("y", backend.Out, y.Shape(), dtype)
		b.Write("y", y)
	})
	c := &p.Entries[0].Calls[0]
	return newMapCall(c.Attrs.(*backend.MapAttrs).E, p.Value, c.In, c.Out), supportsMap(p, c)
}

// Shapes and numbers are arguments: what differs by them shares a kernel.
func TestMapKernelsAreShared(t *testing.T) {
	kernelOf := func(e string, dtype backend.DType, shapes ...backend.Shape) *kernel {
		m, ok := mapOf(t, e, dtype, shapes...)
		assert.True(t, ok)
		return m.text.kernel()
	}
	const f = backend.Float32
	type s = backend.Shape
	flat := kernelOf("a b -> 2*a + b", f, s{7}, s{7})
	assert.Same(t, flat, kernelOf("a b -> 3*a + b", f, s{5, 9}, s{5, 9}))
	assert.Same(t, flat, kernelOf("a unused b -> 3*a + b", f, s{5, 9}, s{5, 9}, s{5, 9}))
	rows := kernelOf("a b -> 2*a + b", f, s{5, 12}, s{12})
	assert.Same(t, rows, kernelOf("a b -> 2*a + b", f, s{6, 3, 8}, s{3, 8}))
	all := []*kernel{
		flat, rows,
		kernelOf("a b -> 2*a - b", f, s{7}, s{7}),
		kernelOf("a b -> max(a, b)", f, s{7}, s{7}),
		kernelOf("a b -> max(a, 1)", f, s{7}, s{7}),
		kernelOf("a b -> max(a, nan)", f, s{7}, s{7}),
		kernelOf("a b -> 2*a + b", f, s{7}, s{1}),
		kernelOf("a b -> 2*a + b", f, s{5, 6}, s{6}), // vectors of two
		kernelOf("a b -> 2*a + b", f, s{5, 12}, s{5, 1}),
		kernelOf("a b -> 2*a + b", f, s{5, 3, 12}, s{3, 1}),
		kernelOf("a b -> 2*a + b", backend.Float64, s{7}, s{7}),
	}
	for i := range all {
		assert.Equal(t, i, slices.Index(all, all[i]))
	}
	assert.Equal(t, "map_mul_add", flat.name)
	assert.Equal(t, []int{8, 8, 8, 4, 4}, flat.params)
}

func TestMapRefuses(t *testing.T) {
	x, y := backend.Shape{}, backend.Shape{}
	for range mapDims {
		x, y = append(x, 2), append(y, 1+len(y)%2)
	}
	m, ok := mapOf(t, "a b -> a + b", backend.Float32, x, y)
	assert.True(t, ok)
	assert.Equal(t, mapDims, m.text.dims)
	_, ok = mapOf(t, "a b -> a + b", backend.Float32, append(backend.Shape{2}, x...), append(backend.Shape{2}, y...))
	assert.False(t, ok, "nine axes apart")
}

// Random shapes with random axes stretched give what the portable kernels give, bit for bit: these round the same.
func TestMapRandomShapes(t *testing.T) {
	d := open(t, 0)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 40 {
		dtype := []backend.DType{backend.Float32, backend.Uint8}[i%2]
		shapes := randomShapes(r)
		p := say(t, backend.Infer, func(b *backend.Builder) {
			var in []backend.Value
			for i, s := range shapes {
				in = append(in, b.Arg(fmt.Sprint("x", i), backend.In, s, dtype))
			}
			y := b.Map1(expr.MustParse("a b c -> 2*a - b + max(c, 3)"), in...)
			b.Arg("y", backend.Out, y.Shape(), dtype)
			b.Write("y", y)
		})
		contents := make([][]byte, len(p.Args))
		for k, a := range p.Args {
			contents[k] = smallNumbers(r, a.Shape.Size(), dtype)
		}
		want := runOn(t, ref.New(0), p, contents, 0)
		assert.Equal(t, want, runOn(t, d, p, contents, i/2%2), "case %d: %v %v", i, dtype, shapes)
	}
}

// randomShapes are three that broadcast, of up to seven axes; the first is whole.
func randomShapes(r *rand.Rand) []backend.Shape {
	shapes := []backend.Shape{{}, {}, {}}
	for range r.IntN(8) {
		n := []int{1, 2, 3, 4, 5, 8}[r.IntN(6)]
		if shapes[0].Size()*n > 5000 {
			n = 1
		}
		for k := range shapes {
			if k > 0 && r.IntN(2) == 0 {
				shapes[k] = append(shapes[k], 1)
			} else {
				shapes[k] = append(shapes[k], n)
			}
		}
	}
	return shapes
}

// smallNumbers are 0 to 9, which all types hold.
func smallNumbers(r *rand.Rand, n int, t backend.DType) []byte {
	v := backend.ValueInfo{Shape: backend.Shape{n}, DType: t}
	for range n {
		v.Const = append(v.Const, float64(r.IntN(10)))
	}
	return v.ConstBytes()
}

// runOn runs the Program on memory of which every second argument begins skip elements after its alignment, and gives the last
// with what lies behind it.
func runOn(t *testing.T, d backend.Device, p *backend.Program, contents [][]byte, skip int) []byte {
	x, err := d.Compile(p, backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	var args, all []backend.Region
	for i, a := range p.Args {
		offset, n := i%2*skip*a.DType.Size(), len(contents[i])
		b, err := d.Alloc(offset + n + 16)
		require.NoError(t, err)
		defer b.Free()
		args = append(args, backend.Region{Buffer: b, Offset: offset, Length: n})
		all = append(all, backend.Region{Buffer: b, Offset: offset, Length: n + 16})
		require.NoError(t, d.Copy(all[i], backend.HostRegion(append(slices.Clone(contents[i]), "behind the array"...))))
	}
	bound, err := x.Bind(backend.Infer, args)
	require.NoError(t, err)
	defer bound.Close()
	require.NoError(t, bound.Run())
	require.NoError(t, bound.Wait())
	last := all[len(all)-1]
	got := make([]byte, last.Length)
	require.NoError(t, d.Copy(backend.HostRegion(got), last))
	return got
}
