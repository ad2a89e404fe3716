package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

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
	prefix   string // where an interruption is saved; empty: nowhere
	fs       atomicfile.FS

	t     *trainer
	epoch int
	batch int // batches done in this epoch
	event BatchEnd
}

// Validate scores the model on it after each epoch; every example counts once, padding not.
func Validate(it mxio.DataIter) FitOption { return func(f *fit) { f.eval = it } }

// Metric chooses what training and validation measure; default accuracy.
func Metric(m metric.EvalMetric) FitOption { return func(f *fit) { f.metric = m } }

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
	f := &fit{m: m, train: train, metric: metric.Accuracy()}
	for _, o := range options {
		o(f)
	}
	m.closePredictors()
	t, err := m.newTrainer(train.ProvideData(), train.ProvideLabel())
	if err != nil {
		return err
	}
	defer func() { err = first(err, t.average(), t.close()) }()
	f.t = t
	t.update.rates().Changed = func(n int, lr float64) { m.log("Update[%d]: Change learning rate to %0.5e", n, lr) }
	if m.states != nil {
		if err := t.restore(m.states); err != nil {
			m.log("warning: the optimizer state of the checkpoint does not fit: %v; training goes on with fresh state", err)
			m.states = nil
		}
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

func (f *fit) runEpoch(ctx context.Context) error {
	start := time.Now()
	if err := f.begin(ctx); err != nil {
		return err
	}
	if err := f.batches(ctx); err != nil {
		return err
	}
	for _, v := range f.metric.Values() {
		f.m.log("Epoch[%d] Train-%s=%f", f.epoch, v.Name, v.Value)
	}
	f.m.log("Epoch[%d] Time cost=%.3f", f.epoch, time.Since(start).Seconds())
	if err := f.t.average(); err != nil {
		return err
	}
	end := &EpochEnd{Epoch: f.epoch, Model: f.m, Metric: f.metric, Log: f.m.log}
	for _, fn := range f.epochEnd {
		if err := fn(ctx, end); err != nil {
			return err
		}
	}
	f.batch = 0
	f.m.beginEpoch, f.m.states = f.epoch+1, nil
	return f.validate(ctx)
}

// begin puts the data where the epoch starts: its own order, and behind the batches done before an interruption.
func (f *fit) begin(ctx context.Context) error {
	f.metric.Reset()
	f.batch = 0
	if f.m.epochSize > 0 && f.epoch > f.m.beginEpoch {
		return nil // the data goes on
	}
	if s, ok := f.train.(mxio.Shuffler); ok {
		s.SetEpoch(f.epoch)
	} else {
		f.train.Reset()
	}
	if f.m.states == nil {
		return nil
	}
	for f.batch < f.m.states.Batch {
		if _, err := f.train.Next(ctx); err != nil {
			return fmt.Errorf("model: resume epoch %d behind batch %d: %w", f.epoch, f.m.states.Batch, err)
		}
		f.batch++
	}
	return nil
}

// batches trains to the end of the epoch.
func (f *fit) batches(ctx context.Context) error {
	for {
		if f.m.epochSize > 0 && f.batch >= f.m.epochSize {
			return nil
		}
		if ctx.Err() != nil {
			return f.interrupted(ctx)
		}
		b, err := f.train.Next(ctx)
		if errors.Is(err, io.EOF) {
			if f.m.epochSize == 0 || f.batch == 0 {
				return f.checkAny()
			}
			f.train.Reset()
			continue
		}
		if err != nil {
			if ctx.Err() != nil {
				return f.interrupted(ctx)
			}
			return fmt.Errorf("model: epoch %d, batch %d: %w", f.epoch, f.batch, err)
		}
		if err := f.one(b); err != nil {
			return err
		}
	}
}

func (f *fit) checkAny() error {
	if f.batch == 0 {
		return fmt.Errorf("model: epoch %d: the training data has no batch; is the batch larger than the data?", f.epoch)
	}
	return nil
}

// one trains on one batch and tells the callbacks.
func (f *fit) one(b *mxio.DataBatch) error {
	err := f.t.load(b)
	if err == nil {
		err = f.t.step()
	}
	if err == nil {
		err = f.t.collect()
	}
	if err != nil {
		return fmt.Errorf("model: epoch %d, batch %d: %w", f.epoch, f.batch, err)
	}
	f.batch++
	if !f.t.outs.finite() {
		return fmt.Errorf("model: epoch %d, batch %d: the output is not finite: lower the learning rate (it is %g) or look for NaN in the data",
			f.epoch, f.batch, f.t.update.rates().LearningRate())
	}
	if err := f.metric.UpdateValid(b.Label, f.t.outs.arrays, b.Valid()); err != nil {
		return fmt.Errorf("model: epoch %d, batch %d: %w", f.epoch, f.batch, err)
	}
	f.event = BatchEnd{Epoch: f.epoch, Batch: f.batch, BatchSize: f.t.batch, Metric: f.metric, Log: f.m.log}
	for _, c := range f.batchEnd {
		c.BatchEnd(&f.event)
	}
	return nil
}

// interrupted saves the moment and gives the context's error.
func (f *fit) interrupted(ctx context.Context) error {
	err := fmt.Errorf("model: interrupted in epoch %d after batch %d: %w", f.epoch, f.batch, context.Cause(ctx))
	if f.prefix == "" {
		return err
	}
	at := Interrupted(f.prefix)
	if serr := f.write(context.WithoutCancel(ctx), at+".states", at+".params", f.epoch, f.batch); serr != nil {
		return errors.Join(err, serr)
	}
	f.m.log("Saved the moment to %q; resume from it to go on", at+".params")
	return err
}

// save writes the checkpoint after an epoch.
func (f *fit) save(ctx context.Context, epoch int) error {
	params := ParamsFile(f.prefix, epoch)
	if err := f.write(ctx, StatesFile(f.prefix, epoch), params, epoch, 0); err != nil {
		return err
	}
	f.m.log("Saved checkpoint to %q", params)
	for _, suffix := range []string{".params", ".states"} { // a moment before this one is of no more use
		_ = os.Remove(Interrupted(f.prefix) + suffix)
	}
	return nil
}

// write saves the present moment.
func (f *fit) write(ctx context.Context, statesPath, paramsPath string, epoch, batch int) error {
	if err := f.t.average(); err != nil {
		return err
	}
	states, err := f.t.states(epoch, batch)
	if err != nil {
		return err
	}
	c := checkpoint{symbolPath: SymbolFile(f.prefix), statesPath: statesPath, paramsPath: paramsPath,
		sym: f.m.Symbol, params: f.m.Params, states: states}
	return c.save(ctx, f.fs)
}

// validate scores on the validation data.
func (f *fit) validate(ctx context.Context) error {
	if f.eval == nil {
		return nil
	}
	f.metric.Reset()
	if err := f.m.score(ctx, f.eval, f.metric, 0); err != nil {
		if ctx.Err() != nil {
			f.epoch++ // training of this one is done
			return f.interrupted(ctx)
		}
		return err
	}
	for _, v := range f.metric.Values() {
		f.m.log("Epoch[%d] Validation-%s=%f", f.epoch, v.Name, v.Value)
	}
	for _, fn := range f.evalEnd {
		fn(f.epoch, f.metric)
	}
	return nil
}
