package cuda

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// stepsOf lowers the calls that build says, without the Writes, and lists what they became: kernels with their grids.
func stepsOf(t *testing.T, build func(b *backend.Builder) backend.Value) []string {
	t.Helper()
	b := backend.NewBuilder(&backend.Program{})
	y := build(b)
	require.True(t, y.Valid())
	b.Arg("y", backend.Out, y.Shape(), y.DType())
	b.Write("y", y)
	require.NoError(t, b.Finish(backend.Infer))
	require.NoError(t, b.P.Verify())
	cx := &compileCtx{Lowering: binding.NewLowering(b.P, alignment)}
	for _, c := range b.P.Entries[0].Calls {
		if c.Kind == backend.Write {
			continue
		}
		require.True(t, kernels[c.Kind].supports(b.P, &c), "%v", b.P.CallString(&c))
		cx.Used = 0
		require.NoError(t, kernels[c.Kind].lower(cx, &c))
	}
	var list []string
	for _, s := range cx.steps {
		switch s.kind {
		case launchStep:
			list = append(list, fmt.Sprint(s.fn.name, s.grid))
		case copyStep:
			list = append(list, fmt.Sprint("copy ", s.bytes))
		case fillStep:
			list = append(list, fmt.Sprint("fill ", s.bytes))
		}
	}
	return list
}

func TestReductionSteps(t *testing.T) {
	for _, k := range []struct {
		s    backend.Shape
		axes []int
		want []string
	}{
		{backend.Shape{64, 4}, []int{1}, []string{"reduce_threads[1 1 1]"}},
		{backend.Shape{64, 10}, []int{1}, []string{"reduce_warps[8 1 1]"}},
		{backend.Shape{600, 2000}, []int{1}, []string{"reduce_blocks[600 1 1]"}},
		{backend.Shape{1, 2000}, []int{1}, []string{"reduce_blocks[1 1 1]"}},
		{backend.Shape{3, 5003}, []int{1}, []string{"reduce_blocks[3 3 1]", "reduce_threads[1 1 1]"}},
		{backend.Shape{1 << 20}, []int{0}, []string{"reduce_blocks[1 512 1]", "reduce_warps[1 1 1]"}},
		{backend.Shape{32, 64, 56, 56}, []int{0, 2, 3}, []string{"reduce_blocks[64 8 1]", "reduce_threads[1 1 1]"}},
		{backend.Shape{64, 10}, []int{0}, []string{"reduce_columns[1 1 1]"}},
		{backend.Shape{5003, 3}, []int{0}, []string{"reduce_columns[1 40 1]", "reduce_warps[1 1 1]"}},
		{backend.Shape{100, 1 << 17}, []int{0}, []string{"reduce_threads[512 1 1]"}},
		{backend.Shape{2, 3, 2, 5, 3, 4}, []int{1, 3, 5}, []string{"move_16[1 1 1]", "reduce_warps[2 1 1]"}},
		{backend.Shape{3, 0}, []int{1}, []string{"reduce_threads[1 1 1]"}},
		{backend.Shape{0, 3}, []int{1}, nil},
	} {
		assert.Equal(t, k.want, stepsOf(t, func(b *backend.Builder) backend.Value {
			return b.Reduce(backend.ReduceMax, b.Arg("x", backend.In, k.s, backend.Float32), false, k.axes...)
		}), "%v %v", k.s, k.axes)
	}
	for _, k := range []struct {
		s    backend.Shape
		want []string
	}{
		{backend.Shape{2, 64, 2, 2}, []string{"stats_threads[1 1 1]"}},
		{backend.Shape{2, 64, 7, 7}, []string{"stats_warps[8 1 1]"}},
		{backend.Shape{17, 64, 7, 7}, []string{"stats_blocks[64 1 1]"}},
		{backend.Shape{32, 64, 56, 56}, []string{"stats_blocks[64 8 1]", "stats_join[8 1 1]"}},
		{backend.Shape{1280, 64, 1, 1}, []string{"stats_columns[2 10 1]", "stats_join[8 1 1]"}},
	} {
		assert.Equal(t, k.want, stepsOf(t, func(b *backend.Builder) backend.Value {
			mean, _ := b.Stats(b.Arg("x", backend.In, k.s, backend.Float32), 0, 2, 3)
			return mean
		}), "%v", k.s)
	}
}

