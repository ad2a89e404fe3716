package model

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// A whole batch of Fit — next batch, forward, backward, update, metric, callbacks — allocates nothing once it runs, on
// several devices neither.
func TestABatchAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		network, store string
		devices        int
	}{{"mlp", "", 1}, {"lenet", "", 1}, {"mlp", "local", 2}, {"mlp", "local_allreduce_cpu", 3}, {"lenet", "device", 2}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			net, err := zoo.Open(c.network, 10)
			require.NoError(t, err)
			const n = 64
			data, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, n*784), n, 1, 28, 28), mxio.Floats(make([]float32, n)), mxio.BatchSize(16), mxio.Shuffle(1))
			require.NoError(t, err)
			m := NewFeedForward(net, cpus(c.devices), KVStore(c.store), Optimizer(optimizer.SGD{LearningRate: 0.01, Momentum: 0.9, LRScheduler: optimizer.FactorScheduler{Step: 1000, Factor: 0.9}}))
			measure, err := metric.New("accuracy", "top_k_accuracy_5", "cross-entropy")
			require.NoError(t, err)
			f := &fit{m: m, train: data, metric: measure}
			f.t, err = m.newTrainer(data.ProvideData(), data.ProvideLabel())
			require.NoError(t, err)
			defer f.t.close()
			ctx := context.Background()
			step := func() {
				more, err := f.advance(ctx)
				if err == nil && !more {
					data.Reset()
					_, err = f.advance(ctx)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			step()
			step() // labels are kept in two places by turns
			assert.Zero(t, testing.AllocsPerRun(8, step))
		})
	}
}

// Nor does a step of a Module, by hand.
func TestAModuleStepAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		network, store string
		devices        int
	}{{"mlp", "", 1}, {"lenet", "", 1}, {"mlp", "local", 2}, {"lenet", "local_allreduce_cpu", 2}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			net, err := zoo.Open(c.network, 10)
			require.NoError(t, err)
			const n = 16
			data, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, n*784), n, 1, 28, 28), mxio.Floats(make([]float32, n)), mxio.BatchSize(n))
			require.NoError(t, err)
			batch, err := data.Next(context.Background())
			require.NoError(t, err)
			mod := NewModule(net, cpus(c.devices))
			defer mod.Close()
			require.NoError(t, mod.Bind(data.ProvideData(), data.ProvideLabel()))
			require.NoError(t, mod.InitParams())
			require.NoError(t, mod.InitOptimizer(c.store, optimizer.SGD{LearningRate: 0.01, Momentum: 0.9}))
			measure := metric.Accuracy()
			step := func() {
				err := mod.ForwardBackward(batch)
				if err == nil {
					err = mod.Update()
				}
				if err == nil {
					err = mod.UpdateMetric(measure, batch.Label)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			step()
			assert.Zero(t, testing.AllocsPerRun(8, step))
		})
	}
}

// BenchmarkOwnTime is what a batch costs beside its arithmetic: a network of one weight, a batch of one number. It holds
// the iterator, the copies into the network, the update's numbers, one call into C and the metric.
func BenchmarkOwnTime(b *testing.B) {
	x := symbol.FullyConnected(symbol.Variable("data"), 1, with.NoBias(true), with.Name("fc"))
	net := symbol.LinearRegressionOutput(x, with.Name("softmax"))
	data, err := mxio.NewNDArrayIter(mxio.Floats(make([]float32, 1), 1, 1), mxio.Floats(make([]float32, 1)), mxio.BatchSize(1))
	require.NoError(b, err)
	m := NewFeedForward(net, Optimizer(optimizer.SGD{LearningRate: 0.01, Momentum: 0.9}))
	f := &fit{m: m, train: data, metric: metric.MSE()}
	f.t, err = m.newTrainer(data.ProvideData(), data.ProvideLabel())
	require.NoError(b, err)
	defer f.t.close()
	ctx := context.Background()
	for b.Loop() {
		data.SetEpoch(0)
		if _, err := f.advance(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
