package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// number is a number of the recorded JSON, in which NaN, Inf and -Inf are strings, and true and false are 1 and 0.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	switch s := string(b); s {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"Inf"`:
		*n = number(math.Inf(1))
	case `"-Inf"`:
		*n = number(math.Inf(-1))
	case "true":
		*n = 1
	case "false":
		*n = 0
	default:
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("%s is not a number", s)
		}
		*n = number(v)
	}
	return nil
}

// tensor is a recorded array.
type tensor struct {
	shape backend.Shape
	dtype backend.DType
	data  []float64 // in C order
}

func (t *tensor) UnmarshalJSON(b []byte) error {
	var j struct {
		Shape []int
		DType string
		Data  []number
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	d, err := backend.ParseDType(j.DType)
	if err != nil {
		return err
	}
	if !fills(j.Shape, len(j.Data)) {
		return fmt.Errorf("an array has shape %v and %d numbers", backend.Shape(j.Shape), len(j.Data))
	}
	t.shape, t.dtype, t.data = append(backend.Shape{}, j.Shape...), d, make([]float64, len(j.Data))
	for i, v := range j.Data {
		t.data[i] = float64(v)
	}
	return nil
}

// fills tells whether n elements are what the shape holds.
func fills(shape []int, n int) bool {
	size := 1
	for _, d := range shape {
		if d < 0 || d > 0 && size > math.MaxInt/d {
			return false
		}
		size *= d
	}
	return size == n
}

func tensorOf(a *ndarray.NDArray) tensor {
	return tensor{shape: a.Shape(), dtype: a.DType(), data: a.Float64()}
}

// vector is a float64 tensor of one dimension.
func vector(data ...float64) tensor {
	return tensor{shape: backend.Shape{len(data)}, dtype: backend.Float64, data: data}
}

// array copies the tensor to a device.
func (t tensor) array(ctx device.Context) (*ndarray.NDArray, error) {
	return ndarray.FromSlice(t.data, t.shape, ndarray.Of(t.dtype), ndarray.On(ctx))
}

// largest is the largest magnitude of the finite elements.
func (t tensor) largest() float64 {
	m := 0.0
	for _, v := range t.data {
		if a := math.Abs(v); a > m && !math.IsInf(a, 0) {
			m = a
		}
	}
	return m
}

// isWhole tells whether every element is a whole number, and not only because float32 has no others of that size.
func (t tensor) isWhole() bool {
	const most = 1 << 24
	for _, v := range t.data {
		if v != math.Trunc(v) || math.Abs(v) > most {
			return false
		}
	}
	return true
}

// readJSON reads a whole file into v; errors name it.
func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%s: byte %d of %d: %w", path, dec.InputOffset(), len(b), err)
	}
	if len(bytes.TrimSpace(b[dec.InputOffset():])) > 0 {
		return fmt.Errorf("%s: something follows the JSON value at byte %d", path, dec.InputOffset())
	}
	return nil
}

// hasKeys tells whether a file is a JSON object with all the keys.
func hasKeys(path string, keys []string) bool {
	var m map[string]json.RawMessage
	if readJSON(path, &m) != nil {
		return false
	}
	for _, k := range keys {
		if _, ok := m[k]; !ok {
			return false
		}
	}
	return len(keys) > 0
}
