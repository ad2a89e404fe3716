package op_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/op"
)

// TestBatchNormStates: forward in training leaves the moving statistics alone, backward changes them, and not with
// use_global_stats; a fixed gamma is written as 1 even in inference.
func TestBatchNormStates(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		params           string
		train, grads     bool
		changes, gammaIs bool
	}{
		{"", false, false, false, true},
		{"", true, false, false, true},
		{"", true, true, true, true},
		{"fix_gamma=False", true, true, true, false},
		{"fix_gamma=False; use_global_stats=True", true, true, false, false},
	} {
		u, err := newUnit("BatchNorm", c.params, s{4, 2, 3})
		require.NoError(t, err)
		in, aux, heads := draw(rng, u.in, uniform(2, 3)), draw(rng, u.state, uniform(2, 3)), draw(rng, u.out, uniform(-1, 1))
		p, err := u.compile(c.train, c.grads)
		require.NoError(t, err)
		got, err := p.run(in, aux, heads)
		require.NoError(t, err)
		for i := range aux {
			assert.Equal(t, !c.changes, assert.ObjectsAreEqual(aux[i], got.aux[i]), "%+v state %d", c, i)
		}
		if c.gammaIs {
			assert.Equal(t, []float64{1, 1}, got.argAfter[1], "%+v", c)
		} else {
			assert.Nil(t, got.argAfter[1], "%+v", c)
		}
	}
}

// TestBatchNormTypes: parameters and statistics of 16-bit data are float32.
func TestBatchNormTypes(t *testing.T) {
	d := lookup(t, "BatchNorm")
	p := d.Params.New()
	half := op.DType(2)
	in, aux, out := []*op.DType{&half, nil, nil}, make([]*op.DType, 2), make([]*op.DType, 1)
	types := op.NewTypes(d.Args(p), in, aux, out)
	d.InferType(p, types)
	require.NoError(t, types.Err())
	for _, got := range []*op.DType{in[1], in[2], aux[0], aux[1]} {
		assert.Equal(t, op.DType(0), *got)
	}
	assert.Equal(t, half, *out[0])
}

// TestDropout draws the right share, scales what is left, repeats itself, and shares draws along axes.
func TestDropout(t *testing.T) {
	run := func(params string, train bool, shape s) []float64 {
		u, err := newUnit("Dropout", params, shape)
		require.NoError(t, err)
		p, err := u.compile(train, false)
		require.NoError(t, err)
		in := [][]float64{make([]float64, shape.Size())}
		for i := range in[0] {
			in[0][i] = 3
		}
		got, err := p.run(in, nil, nil)
		require.NoError(t, err)
		return got.out[0]
	}
	count := func(v []float64, x float64) (n int) {
		for _, y := range v {
			if y == x {
				n++
			}
		}
		return n
	}
	got := run("p=0.25", true, s{100, 100})
	kept := count(got, 4)
	assert.Equal(t, 10000, kept+count(got, 0))
	assert.InDelta(t, 7500, kept, 150, "3.5 standard deviations")
	assert.Equal(t, got, run("p=0.25", true, s{100, 100}))
	assert.Equal(t, 10000, count(run("p=0.25", false, s{100, 100}), 3), "inference leaves everything")
	assert.Less(t, count(run("p=0.25; mode=always", false, s{100, 100}), 3), 1)
	shared := run("p=0.5; axes=(1,)", true, s{20, 5})
	for i := 0; i < 100; i += 5 {
		assert.Contains(t, []int{0, 5}, count(shared[i:i+5], 6))
	}
}

// TestBatchNormShownVariance: with output_mean_var the third output is 1/√(variance + eps), and BatchNorm_v1's the variance.
func TestBatchNormShownVariance(t *testing.T) {
	var shown []float64
	for _, name := range []string{"BatchNorm", "BatchNorm_v1"} {
		rng := rand.New(rand.NewPCG(5, 6))
		u, err := newUnit(name, "output_mean_var=True; eps=0.5", s{4, 1, 3})
		require.NoError(t, err)
		p, err := u.compile(true, false)
		require.NoError(t, err)
		got, err := p.run(draw(rng, u.in, uniform(2, 3)), draw(rng, u.state, uniform(2, 3)), nil)
		require.NoError(t, err)
		shown = append(shown, got.out[2][0])
	}
	assert.InDelta(t, shown[0], 1/math.Sqrt(shown[1]+0.5), 1e-12)
}
