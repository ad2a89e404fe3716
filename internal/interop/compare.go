package main

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/ndarray"
)

// tolerance is how far numbers may differ, in units of the largest of the array.
const tolerance = 1e-4

// difference is the largest difference between two arrays, in units of the largest magnitude in want. It is an error when
// they cannot be compared: other shapes, or numbers so large or small that agreeing would mean nothing.
func difference(got, want *ndarray.NDArray) (float64, error) {
	if got == nil || want == nil {
		return 0, fmt.Errorf("is missing")
	}
	if !got.Shape().Equal(want.Shape()) {
		return 0, fmt.Errorf("is %v, want %v", got.Shape(), want.Shape())
	}
	g, w := got.Float64(), want.Float64()
	largest, worst := 0.0, 0.0
	for i, v := range w {
		d := math.Abs(g[i] - v)
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return 0, fmt.Errorf("has %v at %d, want %v", g[i], i, v)
		}
		largest, worst = max(largest, math.Abs(v)), max(worst, d)
	}
	if largest < 1e-6 || largest > 1e6 {
		return 0, fmt.Errorf("has %.3g as its largest value: the drawn parameters do not suit the network", largest)
	}
	return worst / largest, nil
}
