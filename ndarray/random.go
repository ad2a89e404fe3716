package ndarray

import (
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// random is the state behind the random numbers of eager calls: call number step after Seed(seed) draws the same numbers
// on every device.
var random struct {
	sync.Mutex
	seed, step int64
}

// Seed restarts the random numbers of this package, on all devices: the same calls then draw the same numbers again.
func Seed(seed int64) {
	random.Lock()
	defer random.Unlock()
	random.seed, random.step = seed, 0
}

// nextRandom is the rng argument of one call.
func nextRandom() [4]int64 {
	random.Lock()
	defer random.Unlock()
	random.step++
	return [4]int64{random.seed, random.step, 0, 0}
}

var scaleExpr = expr.MustParse("u at by -> at + u*by")

// Uniform draws numbers evenly from low up to high, float32 on cpu(0) unless options say otherwise.
func Uniform(low, high float64, shape Shape, opts ...Option) *NDArray {
	return draw("Uniform", backend.DistUniform, low, high-low, shape, opts)
}

// Normal draws normal numbers of the given mean and standard deviation.
func Normal(mean, deviation float64, shape Shape, opts ...Option) *NDArray {
	return draw("Normal", backend.DistNormal, mean, deviation, shape, opts)
}

func draw(name string, d backend.Dist, at, by float64, shape Shape, opts []Option) *NDArray {
	h, t, err := prepare(name, shape, opts)
	if err == nil && !t.IsFloat() {
		err = errorf(name, "random numbers of type %v; want a floating-point type", t)
	}
	if err != nil {
		panic(err)
	}
	s := shape.Clone()
	return h.cook(name, t.String()+s.String(), recipe{outInfo{s, t}, func(c *calc, _ []backend.Value) backend.Value {
		return c.Map1(scaleExpr, c.Random(d, eagerNode, t, s), c.number("at", t, 0), c.number("by", t, 1))
	}}, map[string]float64{"at": at, "by": by})
}