// A part of a result must not be larger than 32 bits can count, nor a GPU idle for want of parts.
func TestPartsCoverAll(t *testing.T) {
	for _, columns := range []bool{false, true} {
		for _, outputs := range []int{1, 2, 31, 33, 500, 513, 70000} {
			for _, n := range []int{0, 1, 8, 9, 127, 128, 129, 512, 513, 2047, 2049, 5003, 1 << 20, maxElements / 70000} {
				s := planReduction(line(outputs, 1), line(n, 1), columns).shape
				assert.GreaterOrEqual(t, int(s.parts)*int(s.part), n)
				assert.Less(t, (int(s.parts)-1)*int(s.part), max(n, 1), "an empty part")
				assert.LessOrEqual(t, int(s.parts), warpCount, "parts join in one launch")
			}
		}
	}
}

func TestMoveSteps(t *testing.T) {
	transpose := func(d backend.DType, s backend.Shape, axes ...int) func(b *backend.Builder) backend.Value {
		return func(b *backend.Builder) backend.Value { return b.Transpose(b.Arg("x", backend.In, s, d), axes...) }
	}
	slice := func(s, out backend.Shape, begin, step []int) func(b *backend.Builder) backend.Value {
		return func(b *backend.Builder) backend.Value {
			return b.Slice(b.Arg("x", backend.In, s, backend.Float32), out, begin, step)
		}
	}
	concat := func(axis int, in ...backend.Shape) func(b *backend.Builder) backend.Value {
		return func(b *backend.Builder) backend.Value {
			var v []backend.Value
			for i, s := range in {
				v = append(v, b.Arg(fmt.Sprint("x", i), backend.In, s, backend.Float32))
			}
			return b.Concat(axis, v...)
		}
	}
	scatter := func(s backend.Shape, taken int) func(b *backend.Builder) backend.Value {
		return func(b *backend.Builder) backend.Value {
			return b.ScatterAdd(b.Arg("dy", backend.In, backend.Shape{taken, s[1]}, backend.Float32), b.Arg("i", backend.In, backend.Shape{taken}, backend.Int32), s, 0, false)
		}
	}
	for name, k := range map[string]struct {
		build func(b *backend.Builder) backend.Value
		want  []string
	}{
		"a copy":                     {transpose(backend.Float32, backend.Shape{5, 1, 7}, 1, 0, 2), []string{"copy 140"}},
		"tiles":                      {transpose(backend.Float32, backend.Shape{4, 33, 40}, 0, 2, 1), []string{"transpose_4[16 1 1]"}},
		"tiles of bytes":             {transpose(backend.Int8, backend.Shape{33, 64}, 1, 0), []string{"transpose_1[4 1 1]"}},
		"tiles with matrices within": {transpose(backend.Float64, backend.Shape{8, 3, 2, 9}, 3, 1, 2, 0), []string{"transpose_8[6 1 1]"}},
		"too narrow for tiles":       {transpose(backend.Float32, backend.Shape{3, 100}, 1, 0), []string{"move_4[2 1 1]"}},
		"rows stay whole":            {transpose(backend.Float32, backend.Shape{10, 5, 64}, 1, 0, 2), []string{"move_16[4 1 1]"}},
		"every second row":           {slice(backend.Shape{20, 12}, backend.Shape{10, 12}, []int{0, 0}, []int{2, 1}), []string{"move_16[1 1 1]"}},
		"rows of an odd size":        {slice(backend.Shape{20, 13}, backend.Shape{10, 13}, []int{0, 0}, []int{2, 1}), []string{"move_4[1 1 1]"}},
		"rows of an even size":       {slice(backend.Shape{20, 14}, backend.Shape{10, 14}, []int{0, 0}, []int{2, 1}), []string{"move_8[1 1 1]"}},
		"backwards":                  {slice(backend.Shape{300}, backend.Shape{300}, []int{299}, []int{-1}), []string{"move_4[2 1 1]"}},
		"nothing":                    {slice(backend.Shape{4, 3}, backend.Shape{0, 3}, []int{0, 0}, []int{1, 1}), nil},
		"one after the other":        {concat(0, backend.Shape{2, 3}, backend.Shape{5, 3}), []string{"copy 24", "copy 60"}},
		"side by side":               {concat(1, backend.Shape{2, 16, 4}, backend.Shape{2, 3, 4}), []string{"move_16[1 1 1]", "move_16[1 1 1]"}},
		"few rows to add to":         {scatter(backend.Shape{10, 300}, 64), []string{"gather_rows[1 1 1]", "scatter_add[4 1 1]"}},
		"many rows to add to":        {scatter(backend.Shape{1000, 3}, 64), []string{"fill 12000", "gather_rows[1 1 1]", "scatter_add[8 1 1]"}},
		"nothing to add":             {scatter(backend.Shape{1000, 3}, 0), []string{"fill 12000"}},
	} {
		assert.Equal(t, k.want, stepsOf(t, k.build), name)
	}
}

