package model

import (
	"fmt"
	"log"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// FeedForward is a network with its parameters and the way it is trained: MXNet's mx.model.FeedForward. Its methods must
// not be called at the same time.
type FeedForward struct {
	Symbol *symbol.Symbol
	// Params are the parameters: given, loaded, or made by Fit. Fit changes them in place.
	Params Params

	devices    []device.Context
	loads      []float64 // of the devices; nil: equal
	store      string    // kind of key-value store
	epochs     int
	beginEpoch int
	epochSize  int
	opt        optimizer.Optimizer
	init       initializer.Initializer
	seed       int64
	fixed      []string // parameters that training leaves as they are
	allowExtra bool
	states     *States // of the checkpoint that training goes on from
	log        Logf
	compile    backend.Options
	mirror     bool // compute again rather than keep

	predictors map[string]*predictor

	// What counts for a Module only.
	dataNames, labelNames   []string
	allowMissing, forceInit bool
}

// NewFeedForward makes a model of a network. Mistakes in the network are reported by the methods.
func NewFeedForward(s *symbol.Symbol, options ...Option) *FeedForward {
	m := &FeedForward{Symbol: s, devices: make([]device.Context, 1), store: "local", epochs: 1, opt: optimizer.SGD{}, init: initializer.Uniform{Scale: 0.01}, log: log.Printf}
	for _, o := range options {
		o(m)
	}
	return m
}

// Load makes a model of a checkpoint; its next Fit goes on after that epoch. When the optimizer's state is missing or
// belongs to other parameters, a warning says so and training starts with fresh state.
func Load(prefix string, epoch int, options ...Option) (*FeedForward, error) {
	s, p, err := LoadCheckpoint(prefix, epoch)
	if err != nil {
		return nil, err
	}
	m := NewFeedForward(s, append([]Option{WithParams(p), BeginEpoch(epoch)}, options...)...)
	m.useStates(StatesFile(prefix, epoch), ParamsFile(prefix, epoch))
	return m, nil
}

// LoadInterrupted makes a model of the moment at which a training with Checkpoint(prefix) was interrupted.
func LoadInterrupted(prefix string, options ...Option) (*FeedForward, error) {
	at := Interrupted(prefix)
	s, err := symbol.Load(SymbolFile(prefix))
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	p, err := LoadParams(at + ".params")
	if err != nil {
		return nil, err
	}
	m := NewFeedForward(s, append([]Option{WithParams(p)}, options...)...)
	st, err := loadStatesFor(at+".states", at+".params")
	if err != nil {
		return nil, err
	}
	m.states, m.beginEpoch = st, st.Epoch
	return m, nil
}

// useStates takes training state from a file, or warns.
func (m *FeedForward) useStates(statesPath, paramsPath string) {
	st, err := loadStatesFor(statesPath, paramsPath)
	if err != nil {
		m.log("warning: no optimizer state for %s (%v): training would go on with fresh momentum and a fresh learning rate schedule", paramsPath, err)
		return
	}
	m.states = st
}

// Save writes PREFIX-symbol.json and PREFIX-%04d.params.
func (m *FeedForward) Save(prefix string, epoch int) error {
	return SaveCheckpoint(prefix, epoch, m.Symbol, m.Params)
}

// InitParams makes the parameters that are missing, for data as the iterator provides it. Fit does so by itself.
func (m *FeedForward) InitParams(it mxio.DataIter) error {
	in, err := m.inputsOf(it.ProvideData(), it.ProvideLabel())
	if err != nil {
		return err
	}
	return m.initParams(in)
}

// Bind makes what Fit (train) or Predict would run and frees it again: Compile's Trace gets to see the passes.
func (m *FeedForward) Bind(it mxio.DataIter, train bool) error {
	if !train {
		_, err := m.predictorFor(it.ProvideData(), it.ProvideLabel())
		m.closePredictors()
		return err
	}
	t, err := m.newTrainer(it.ProvideData(), it.ProvideLabel())
	if err != nil {
		return err
	}
	return t.close()
}

// inputs sorts the variables of the network into what the data provides and what are parameters.
type inputs struct {
	provideData, provideLabel []mxio.DataDesc

	shapes map[string]backend.Shape
	types  map[string]backend.DType // where the data decides
	data   []string                 // variables that the data fills, in the order of provide
	params []string
}

// inputsOf matches an iterator with the network.
func (m *FeedForward) inputsOf(data, label []mxio.DataDesc) (*inputs, error) {
	if err := m.Symbol.Err(); err != nil {
		return nil, err
	}
	args := m.Symbol.ListArguments()
	in := &inputs{provideData: data, provideLabel: label, shapes: map[string]backend.Shape{}}
	for _, d := range data {
		if !slices.Contains(args, d.Name) {
			return nil, fmt.Errorf("model: the data provides %q, which the network does not have; %s", d.Name, nearest(d.Name, args))
		}
	}
	for _, d := range append(slices.Clone(data), label...) {
		if slices.Contains(args, d.Name) {
			in.shapes[d.Name] = d.Shape
			in.data = append(in.data, d.Name)
		}
	}
	labels := m.Symbol.ListLabels()
	for _, a := range args {
		if _, ok := in.shapes[a]; !ok && !slices.Contains(labels, a) && !slices.Contains(m.labelNames, a) {
			in.params = append(in.params, a)
		}
	}
	return in, nil
}
