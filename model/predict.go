package model

import (
	"context"
	"errors"
	"fmt"
	"io"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// predictor is the network bound for inference at one batch shape. It shares the model's parameters.
type predictor struct {
	exe  *symbol.Executor
	data []*ndarray.NDArray
	outs *outputs
}

// predictorFor finds or makes the predictor for batches as described.
func (m *FeedForward) predictorFor(data, label []mxio.DataDesc) (*predictor, error) {
	key := fmt.Sprint(data)
	if p := m.predictors[key]; p != nil {
		return p, nil
	}
	in, err := m.inputsOf(data, label)
	if err != nil {
		return nil, err
	}
	if err := m.haveParams(in); err != nil {
		return nil, err
	}
	exe, err := m.Symbol.Bind(symbol.BindOptions{
		Context: m.devices[0], Arrays: m.arrays(), Compile: m.compile, Seed: m.seed,
		LowerOptions: symbol.LowerOptions{Shapes: in.shapes, Data: in.data, Infer: true},
	})
	if err != nil {
		return nil, err
	}
	outs, err := newOutputs("output", [][]*ndarray.NDArray{exe.Outputs()})
	if err != nil {
		exe.Close()
		return nil, err
	}
	p := &predictor{exe: exe, data: feeds(exe, data), outs: outs}
	if m.predictors == nil {
		m.predictors = map[string]*predictor{}
	}
	m.predictors[key] = p
	return p, nil
}

// haveParams checks that every parameter is there and fits; parameters are not made up for prediction.
func (m *FeedForward) haveParams(in *inputs) error {
	for _, name := range in.params {
		if m.Params.Args[name] == nil {
			return fmt.Errorf("model: parameter %q has no value: Fit the model or Load one", name)
		}
	}
	for _, name := range m.Symbol.ListAuxiliaryStates() {
		if m.Params.Aux[name] == nil {
			return fmt.Errorf("model: auxiliary state %q has no value: Fit the model or Load one", name)
		}
	}
	return m.initParams(in)
}

func (m *FeedForward) closePredictors() {
	for _, p := range m.predictors {
		p.exe.Close()
	}
	m.predictors = nil
}

// Close frees the memory that Score and Predict keep for their next call. The parameters stay.
func (m *FeedForward) Close() { m.closePredictors() }

// run leaves the outputs of a batch on the host.
func (p *predictor) run(b *mxio.DataBatch) error {
	if err := copyBatch(p.data, b.Data, "data"); err != nil {
		return err
	}
	if err := p.exe.Forward(false); err != nil {
		return err
	}
	_, err := p.outs.collect()
	return err
}

// EachBatch runs the network over the data and hands fn each batch with its outputs, on the host, which the next batch
// overwrites; at most limit batches when limit > 0.
func (m *FeedForward) EachBatch(ctx context.Context, it mxio.DataIter, limit int, fn func(b *mxio.DataBatch, outs []*ndarray.NDArray) error) error {
	p, err := m.predictorFor(it.ProvideData(), it.ProvideLabel())
	if err != nil {
		return err
	}
	it.Reset()
	for n := 0; limit <= 0 || n < limit; n++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("model: stopped after %d batches: %w", n, context.Cause(ctx))
		}
		b, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("model: batch %d: %w", n, err)
		}
		if err := p.run(b); err != nil {
			return fmt.Errorf("model: batch %d: %w", n, err)
		}
		if err := fn(b, p.outs.arrays); err != nil {
			return fmt.Errorf("model: batch %d: %w", n, err)
		}
	}
	return nil
}

func (m *FeedForward) score(ctx context.Context, it mxio.DataIter, em metric.EvalMetric, limit int) error {
	return m.EachBatch(ctx, it, limit, func(b *mxio.DataBatch, outs []*ndarray.NDArray) error {
		return em.UpdateValid(b.Label, outs, b.Valid())
	})
}

// ScoreOption sets something about one Score.
type ScoreOption func(*scoring)

type scoring struct {
	metric metric.EvalMetric
	limit  int
}

// ScoreBy chooses the metric; default accuracy.
func ScoreBy(m metric.EvalMetric) ScoreOption { return func(s *scoring) { s.metric = m } }

// ScoreBatches looks at the first n batches only.
func ScoreBatches(n int) ScoreOption { return func(s *scoring) { s.limit = n } }

// Score measures the model on data; every example counts once, padding not. A composite metric gives its first value; pass
// it with ScoreBy and ask it for the others.
func (m *FeedForward) Score(ctx context.Context, it mxio.DataIter, options ...ScoreOption) (float64, error) {
	s := scoring{metric: metric.Accuracy()}
	for _, o := range options {
		o(&s)
	}
	s.metric.Reset()
	if err := m.score(ctx, it, s.metric, s.limit); err != nil {
		return 0, err
	}
	return s.metric.Values()[0].Value, nil
}

// Predict runs the network over the data and gives each output for all examples, (N, …), padding left out.
func (m *FeedForward) Predict(ctx context.Context, it mxio.DataIter) ([]*ndarray.NDArray, error) {
	var parts [][]*ndarray.NDArray // by output, by batch
	err := m.EachBatch(ctx, it, 0, func(b *mxio.DataBatch, outs []*ndarray.NDArray) error {
		if parts == nil {
			parts = make([][]*ndarray.NDArray, len(outs))
		}
		for i, o := range outs {
			n := o.Shape()[0] // a multiple of the batch where the network folds axes into the first
			parts[i] = append(parts[i], o.Slice(0, n-(b.Size()-b.Valid())*n/b.Size()).Copy())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if parts == nil {
		return nil, errors.New("model: Predict: the data has no batch")
	}
	all := make([]*ndarray.NDArray, len(parts))
	err = ndarray.Try(func() {
		for i, p := range parts {
			all[i] = ndarray.Concat(p, with.Dim(0))
		}
	})
	return all, err
}
