package backend

import "math"

// The distributions whose numbers are drawn by rejection take a block of the generator for every try. Try n of element g,
// from 1 on, has the counter {g, n·2⁸ + g/2³², node, step}: no element takes another's blocks, and no block is one of Word
// or Normal64, whose second counter word stays below 2⁸ for tensors of fewer than 2⁴² elements. Poisson's tries set the top
// bit of n, so that a node may draw gamma and Poisson numbers for the same element.
const poissonTries = 1 << 23

func (s *RandomStream) try(g uint64, n uint32) [4]uint32 {
	return Philox4x32([4]uint32{uint32(g), uint32(g>>32) | n<<8, s.Node, s.Step}, s.Key)
}

// open turns a word into a number in (0, 1).
func open(w uint32) float64 { return (float64(w) + 0.5) * (1.0 / (1 << 32)) }

// Gamma64 is the number of global element g of the gamma distribution with shape a and scale 1, by Marsaglia and Tsang,
// "A simple method for generating gamma variables" (ACM TOMS 26, 2000). It is NaN unless a is positive.
func (s *RandomStream) Gamma64(g uint64, a float64) float64 {
	switch {
	case !(a > 0):
		return math.NaN()
	case math.IsInf(a, 1):
		return a
	}
	d := a - 1.0/3
	if a < 1 {
		d++ // a number of shape a is one of shape a+1 times u^(1/a)
	}
	for n := uint32(1); ; n++ {
		w := s.try(g, n)
		z := math.Sqrt(-2*math.Log(open(w[0]))) * math.Cos(2*math.Pi*open(w[1]))
		v := 1 + z/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(open(w[2])) >= z*z/2+d*(1-v+math.Log(v)) {
			continue
		}
		if a < 1 {
			return d * v * math.Pow(open(w[3]), 1/a)
		}
		return d * v
	}
}

// Poisson64 is the number of global element g of the Poisson distribution with the given mean. It is NaN when mean is
// negative or NaN.
func (s *RandomStream) Poisson64(g uint64, mean float64) float64 {
	switch {
	case !(mean >= 0):
		return math.NaN()
	case mean == 0 || math.IsInf(mean, 1):
		return mean
	case mean < 10:
		return s.poissonBySearch(g, mean)
	}
	return s.poissonByRejection(g, mean)
}

// poissonBySearch finds where the distribution function passes a random number.
func (s *RandomStream) poissonBySearch(g uint64, mean float64) float64 {
	w := s.try(g, poissonTries)
	u := float64(uint64(w[0])<<20|uint64(w[1])>>12) * (1.0 / (1 << 52))
	k, p := 0.0, math.Exp(-mean)
	for u >= p && p > 0 {
		u -= p
		k++
		p *= mean / k
	}
	return k
}

// poissonByRejection is algorithm PTRS of Hörmann, "The transformed rejection method for generating Poisson random
// variables" (Insurance: Mathematics and Economics 12, 1993).
func (s *RandomStream) poissonByRejection(g uint64, mean float64) float64 {
	b := 0.931 + 2.53*math.Sqrt(mean)
	a := -0.059 + 0.02483*b
	invAlpha := 1.1239 + 1.1328/(b-3.4)
	inner := 0.9277 - 3.6224/(b-2)
	for n := uint32(poissonTries); ; n++ {
		w := s.try(g, n)
		u, v := open(w[0])-0.5, open(w[1])
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + mean + 0.43)
		if us >= 0.07 && v <= inner {
			return k
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		lg, _ := math.Lgamma(k + 1)
		if math.Log(v*invAlpha/(a/(us*us)+b)) <= k*math.Log(mean)-mean-lg {
			return k
		}
	}
}

// Below64 is the whole number of global element g, evenly from 0 to n−1; n must not be 0.
func (s *RandomStream) Below64(g, n uint64) uint64 {
	surplus := -n % n // 2⁶⁴ mod n: so many words would favour the small numbers
	for try := uint32(1); ; try++ {
		w := s.try(g, try)
		if r := uint64(w[0])<<32 | uint64(w[1]); r >= surplus {
			return r % n
		}
	}
}
