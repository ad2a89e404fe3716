package model

import (
	"context"
	"strings"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/internal/atomicfile"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
)

// FitOption sets something about one Fit.
type FitOption func(*fit)

// fit is one run of Fit.
type fit struct {
	m        *FeedForward
	train    mxio.DataIter
	eval     mxio.DataIter
	metric   metric.EvalMetric
	batchEnd []BatchCallback
	epochEnd []func(context.Context, *EpochEnd) error
	evalEnd  []func(epoch int, m metric.EvalMetric)
	monitor  *Monitor
	prefix   string // where an interruption is saved; empty: nowhere
	fs       atomicfile.FS

	rebind    func() error           // puts back the training data's shapes, which evaluating may change; may be nil
	evaluator func() (runner, error) // what validates
	sameAux   bool                   // after an epoch all devices go on with the mean of their auxiliary states

	t       *trainer
	epoch   int
	batch   int  // batches done in this epoch
	begun   bool // the data is under way
	running bool
	now     shown       // of the step that runs
	next    shown       // of the batch that is loaded
	ahead   *mxio.State // of the data, before that batch was fetched; nil without one
	stats   []MonitorStat
	event   BatchEnd
}

// Validate scores the model on it after each epoch; every example counts once, padding not.
func Validate(it mxio.DataIter) FitOption { return func(f *fit) { f.eval = it } }

// Metric chooses what training and validation measure; default accuracy.
func Metric(m metric.EvalMetric) FitOption { return func(f *fit) { f.metric = m } }

// WithMonitor logs statistics of weights and of operators' outputs as the monitor says.
func WithMonitor(m *Monitor) FitOption { return func(f *fit) { f.monitor = m } }

// Each calls a callback made for every n batches: Each(50, Speedometer).
func Each(n int, make func(n int) BatchCallback) FitOption { return OnBatchEnd(make(n)) }

// OnBatchEnd calls callbacks after each batch.
func OnBatchEnd(callbacks ...BatchCallback) FitOption {
	return func(f *fit) { f.batchEnd = append(f.batchEnd, callbacks...) }
}

// OnEpochEnd calls a function after each epoch, before validation; its error ends Fit.
func OnEpochEnd(fn func(*EpochEnd) error) FitOption {
	return func(f *fit) {
		f.epochEnd = append(f.epochEnd, func(_ context.Context, e *EpochEnd) error { return fn(e) })
	}
}

// OnEvalEnd calls a function with the metric of each validation.
func OnEvalEnd(fn func(epoch int, m metric.EvalMetric)) FitOption {
	return func(f *fit) { f.evalEnd = append(f.evalEnd, fn) }
}

// Checkpoint saves after each epoch, as epoch number e+1, with the state of training; and when the context ends, the moment,
// as PREFIX-interrupted. A save that fails ends Fit; what was saved before stays whole.
func Checkpoint(prefix string) FitOption { return CheckpointEvery(prefix, 1) }

// CheckpointEvery is Checkpoint after every period epochs.
func CheckpointEvery(prefix string, period int) FitOption {
	return func(f *fit) {
		f.prefix = prefix
		f.epochEnd = append(f.epochEnd, func(ctx context.Context, e *EpochEnd) error {
			if (e.Epoch+1)%max(period, 1) != 0 {
				return nil
			}
			return f.save(context.WithoutCancel(ctx), e.Epoch+1)
		})
	}
}

// onFS lets tests inject faults into checkpoints.
func onFS(fs atomicfile.FS) FitOption { return func(f *fit) { f.fs = fs } }

// Fit trains until Epochs, starting after BeginEpoch. When ctx ends, Fit stops between two batches, saves the moment if
// Checkpoint was given, and returns the context's error.
func (m *FeedForward) Fit(ctx context.Context, train mxio.DataIter, options ...FitOption) (err error) {
	f := m.newFit(train, options)
	m.closePredictors()
	t, err := m.newTrainer(train.ProvideData(), train.ProvideLabel())
	if err != nil {
		return err
	}
	defer func() { err = first(err, t.average(), t.close()) }()
	f.evaluator = func() (runner, error) { return m.predictorFor(f.eval.ProvideData(), f.eval.ProvideLabel()) }
	if m.states != nil {
		if err := t.restore(m.states); err != nil {
			m.log("warning: the optimizer state of the checkpoint does not fit: %v; training goes on with fresh state", err)
			m.states = nil
		}
	}
	return f.run(ctx, t)
}

func (m *FeedForward) newFit(train mxio.DataIter, options []FitOption) *fit {
	f := &fit{m: m, train: train, metric: metric.Accuracy()}
	for _, o := range options {
		o(f)
	}
	return f
}

// run trains the epochs that are left.
func (f *fit) run(ctx context.Context, t *trainer) error {
	f.t = t
	m := f.m
	t.update.rates().Changed = func(n int, lr float64) { m.log("Update[%d]: Change learning rate to %0.5e", n, lr) }
	if f.monitor != nil {
		if err := f.monitor.install(t.group); err != nil {
			return err
		}
		defer f.monitor.remove(t.group)
	}
	m.log("Start training with [%s]", names(m.devices))
	for f.epoch = m.beginEpoch; f.epoch < m.epochs; f.epoch++ {
		if err := f.runEpoch(ctx); err != nil {
			return err
		}
	}
	return nil
}

// names lists devices as MXNet does: cpu(0), cpu(1).
func names(devices []device.Context) string {
	list := make([]string, len(devices))
	for i, d := range devices {
		list[i] = d.String()
	}
	return strings.Join(list, ", ")
}
