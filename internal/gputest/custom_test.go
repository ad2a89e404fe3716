package gputest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/simgpu"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// squares is x² as an operator of one's own, which counts its runs in a state and refuses numbers above 1000.
type squares struct{ op.CustomDefaults }

func (squares) ListAuxiliaryStates() []string { return []string{"runs"} }

func (squares) InferShape(in []op.Shape) (args, outs, aux []op.Shape, err error) {
	return nil, nil, []op.Shape{{1}}, nil
}

func (s squares) CreateOperator([]op.Shape, []op.DType) (op.CustomOperator, error) { return s, nil }

func (squares) Forward(isTrain bool, req []op.Req, in, out, aux []op.Tensor) error {
	y := out[0].Float32()
	for i, x := range in[0].Float32() {
		if x > 1000 {
			return errors.New("a number above 1000")
		}
		y[i] = x * x
	}
	aux[0].Float32()[0]++
	return nil
}

func (squares) Backward(req []op.Req, outGrad, in, out, inGrad, aux []op.Tensor) error {
	dy, dx := outGrad[0].Float32(), inGrad[0].Float32()
	for i, x := range in[0].Float32() {
		dx[i] = 2 * x * dy[i]
	}
	return nil
}

func init() {
	op.RegisterCustom("squares", func(map[string]string) (op.CustomProp, error) { return squares{}, nil })
}

// TestCustom: an operator in Go between kernels of a GPU trains to the same weights as on the CPU; its errors are errors of
// the run.
func TestCustom(t *testing.T) {
	simgpu.Need(t)
	x := symbol.FullyConnected(symbol.Variable("data"), 8, with.Name("fc1"))
	x = symbol.Custom("squares", []*symbol.Symbol{x}, with.Name("square"),
		symbol.Input("runs", symbol.Variable("square_runs", symbol.Init(`["zero", {}]`))))
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 5, with.Name("fc2")), with.Name("softmax"))
	train := func(on device.Context) model.Params {
		m := model.NewFeedForward(net, options(1, model.On(on))...)
		defer m.Close()
		require.NoError(t, m.Fit(context.Background(), points(t)))
		return m.Params
	}
	want, got := train(device.CPU(0)), train(device.GPU(0))
	for name, w := range want.Args {
		require.NoError(t, near(got.Args[name].Float32(), w.Float32(), 1e-4), name)
	}
	assert.Equal(t, want.Aux["square_runs"].Float32(), got.Aux["square_runs"].Float32())

	big := ndarray.Full(ndarray.Shape{3}, 2000, ndarray.On(device.GPU(0)))
	_, err := ndarray.Invoke("Custom", []*ndarray.NDArray{big, ndarray.Zeros(ndarray.Shape{1}, ndarray.On(device.GPU(0)))},
		with.Gather([]with.Option{with.Keyword("op_type", "squares")}))
	assert.ErrorContains(t, err, `Forward of "squares": a number above 1000`)
}
