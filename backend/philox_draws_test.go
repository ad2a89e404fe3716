package backend_test

import (
	"math"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gomx-org/gomx/backend"
)

const draws = 40000

// drawn gives the numbers of the first elements, in order of size.
func drawn(draw func(s *backend.RandomStream, g uint64) float64) []float64 {
	s := backend.NewRandomStream([]int64{12, 3, 0, 0}, 5, backend.Shape{draws})
	x := make([]float64, draws)
	for i := range x {
		x[i] = draw(&s, uint64(i))
	}
	sort.Float64s(x)
	return x
}

// farthest is the statistic of Kolmogorov and Smirnov: the largest distance between the distribution function and the share
// of numbers not above x. For discrete distributions the bound below is a little generous.
func farthest(x []float64, below func(float64) float64) float64 {
	worst := 0.0
	for i := 0; i < len(x); i++ {
		if i+1 < len(x) && x[i+1] == x[i] {
			continue
		}
		worst = max(worst, math.Abs(below(x[i])-float64(i+1)/float64(len(x))))
	}
	return worst
}

// ksLimit is passed by one in a thousand samples of the right distribution.
var ksLimit = 1.95 / math.Sqrt(draws)

func TestGamma(t *testing.T) {
	for _, a := range []float64{0.1, 0.5, 1, 1.5, 3, 20, 1e4} {
		x := drawn(func(s *backend.RandomStream, g uint64) float64 { return s.Gamma64(g, a) })
		assert.Less(t, farthest(x, func(v float64) float64 { return gammaBelow(a, v) }), ksLimit, "shape %v", a)
	}
	s := backend.NewRandomStream([]int64{1, 0, 0, 0}, 0, nil)
	for _, a := range []float64{0, -1, math.NaN(), math.Inf(-1)} {
		assert.True(t, math.IsNaN(s.Gamma64(0, a)), "shape %v", a)
	}
	assert.Equal(t, math.Inf(1), s.Gamma64(0, math.Inf(1)))
}

func TestPoisson(t *testing.T) {
	for _, mean := range []float64{0.01, 0.7, 4, 9.99, 10, 33, 1000, 1e6} {
		x := drawn(func(s *backend.RandomStream, g uint64) float64 { return s.Poisson64(g, mean) })
		assert.Less(t, farthest(x, func(k float64) float64 { return 1 - gammaBelow(k+1, mean) }), ksLimit, "mean %v", mean)
		assert.Equal(t, math.Trunc(x[0]), x[0])
	}
	s := backend.NewRandomStream([]int64{1, 0, 0, 0}, 0, nil)
	for _, mean := range []float64{-1, math.NaN(), math.Inf(-1)} {
		assert.True(t, math.IsNaN(s.Poisson64(0, mean)), "mean %v", mean)
	}
	assert.Equal(t, 0.0, s.Poisson64(0, 0))
	assert.Equal(t, math.Inf(1), s.Poisson64(0, math.Inf(1)))
}

func TestBelow(t *testing.T) {
	for _, n := range []uint64{1, 7, 1 << 40, 1<<63 + 1<<62} {
		x := drawn(func(s *backend.RandomStream, g uint64) float64 { return float64(s.Below64(g, n)) })
		assert.Less(t, farthest(x, func(v float64) float64 { return min((v+1)/float64(n), 1) }), ksLimit, "below %d", n)
		assert.Less(t, x[draws-1], float64(n))
	}
}

// The numbers of one element tell nothing of those of another kind: the correlation of gamma and Poisson numbers is small.
func TestTriesAreApart(t *testing.T) {
	s := backend.NewRandomStream([]int64{12, 3, 0, 0}, 5, backend.Shape{draws})
	sum := 0.0
	for g := range uint64(draws) {
		sum += (s.Gamma64(g, 9) - 9) / 3 * (s.Poisson64(g, 9) - 9) / 3
	}
	assert.InDelta(t, 0, sum/draws, 4/math.Sqrt(draws))
}

// gammaBelow is the regularized lower incomplete gamma function P(a, x): its series, or Lentz's continued fraction (Press
// et al., Numerical Recipes, 6.2).
func gammaBelow(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	lg, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - lg)
	if x < a+1 {
		sum, term := 1/a, 1/a
		for n := a + 1; term > sum*1e-12; n++ {
			term *= x / n
			sum += term
		}
		return front * sum
	}
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < 1e6; i++ {
		an := -i * (i - a)
		b += 2
		d = 1 / nonzero(an*d+b, tiny)
		c = nonzero(b+an/c, tiny)
		h *= d * c
		if math.Abs(d*c-1) < 1e-12 {
			break
		}
	}
	return 1 - front*h
}

func nonzero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}
