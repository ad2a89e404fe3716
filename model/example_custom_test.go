package model_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// softmaxLoss is SoftmaxOutput as an operator of one's own: scores (N,C) and labels (N) -> probabilities (N,C).
type softmaxLoss struct {
	op.CustomDefaults
	scale float32 // of the gradient
}

func (softmaxLoss) ListArguments() []string { return []string{"data", "label"} }
func (softmaxLoss) ListLabels() []string    { return []string{"label"} }
func (softmaxLoss) NeedTopGrad() bool       { return false }

func (softmaxLoss) InferShape(in []op.Shape) (args, outs, aux []op.Shape, err error) {
	if len(in[0]) != 2 {
		return nil, nil, nil, fmt.Errorf("data is %v, want (N,C)", in[0])
	}
	return []op.Shape{in[0], in[0][:1]}, []op.Shape{in[0]}, nil, nil
}

func (l softmaxLoss) CreateOperator(in []op.Shape, types []op.DType) (op.CustomOperator, error) {
	return l, nil
}

func (softmaxLoss) Forward(isTrain bool, req []op.Req, in, out, aux []op.Tensor) error {
	classes := in[0].Shape[1]
	x, y := in[0].Float32(), out[0].Float32()
	for i := 0; i < len(x); i += classes {
		largest, sum := x[i], float32(0)
		for _, v := range x[i : i+classes] {
			largest = max(largest, v)
		}
		for k, v := range x[i : i+classes] {
			y[i+k] = float32(math.Exp(float64(v - largest)))
			sum += y[i+k]
		}
		for k := range classes {
			y[i+k] /= sum
		}
	}
	return nil
}

func (l softmaxLoss) Backward(req []op.Req, outGrad, in, out, inGrad, aux []op.Tensor) error {
	classes := out[0].Shape[1]
	y, label, dx := out[0].Float32(), in[1].Float32(), inGrad[0].Float32()
	for i := range label {
		for k := range classes {
			dx[i*classes+k] = l.scale * y[i*classes+k]
		}
		dx[i*classes+int(label[i])] -= l.scale
	}
	return nil
}

func init() {
	op.RegisterCustom("softmax_loss", func(kwargs map[string]string) (op.CustomProp, error) {
		scale, err := strconv.ParseFloat(kwargs["grad_scale"], 32)
		return softmaxLoss{scale: float32(scale)}, err
	})
}

// digits are n noisy images (8,8) of ten patterns.
func digits(n int) *mxio.NDArrayIter {
	rng := rand.New(rand.NewPCG(1, 2))
	var patterns [10][64]float32
	for d := range patterns {
		for i := range 64 {
			patterns[d][i] = float32(rng.IntN(2))
		}
	}
	images, labels := make([]float32, 64*n), make([]float32, n)
	for i := range n {
		d := rng.IntN(10)
		labels[i] = float32(d)
		for k := range 64 {
			images[64*i+k] = patterns[d][k] + rng.Float32() - 0.5
		}
	}
	it, err := mxio.NewNDArrayIter(mxio.Floats(images, n, 64), mxio.Floats(labels), mxio.BatchSize(32))
	if err != nil {
		panic(err)
	}
	return it
}

// A softmax loss of one's own, registered as softmax_loss, trains a network like any other. Its type softmaxLoss, whole in
// this file, is what a loss needs.
func Example_custom() {
	x := symbol.FullyConnected(symbol.Variable("data"), 32, with.Name("fc1"))
	x = symbol.FullyConnected(symbol.Activation(x, with.ActRelu), 10, with.Name("fc2"))
	net := symbol.Custom("softmax_loss", []*symbol.Symbol{x}, with.Keyword("grad_scale", 1), with.Name("softmax"))

	data := digits(320)
	m := model.NewFeedForward(net, model.Epochs(5), model.Optimizer(optimizer.SGD{LearningRate: 0.1}),
		model.Initializer(initializer.Xavier{}), model.Log(func(string, ...any) {}))
	defer m.Close()
	if err := m.Fit(context.Background(), data); err != nil {
		fmt.Println(err)
		return
	}
	accuracy, err := m.Score(context.Background(), data)
	fmt.Printf("%v accuracy %.2f, error %v\n", net.ListArguments(), accuracy, err)
	// Output: [data fc1_weight fc1_bias fc2_weight fc2_bias softmax_label] accuracy 1.00, error <nil>
}
