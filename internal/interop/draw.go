package main

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// drawParams makes random parameters that keep activations near 1 through a deep network in which BatchNorm does not
// normalize what comes in: weights after He et al. 2015, gammas and variances round 1, everything else small.
func drawParams(r *rand.Rand, s *symbol.Symbol, data backend.Shape) (model.Params, error) {
	shapes, err := s.InferShape(map[string]backend.Shape{"data": data})
	if err != nil {
		return model.Params{}, err
	}
	p := model.Params{Args: map[string]*ndarray.NDArray{}, Aux: map[string]*ndarray.NDArray{}}
	for i, name := range s.ListArguments() {
		if name != "data" && !strings.HasSuffix(name, "_label") {
			p.Args[name] = draw(r, name, shapes.Args[i])
		}
	}
	for i, name := range s.ListAuxiliaryStates() {
		p.Aux[name] = draw(r, name, shapes.Aux[i])
	}
	return p, nil
}

// draw makes one parameter, by what its name ends in.
func draw(r *rand.Rand, name string, shape backend.Shape) *ndarray.NDArray {
	switch {
	case strings.HasSuffix(name, "_weight"):
		deviation := math.Sqrt(2 / float64(shape[1:].Size()))
		return random(shape, func() float64 { return deviation * r.NormFloat64() })
	case strings.HasSuffix(name, "_gamma"), strings.HasSuffix(name, "_moving_var"):
		return random(shape, uniform(r, 0.8, 1.2))
	}
	return random(shape, uniform(r, -0.1, 0.1))
}

func uniform(r *rand.Rand, lo, hi float64) func() float64 {
	return func() float64 { return lo + (hi-lo)*r.Float64() }
}

func random(shape backend.Shape, next func() float64) *ndarray.NDArray {
	a := ndarray.Zeros(shape)
	for i, data := 0, a.Data32(); i < len(data); i++ {
		data[i] = float32(next())
	}
	return a
}
