package ndarray

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
)

// printed is an array and how numpy 1.26 writes it. The numbers are listed, or number i is
// ((i·rule[0]) mod rule[1] − rule[2])·rule[3].
type printed struct {
	DType string
	Shape Shape
	Data  []string
	Rule  []float64
	Text  string
}

func (p *printed) array(t *testing.T) *NDArray {
	dt, err := backend.ParseDType(p.DType)
	require.NoError(t, err)
	if p.Shape == nil {
		p.Shape = Shape{}
	}
	if !dt.IsFloat() && p.Rule == nil {
		whole := make([]int64, len(p.Data))
		for i, s := range p.Data {
			whole[i], err = strconv.ParseInt(s, 10, 64)
			require.NoError(t, err)
		}
		return Array(whole, p.Shape, Of(dt))
	}
	vals := make([]float64, p.Shape.Size())
	for i := range vals {
		if p.Rule == nil {
			vals[i], err = strconv.ParseFloat(p.Data[i], 64)
			require.NoError(t, err)
		} else {
			vals[i] = (math.Mod(float64(i)*p.Rule[0], p.Rule[1]) - p.Rule[2]) * p.Rule[3]
		}
	}
	return Array(vals, p.Shape, Of(dt))
}

func TestPrintAsNumpy(t *testing.T) {
	b, err := os.ReadFile("testdata/numpy_text.json")
	require.NoError(t, err)
	var cases []printed
	require.NoError(t, json.Unmarshal(b, &cases))
	for i := range cases {
		p := &cases[i]
		assert.Equal(t, p.Text, p.array(t).values(), "%s %v %v %v", p.DType, p.Shape, p.Data, p.Rule)
	}
}

func TestPrintedForm(t *testing.T) {
	assert.Equal(t, "\n[[1. 0.]\n [0. 1.]]\n<NDArray 2x2 @cpu(0)>", fmt.Sprint(Eye(2)))
	assert.Equal(t, "\n[]\n<NDArray 0x3 @cpu(0)>", Zeros(Shape{2, 3}).Slice(1, 1).String())
	assert.Equal(t, "\n3.5\n<NDArray  @cpu(1)>", Array([]float64{3.5}, Shape{}, On(device.CPU(1))).String())
	assert.Equal(t, "\n[1.5 2. ]\n<NDArray 2 @cpu(0)>", Array([]float64{1.5, 2}, nil, Of(backend.BFloat16)).String())
	half := Array([]float64{0.015625, 1041, 5.9e-8}, nil, Of(backend.Float16))
	assert.Equal(t, "\n[1.563e-02 1.041e+03 5.960e-08]\n<NDArray 3 @cpu(0)>", half.String(), "1.562e-02 would read as another number")
	tie := Array([]float64{math.Pow(2, -12), 1}, nil)
	assert.Equal(t, "\n[2.4414062e-04 1.0000000e+00]\n<NDArray 2 @cpu(0)>", tie.String(), "a tie goes to the even digit")
	a := Zeros(Shape{1})
	a.Close()
	assert.Equal(t, "<NDArray closed>", a.String())
}

// Text is what String shows without the line about shape and device.
func TestText(t *testing.T) {
	for text, a := range map[string]*NDArray{
		"0.1":       Array([]float32{0.1}, Shape{}),
		"[0.1]":     Array([]float32{0.1}, Shape{1}),
		"[[1. 2.]]": Array([]float32{1, 2}, Shape{1, 2}),
	} {
		assert.Equal(t, text, a.Text())
	}
}
