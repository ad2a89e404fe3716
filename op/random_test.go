package op_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomRows are those of random numbers.
func randomRows() []row {
	var list []row
	for _, name := range []string{"uniform", "normal", "exponential", "gamma", "poisson", "negative_binomial", "generalized_negative_binomial"} {
		list = append(list,
			row{op: "_random_" + name, params: "shape=(2, 3)"}, row{op: "_random_" + name, params: "dtype=float64"},
			row{op: "_random_" + name + "_like", shapes: shapes(s{2, 3})},
			row{op: "_sample_" + name, params: "shape=(4,)", shapes: shapes(s{2, 3}), draw: uniform(0.1, 1)},
			row{op: "_sample_" + name, params: "dtype=float32", shapes: shapes(s{2}), draw: uniform(0.1, 1)})
	}
	return append(list,
		row{op: "_random_randint", params: "low=-3; high=5; shape=(2, 3)"},
		row{op: "_random_randint", params: "low=0; high=5; dtype=int64"},
		row{op: "_shuffle", shapes: shapes(s{4, 3}), exempt: "MXNet gives shuffled data no gradient"},
		row{op: "_sample_multinomial", params: "shape=(2, 5)", shapes: shapes(s{2, 3}), draw: uniform(0.1, 1), exempt: "numbers of a distribution have no gradient"},
		row{op: "_sample_multinomial", params: "shape=(2, 5); get_prob=True", shapes: shapes(s{2, 3}), draw: uniform(0.1, 1)},
		row{op: "_sample_multinomial", params: "dtype=float32", shapes: shapes(s{3}), draw: uniform(0.1, 1), exempt: "numbers of a distribution have no gradient"})
}

// TestRandom compares mean and standard deviation of many numbers with those of their distributions.
func TestRandom(t *testing.T) {
	for _, c := range []struct {
		op, params string
		shapes     []s
		in         [][]float64
		mean, dev  []float64 // by row of the result
		lo, hi     float64
	}{
		{"_random_uniform", "low=2; high=5; shape=(1, 20000)", nil, nil, []float64{3.5}, []float64{3 / math.Sqrt(12)}, 2, 5},
		{"_random_normal", "loc=1; scale=3; shape=(1, 20000)", nil, nil, []float64{1}, []float64{3}, -20, 20},
		{"_random_exponential", "lam=4; shape=(1, 20000)", nil, nil, []float64{.25}, []float64{.25}, 0, 10},
		{"_sample_uniform", "shape=(20000,)", shapes(s{2}, s{2}), [][]float64{{0, 10}, {1, 14}}, []float64{.5, 12}, []float64{1 / math.Sqrt(12), 4 / math.Sqrt(12)}, 0, 14},
		{"_sample_normal", "shape=(20000,)", shapes(s{2}, s{2}), [][]float64{{0, 10}, {1, 2}}, []float64{0, 10}, []float64{1, 2}, -20, 30},
		{"_sample_exponential", "shape=(20000,)", shapes(s{2}), [][]float64{{1, 2}}, []float64{1, .5}, []float64{1, .5}, 0, 40},
		{"_random_gamma", "alpha=2; beta=3; shape=(1, 20000)", nil, nil, []float64{6}, []float64{3 * math.Sqrt2}, 0, 90},
		{"_random_gamma_like", "alpha=0.3", shapes(s{1, 20000}), nil, []float64{.3}, []float64{math.Sqrt(.3)}, 0, 20},
		{"_random_poisson", "lam=3; shape=(1, 20000)", nil, nil, []float64{3}, []float64{math.Sqrt(3)}, 0, 30},
		{"_random_negative_binomial", "k=4; p=0.4; shape=(1, 20000)", nil, nil, []float64{6}, []float64{math.Sqrt(15)}, 0, 90},
		{"_random_negative_binomial", "k=0; p=0.4; shape=(1, 20000)", nil, nil, []float64{0}, []float64{0}, 0, 0},
		{"_random_generalized_negative_binomial", "mu=2; alpha=0.5; shape=(1, 20000)", nil, nil, []float64{2}, []float64{2}, 0, 90},
		{"_random_generalized_negative_binomial_like", "mu=20; alpha=0", shapes(s{1, 20000}), nil, []float64{20}, []float64{math.Sqrt(20)}, 0, 90},
		{"_random_randint", "low=-3; high=2; shape=(1, 20000)", nil, nil, []float64{-1}, []float64{math.Sqrt2}, -3, 1},
		{"_random_randint", "low=1000000000000000000; high=1000000000000004096; dtype=int64; shape=(1, 20000)", nil, nil, []float64{1e18 + 2048}, []float64{4096 / math.Sqrt(12)}, 1e18, 1e18 + 4096},
		{"_sample_gamma", "shape=(20000,)", shapes(s{2}, s{2}), [][]float64{{2, .5}, {3, 1}}, []float64{6, .5}, []float64{3 * math.Sqrt2, math.Sqrt(.5)}, 0, 90},
		{"_sample_poisson", "shape=(20000,)", shapes(s{2}), [][]float64{{4, 100}}, []float64{4, 100}, []float64{2, 10}, 0, 200},
		{"_sample_negative_binomial", "shape=(20000,)", shapes(s{2}, s{2}), [][]float64{{4, 10}, {.4, 1}}, []float64{6, 0}, []float64{math.Sqrt(15), 0}, 0, 90},
		{"_sample_generalized_negative_binomial", "shape=(20000,)", shapes(s{2}, s{2}), [][]float64{{2, 8}, {.5, 0}}, []float64{2, 8}, []float64{2, math.Sqrt(8)}, 0, 90},
		{"_sample_multinomial", "shape=(20000,)", shapes(s{2, 3}), [][]float64{{0, .5, .5, .25, 0, .75}}, []float64{1.5, 1.5}, []float64{.5, math.Sqrt(.75)}, 0, 2},
	} {
		u, err := newUnit(c.op, c.params, c.shapes...)
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err)
		in := c.in
		if in == nil { // of the like operators: what data holds does not matter
			in = make([][]float64, len(u.args))
			for i := range in {
				in[i] = make([]float64, u.in[i].Size())
			}
		}
		got, err := p.run(in, nil, nil)
		require.NoError(t, err)
		for i, want := range c.mean {
			row := got.out[0][i*20000 : (i+1)*20000]
			sum, squares := 0.0, 0.0
			for _, v := range row {
				require.True(t, v >= c.lo && v <= c.hi, "%s: %v", c.op, v)
				sum += v - want
				squares += (v - want) * (v - want)
			}
			mean := sum / 20000
			assert.InDelta(t, 0, mean, 4*c.dev[i]/math.Sqrt(20000), "%s row %d", c.op, i)
			assert.InDelta(t, c.dev[i], math.Sqrt(squares/20000-mean*mean), .04*c.dev[i], "%s row %d", c.op, i)
		}
	}
}

