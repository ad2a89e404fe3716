package model

import (
	"context"
	"errors"
	"iter"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
)

// Fit trains until Epochs, starting after BeginEpoch, as FeedForward's does, with the same options: EpochEnd.Model is the
// network as it is then. It binds, initializes parameters and chooses the optimizer by NewModule's options where that has
// not been done, and the Module goes on as bound. After each epoch, devices go on with the mean of their auxiliary states,
// as MXNet's Module does.
func (mod *Module) Fit(ctx context.Context, train mxio.DataIter, options ...FitOption) (err error) {
	data, label := train.ProvideData(), train.ProvideLabel()
	if mod.t == nil {
		err = mod.Bind(data, label)
	}
	if err == nil && !mod.training {
		return mod.needTraining("Fit", false)
	}
	if err == nil && !mod.ready {
		err = mod.InitParams()
	}
	if err == nil && mod.t.update == nil {
		err = mod.InitOptimizer(mod.m.store, nil)
	}
	if err != nil {
		return err
	}
	f := mod.m.newFit(train, options)
	f.rebind = func() error { return mod.Reshape(data, label) }
	f.evaluator = func() (runner, error) { return moduleRunner{mod}, nil }
	f.sameAux = len(mod.m.devices) > 1
	defer func() {
		mod.run.outputs, mod.run.forward, mod.run.grads = false, false, true
		err = first(err, mod.t.average())
	}()
	return f.run(ctx, mod.t)
}

// InstallMonitor makes a monitor see what the Module computes, on all its devices.
func (mod *Module) InstallMonitor(m *Monitor) error {
	if err := mod.need("InstallMonitor", false, false); err != nil {
		return err
	}
	for _, g := range append(mod.others, mod.base) {
		if err := m.install(g); err != nil {
			return err
		}
	}
	mod.monitors = append(mod.monitors, m)
	return nil
}

// moduleRunner is a Module as a runner.
type moduleRunner struct{ mod *Module }

func (r moduleRunner) run(b *mxio.DataBatch) ([]*ndarray.NDArray, error) { return r.mod.runBatch(b) }

// Score measures the Module on data; every example counts once, padding not. A composite metric gives its first value; pass
// it with ScoreBy and ask it for the others.
func (mod *Module) Score(ctx context.Context, it mxio.DataIter, options ...ScoreOption) (float64, error) {
	if err := mod.need("Score", true, false); err != nil {
		return 0, err
	}
	return score(ctx, moduleRunner{mod}, it, options)
}

// Predict runs the network over the data and gives each output for all examples, (N, …), padding left out.
func (mod *Module) Predict(ctx context.Context, it mxio.DataIter) ([]*ndarray.NDArray, error) {
	if err := mod.need("Predict", true, false); err != nil {
		return nil, err
	}
	return predict(ctx, moduleRunner{mod}, it)
}

// Prediction is what the network says to a batch.
type Prediction struct {
	Batch   int                // counted from 0
	Data    *mxio.DataBatch    // valid until the next
	Outputs []*ndarray.NDArray // padding left out
}

// IterPredict runs the network over the data batch by batch. An error is the last thing it gives.
//
//	for p, err := range mod.IterPredict(ctx, data) {
func (mod *Module) IterPredict(ctx context.Context, it mxio.DataIter) iter.Seq2[*Prediction, error] {
	return func(yield func(*Prediction, error) bool) {
		if err := mod.need("IterPredict", true, false); err != nil {
			yield(nil, err)
			return
		}
		n := 0
		err := eachBatch(ctx, moduleRunner{mod}, it, 0, func(b *mxio.DataBatch, outs []*ndarray.NDArray) error {
			p := &Prediction{Batch: n, Data: b, Outputs: unpadded(b, outs)}
			n++
			if !yield(p, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// errStop ends a loop whose body had enough.
var errStop = errors.New("enough")
