package model

import (
	"context"
	"fmt"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
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
func (p *predictor) run(b *mxio.DataBatch) ([]*ndarray.NDArray, error) {
	if err := copyBatch(p.data, b.Data, "data"); err != nil {
		return nil, err
	}
	if err := p.exe.Forward(false); err != nil {
		return nil, err
	}
	_, err := p.outs.collect()
	return p.outs.arrays, err
}

// EachBatch runs the network over the data and hands fn each batch with its outputs, on the host, which the next batch
// overwrites; at most limit batches when limit > 0.
func (m *FeedForward) EachBatch(ctx context.Context, it mxio.DataIter, limit int, fn func(b *mxio.DataBatch, outs []*ndarray.NDArray) error) error {
	p, err := m.predictorFor(it.ProvideData(), it.ProvideLabel())
	if err != nil {
		return err
	}
	return eachBatch(ctx, p, it, limit, fn)
}

// Score measures the model on data; every example counts once, padding not. A composite metric gives its first value; pass
// it with ScoreBy and ask it for the others.
func (m *FeedForward) Score(ctx context.Context, it mxio.DataIter, options ...ScoreOption) (float64, error) {
	p, err := m.predictorFor(it.ProvideData(), it.ProvideLabel())
	if err != nil {
		return 0, err
	}
	return score(ctx, p, it, options)
}

// Predict runs the network over the data and gives each output for all examples, (N, …), padding left out.
func (m *FeedForward) Predict(ctx context.Context, it mxio.DataIter) ([]*ndarray.NDArray, error) {
	p, err := m.predictorFor(it.ProvideData(), it.ProvideLabel())
	if err != nil {
		return nil, err
	}
	return predict(ctx, p, it)
}
