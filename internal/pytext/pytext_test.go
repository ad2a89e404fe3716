package pytext

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The wanted texts are what Python 3 prints for the same values.
func TestPython(t *testing.T) {
	assert.Equal(t, "True", Bool(true))
	assert.Equal(t, "False", Bool(false))
	assert.Equal(t, "-7", Int(-7))
	assert.Equal(t, "()", Ints(nil))
	assert.Equal(t, "(3,)", Ints([]int{3}))
	assert.Equal(t, "(3, 4)", Ints([]int{3, 4}))
	assert.Equal(t, "(None, 4)", Ints([]int{None, 4}))
	assert.Equal(t, "(0.5, 2.0)", Floats([]float64{0.5, 2}))
	for v, want := range map[float64]string{
		0: "0.0", 1: "1.0", -1: "-1.0", 0.001: "0.001", 2e-5: "2e-05", 1e-10: "1e-10", 0.0001: "0.0001", 1e15: "1000000000000000.0",
		1e16: "1e+16", 1.5e300: "1.5e+300", 0.1: "0.1", 1.0 / 3: "0.3333333333333333", 57.29577951308232: "57.29577951308232",
		math.Inf(1): "inf", math.Inf(-1): "-inf",
	} {
		assert.Equal(t, want, Float(v))
	}
	assert.Equal(t, "nan", Float(math.NaN()))
}
