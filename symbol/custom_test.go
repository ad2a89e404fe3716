package symbol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// tally multiplies data by the number of its forward runs, which its operator counts in Go memory and, with the parameter
// aux, in a state. It panics at numbers below −100.
type tally struct {
	op.CustomDefaults
	aux bool
}

func (p tally) ListArguments() []string { return []string{"data", "label"} }

func (p tally) ListAuxiliaryStates() []string {
	if p.aux {
		return []string{"count"}
	}
	return nil
}

func (p tally) InferShape(in []op.Shape) (args, outs, aux []op.Shape, err error) {
	if p.aux {
		aux = []op.Shape{{1}}
	}
	return []op.Shape{in[0], in[0][:1]}, nil, aux, nil
}

func (p tally) CreateOperator([]op.Shape, []op.DType) (op.CustomOperator, error) {
	return &tallyOp{}, nil
}

type tallyOp struct{ runs float32 }

func (o *tallyOp) Forward(isTrain bool, req []op.Req, in, out, aux []op.Tensor) error {
	o.runs++
	y := out[0].Float32()
	for i, x := range in[0].Float32() {
		if x < -100 {
			panic("far too small")
		}
		y[i] = o.runs * x
	}
	for _, a := range aux {
		a.Float32()[0]++
	}
	return nil
}

func (o *tallyOp) Backward(req []op.Req, outGrad, in, out, inGrad, aux []op.Tensor) error {
	dx := inGrad[0].Float32()
	for i, d := range outGrad[0].Float32() {
		dx[i] = o.runs * d
	}
	for i := range inGrad[1].Float32() {
		inGrad[1].Float32()[i] = float32(req[1]) // 1 where somebody wants it
	}
	return nil
}

func init() {
	op.RegisterCustom("tally", func(kwargs map[string]string) (op.CustomProp, error) {
		return tally{aux: kwargs["aux"] == "1"}, nil
	})
}

// TestCustomJSON holds the text to that of MXNet 1.9.1 for the same network, and reads it again.
func TestCustomJSON(t *testing.T) {
	net := symbol.Custom("tally", []*symbol.Symbol{symbol.Variable("x")}, with.Keyword("k", 5), with.Keyword("aux", 1), with.Name("sm"))
	require.NoError(t, net.Err())
	text := read(t, "custom.json")
	got, err := net.ToJSON()
	require.NoError(t, err)
	assert.Equal(t, text, got)
	again, err := symbol.LoadJSON([]byte(text))
	require.NoError(t, err)
	got, err = again.ToJSON()
	require.NoError(t, err)
	assert.Equal(t, text, got)
	assert.Equal(t, []string{"x", "sm_label"}, again.ListArguments())
	assert.Equal(t, []string{"sm_count"}, again.ListAuxiliaryStates())
	assert.Equal(t, "custom0", symbol.Custom("tally", []*symbol.Symbol{symbol.Variable("x")}).Name())
	assert.ErrorContains(t, symbol.Custom("telly", nil).Err(), `no operator is registered as op_type "telly", registered are tally;`)
}

// TestCustomInAnExecutor: all entries share one operator, states change in every run, gradients are added up outside, and
// who wants no gradient is not asked for one.
func TestCustomInAnExecutor(t *testing.T) {
	net := symbol.Custom("tally", []*symbol.Symbol{symbol.MulScalar(symbol.Variable("x"), 3)}, with.Keyword("aux", 1), with.Name("c"))
	e, err := net.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{
		Shapes: map[string]backend.Shape{"x": {2}}, Infer: true, Train: true,
		Grad: map[string]symbol.GradReq{"x": symbol.GradAdd, "c_label": symbol.GradWrite},
	}})
	require.NoError(t, err)
	defer e.Close()
	set(t, e.Arg("x"), 1, 2)
	set(t, e.Grad("x"), 100, 100)
	require.NoError(t, e.Forward(false))
	assert.Equal(t, []float32{3, 6}, e.Outputs()[0].Float32())
	require.NoError(t, e.Forward(true))
	assert.Equal(t, []float32{6, 12}, e.Outputs()[0].Float32())
	require.NoError(t, e.Backward(ndarray.Ones(ndarray.Shape{2})))
	assert.Equal(t, []float32{106, 106}, e.Grad("x").Float32())
	assert.Equal(t, []float32{1, 1}, e.Grad("c_label").Float32())
	assert.Equal(t, []float32{2}, e.Aux("c_count").Float32())

	set(t, e.Arg("x"), -1, -50)
	err = e.Forward(true)
	assert.ErrorContains(t, err, `Custom "c"`)
	assert.ErrorContains(t, err, `Forward of "tally": panic: far too small at custom_test.go:`)
	set(t, e.Arg("x"), 1, 2)
	assert.NoError(t, e.Forward(true))
}

// TestCustomAtOnce computes on arrays.
func TestCustomAtOnce(t *testing.T) {
	x, label, count := ndarray.Full(ndarray.Shape{2, 2}, 7), ndarray.Zeros(ndarray.Shape{2}), ndarray.Zeros(ndarray.Shape{1})
	y := ndarray.Custom("tally", []*ndarray.NDArray{x, label, count}, with.Keyword("aux", 1))
	assert.Equal(t, []float32{7, 7, 7, 7}, y[0].Float32())
	assert.Equal(t, []float32{1}, count.Float32())
	err := ndarray.Try(func() { ndarray.Custom("tally", []*ndarray.NDArray{x}) })
	assert.ErrorContains(t, err, "has 1 inputs, want 2: [data label]")
}