// A number of a row depends on its place alone: not on how many others are drawn, nor on the type but for rounding.
func TestRandomStreams(t *testing.T) {
	numbers := func(params string) []float64 {
		u, err := newUnit("_random_gamma", params)
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err)
		got, err := p.run(nil, nil, nil)
		require.NoError(t, err)
		return got.out[0]
	}
	few, many := numbers("shape=(7,); dtype=float64"), numbers("shape=(700,); dtype=float64")
	assert.Equal(t, few, many[:7])
	for i, v := range numbers("shape=(7,)") {
		assert.Equal(t, float64(float32(few[i])), v)
	}
}

func TestRandomRefusals(t *testing.T) {
	for params, want := range map[string]string{
		"_random_uniform low=2; high=1":                "_random_uniform: low is 2 and high 1; want low at most high",
		"_random_uniform dtype=int32":                  "_random_uniform: dtype=int32, want a floating-point type",
		"_random_normal scale=0":                       "_random_normal: scale is 0, want more than 0",
		"_random_gamma alpha=-1":                       "_random_gamma: alpha is -1, want more than 0",
		"_random_gamma_like beta=0":                    "_random_gamma_like: beta is 0, want more than 0",
		"_random_exponential lam=0":                    "_random_exponential: lam is 0, want more than 0",
		"_random_poisson lam=-1":                       "_random_poisson: lam is -1, want at least 0",
		"_random_negative_binomial k=1; p=1.5":         "_random_negative_binomial: p is 1.5, want more than 0 and at most 1",
		"_random_generalized_negative_binomial mu=nan": "_random_generalized_negative_binomial: mu is NaN, want at least 0",
		"_random_randint low=5; high=5":                "_random_randint: low is 5 and high 5; want low below high",
		"_random_randint low=0; high=5; dtype=float32": "_random_randint: dtype=float32, want int32 or int64",
		"_sample_poisson dtype=uint8":                  "_sample_poisson: dtype=uint8, want a floating-point type",
	} {
		name, rest, _ := strings.Cut(params, " ")
		_, err := newUnit(name, rest, s{2}, s{2})
		assert.EqualError(t, err, want)
	}
}