func TestRowSteps(t *testing.T) {
	softmax := func(s backend.Shape, axis int) []string {
		return stepsOf(t, func(b *backend.Builder) backend.Value {
			return b.Softmax(b.Arg("x", backend.In, s, backend.Float32), axis)
		})
	}
	assert.Equal(t, []string{"softmax_warps[8 1 1]"}, softmax(backend.Shape{64, 10}, 1))
	assert.Equal(t, []string{"softmax_blocks[64 1 1]"}, softmax(backend.Shape{64, 1025}, 1))
	assert.Equal(t, []string{"softmax_columns[2 1 1]"}, softmax(backend.Shape{2, 10, 150}, 1))
	assert.Nil(t, softmax(backend.Shape{0, 10}, 1))
	arg := func(s backend.Shape, axis int) []string {
		return stepsOf(t, func(b *backend.Builder) backend.Value {
			return b.ArgMax(b.Arg("x", backend.In, s, backend.Float32), axis, false)
		})
	}
	assert.Equal(t, []string{"arg_warps[8 1 1]"}, arg(backend.Shape{64, 10}, 1))
	assert.Equal(t, []string{"arg_blocks[64 1 1]"}, arg(backend.Shape{64, 1025}, 1))
	assert.Equal(t, []string{"arg_columns[2 1 1]"}, arg(backend.Shape{2, 10, 150}, 1))
	assert.Equal(t, []string{"fill 256"}, arg(backend.Shape{64, 0}, 1))
}

// What does not fit is refused, not computed wrongly.
func TestRefusals(t *testing.T) {
	reduce := func(s backend.Shape, d backend.DType, l backend.Layout) bool {
		p := &backend.Program{}
		c := backend.Call{Kind: backend.Reduce, Attrs: &backend.ReduceAttrs{Axes: []int{0}}}
		c.In = []backend.ValueID{p.NewValue(backend.ValueInfo{Shape: s, DType: d, Layout: l})}
		c.Out = []backend.ValueID{p.NewValue(backend.ValueInfo{Shape: s[1:], DType: d})}
		return kernels[c.Kind].supports(p, &c)
	}
	assert.True(t, reduce(backend.Shape{2, 1<<30 - 1}, backend.Float32, backend.Plain))
	assert.False(t, reduce(backend.Shape{2, 1 << 30}, backend.Float32, backend.Plain), "more than 32 bits count")
	assert.False(t, reduce(backend.Shape{2, 3}, backend.Float16, backend.Plain))
	assert.False(t, reduce(backend.Shape{2, 3}, backend.Float32, backend.N16))
	assert.True(t, reduce(backend.Shape{1, 1, 1, 1, 1, 1}, backend.Float32, backend.Plain))
	assert.False(t, reduce(backend.Shape{1, 1, 1, 1, 1, 1, 1}, backend.Float32, backend.Plain))
}
