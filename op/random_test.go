package op_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomRows are those of random numbers.
func randomRows() []row {
	var list []row
	for _, name := range []string{"_random_uniform", "_random_normal", "_random_exponential"} {
		list = append(list, row{op: name, params: "shape=(2, 3)"}, row{op: name, params: "dtype=float64"})
	}
	for _, name := range []string{"_sample_uniform", "_sample_normal", "_sample_exponential"} {
		list = append(list, row{op: name, params: "shape=(4,)", shapes: shapes(s{2, 3})}, row{op: name, shapes: shapes(s{2}), params: "dtype=float32"})
	}
	return append(list,
		row{op: "_shuffle", shapes: shapes(s{4, 3}), exempt: "MXNet gives shuffled data no gradient"},
		row{op: "_sample_multinomial", params: "shape=(2, 5)", shapes: shapes(s{2, 3}), draw: uniform(0.1, 1)},
		row{op: "_sample_multinomial", shapes: shapes(s{3}), draw: uniform(0.1, 1)})
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
		{"_sample_multinomial", "shape=(20000,)", shapes(s{2, 3}), [][]float64{{0, .5, .5, .25, 0, .75}}, []float64{1.5, 1.5}, []float64{.5, math.Sqrt(.75)}, 0, 2},
	} {
		u, err := newUnit(c.op, c.params, c.shapes...)
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err)
		got, err := p.run(c.in, nil, nil)
		require.NoError(t, err)
		for i, want := range c.mean {
			row := got.out[0][i*20000 : (i+1)*20000]
			sum, squares := 0.0, 0.0
			for _, v := range row {
				require.True(t, v >= c.lo && v <= c.hi, "%s: %v", c.op, v)
				sum += v
				squares += v * v
			}
			mean := sum / 20000
			assert.InDelta(t, want, mean, 4*c.dev[i]/math.Sqrt(20000), "%s row %d", c.op, i)
			assert.InDelta(t, c.dev[i], math.Sqrt(squares/20000-mean*mean), .04*c.dev[i], "%s row %d", c.op, i)
		}
	}
}
