package op_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
)

// scaledProduct computes scale·x²·y and x + y, and counts its forward runs in a state.
type scaledProduct struct {
	op.CustomDefaults
	scale float64
}

func (scaledProduct) ListArguments() []string       { return []string{"x", "y"} }
func (scaledProduct) ListOutputs() []string         { return []string{"product", "sum"} }
func (scaledProduct) ListAuxiliaryStates() []string { return []string{"runs"} }

func (scaledProduct) InferShape(in []op.Shape) (args, outs, aux []op.Shape, err error) {
	x := in[0]
	if x == nil {
		x = in[1]
	}
	return []op.Shape{x, x}, []op.Shape{x, x}, []op.Shape{{1}}, nil
}

// DeclareBackwardDependency leaves out the outputs.
func (scaledProduct) DeclareBackwardDependency(outGrad, in, out []int) []int {
	return append(outGrad, in...)
}

func (p scaledProduct) CreateOperator(in []op.Shape, types []op.DType) (op.CustomOperator, error) {
	return p, nil
}

func (p scaledProduct) Forward(isTrain bool, req []op.Req, in, out, aux []op.Tensor) error {
	x, y, product, sum := in[0].Float64(), in[1].Float64(), out[0].Float64(), out[1].Float64()
	for i := range x {
		product[i], sum[i] = p.scale*x[i]*x[i]*y[i], x[i]+y[i]
	}
	aux[0].Float64()[0]++
	return nil
}

func (p scaledProduct) Backward(req []op.Req, outGrad, in, out, inGrad, aux []op.Tensor) error {
	if out[0].Data != nil {
		return errors.New("the outputs were not asked for")
	}
	x, y, dp, ds := in[0].Float64(), in[1].Float64(), outGrad[0].Float64(), outGrad[1].Float64()
	dx, dy := inGrad[0].Float64(), inGrad[1].Float64()
	for i := range x {
		dx[i], dy[i] = p.scale*2*x[i]*y[i]*dp[i]+ds[i], p.scale*x[i]*x[i]*dp[i]+ds[i]
	}
	return nil
}

// troubled is a CustomProp that goes wrong where it is told to.
type troubled struct {
	op.CustomDefaults
	at string
}

func (p troubled) trouble(at string) error {
	switch p.at {
	case at:
		return errors.New("no luck")
	case at + " panic":
		var none []int
		none[3] = 1
	}
	return nil
}

func (p troubled) InferShape(in []op.Shape) (args, outs, aux []op.Shape, err error) {
	return nil, nil, nil, p.trouble("InferShape")
}

func (p troubled) InferType(in []op.DType) (args, outs, aux []op.DType, err error) {
	return nil, nil, nil, p.trouble("InferType")
}

func (p troubled) ListOutputs() []string {
	if p.at == "ListOutputs" {
		return nil
	}
	return []string{"output"}
}

func (p troubled) CreateOperator([]op.Shape, []op.DType) (op.CustomOperator, error) {
	return p, p.trouble("CreateOperator")
}

func (p troubled) Forward(isTrain bool, req []op.Req, in, out, aux []op.Tensor) error {
	return p.trouble("Forward")
}

func (p troubled) Backward(req []op.Req, outGrad, in, out, inGrad, aux []op.Tensor) error {
	return p.trouble("Backward")
}

func init() {
	op.RegisterCustom("scaled_product", func(kwargs map[string]string) (op.CustomProp, error) {
		scale, err := strconv.ParseFloat(kwargs["scale"], 64)
		if err != nil {
			return nil, fmt.Errorf("scale: %w", err)
		}
		return scaledProduct{scale: scale}, nil
	})
	op.RegisterCustom("troubled", func(kwargs map[string]string) (op.CustomProp, error) {
		p := troubled{at: kwargs["at"]}
		return p, p.trouble("newProp")
	})
}

func customRows() []row {
	return rowsOf("Custom",
		row{params: "op_type=scaled_product; scale=1.5", shapes: shapes(s{2, 3}, s{2, 3})},
		row{params: "op_type=scaled_product; scale=-1", shapes: shapes(s{4})},
	)
}

