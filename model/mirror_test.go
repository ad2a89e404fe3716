package model_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// TestMirror: training with less memory ends at the same weights.
func TestMirror(t *testing.T) {
	t.Setenv("MXNET_BACKWARD_DO_MIRROR", "0")
	x := symbol.Variable("data")
	for i := range 3 {
		x = symbol.FullyConnected(x, 64, with.Name(fmt.Sprint("fc", i)))
		x = symbol.Activation(symbol.BatchNorm(x, with.Name(fmt.Sprint("bn", i))), with.ActRelu)
	}
	net := symbol.SoftmaxOutput(symbol.FullyConnected(x, 3, with.Name("fc")), with.Name("softmax"))
	calls := 0
	train := func(o ...model.Option) map[string][]float32 {
		count := backend.Options{Trace: func(pass string, p *backend.Program) {
			if e := p.Entry(backend.Step); pass == "prepare" && e != nil {
				calls = len(e.Calls)
			}
		}}
		m := model.NewFeedForward(net, append(o, model.Epochs(2), model.Optimizer(optimizer.SGD{LearningRate: 0.1, Momentum: 0.9}),
			model.Compile(count), model.Log(func(string, ...any) {}))...)
		defer m.Close()
		require.NoError(t, m.Fit(context.Background(), toyData(96, 32)))
		got := map[string][]float32{}
		for name, a := range m.Params.Args {
			got[name] = a.Float32()
		}
		return got
	}
	want := train()
	plain := calls
	assert.Equal(t, want, train(model.Mirror()))
	assert.Greater(t, calls, plain, "something runs again")
}