// TestCustomStates: a state is what the operator left in it.
func TestCustomStates(t *testing.T) {
	u, err := newUnit("Custom", "op_type=scaled_product; scale=1", s{2})
	require.NoError(t, err)
	p, err := u.compile(true, true)
	require.NoError(t, err)
	x := [][]float64{{1, 2}, {3, 4}}
	r, err := p.run(x, [][]float64{{41}}, x)
	require.NoError(t, err)
	assert.Equal(t, [][]float64{{42}}, r.aux)
	assert.Equal(t, [][]float64{{3, 16}, {4, 6}}, r.out)
}

// TestCustomTrouble: whatever goes wrong in code of one's own is an error that says where.
func TestCustomTrouble(t *testing.T) {
	for at, want := range map[string]string{
		"newProp":              `Custom: op_type "troubled": no luck`,
		"newProp panic":        `op_type "troubled": panic: runtime error: index out of range [3] with length 0 at custom_test.go:`,
		"ListOutputs":          `op_type "troubled": ListOutputs is empty`,
		"InferShape":           `InferShape of "troubled": no luck`,
		"InferShape panic":     `InferShape of "troubled": panic: runtime error`,
		"InferType":            `InferType of "troubled": no luck`,
		"CreateOperator":       `CreateOperator of "troubled": no luck`,
		"CreateOperator panic": `CreateOperator of "troubled": panic: runtime error`,
		"Forward":              `Forward of "troubled": no luck`,
		"Forward panic":        `Forward of "troubled": panic: runtime error: index out of range [3] with length 0 at custom_test.go:`,
		"Backward panic":       `Backward of "troubled": panic: runtime error`,
	} {
		t.Run(at, func(t *testing.T) {
			u, err := newUnit("Custom", "op_type=troubled; at="+at, s{2})
			var p *program
			if err == nil {
				p, err = u.compile(true, true)
			}
			if err == nil {
				_, err = p.run([][]float64{{1, 2}}, nil, [][]float64{{1, 1}})
			}
			assert.ErrorContains(t, err, want)
		})
	}
}

func TestCustomUnknown(t *testing.T) {
	_, err := newUnit("Custom", "op_type=nobody", s{2})
	assert.ErrorContains(t, err, `Custom: no operator is registered as op_type "nobody", registered are scaled_product, troubled; op.RegisterCustom does it`)
	_, err = newUnit("Custom", "scale=1", s{2})
	assert.ErrorContains(t, err, "parameter op_type is required")
	_, err = newUnit("Custom", "op_type=scaled_product; scale=much", s{2})
	assert.ErrorContains(t, err, `op_type "scaled_product": scale: strconv.ParseFloat`)
	assert.Panics(t, func() {
		op.RegisterCustom("troubled", func(map[string]string) (op.CustomProp, error) { return nil, nil })
	})
}

// TestCustomPartialShapes: while an argument is unknown, InferShape may fail.
func TestCustomPartialShapes(t *testing.T) {
	d, err := op.Lookup("Custom")
	require.NoError(t, err)
	p, err := d.ParseParams(attrs("op_type=scaled_product; scale=1"), 0)
	require.NoError(t, err)
	in, out, aux := make([]op.Shape, 2), make([]op.Shape, 2), make([]op.Shape, 1)
	infer := func() error {
		sh := op.NewShapes(d.Args(p), d.Aux(p), in, aux, out)
		d.InferShape(p, sh)
		return sh.Err()
	}
	require.NoError(t, infer())
	assert.Nil(t, out[0])
	in[1] = s{0, 3} // not known either
	require.NoError(t, infer())
	assert.Nil(t, out[0])
	in[1] = s{2, 3}
	require.NoError(t, infer())
	assert.Equal(t, []op.Shape{{2, 3}, {2, 3}}, in)
	assert.Equal(t, []op.Shape{{2, 3}, {2, 3}}, out)
	assert.Equal(t, []op.Shape{{1}}, aux)
	in[0] = s{5}
	assert.Error(t, infer())
}

// TestTensorTypes: elements are seen as what they are.
func TestTensorTypes(t *testing.T) {
	x := op.Tensor{Shape: s{2}, DType: backend.Int32, Data: make([]byte, 8)}
	x.Int32()[1] = -1
	assert.Equal(t, []byte{0, 0, 0, 0, 255, 255, 255, 255}, x.Data)
	assert.PanicsWithValue(t, "the tensor of shape (2,) holds int32, not float32", func() { x.Float32() })
	assert.Nil(t, op.Tensor{DType: backend.Int64}.Int64())
}
