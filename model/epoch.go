package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

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
	if err := f.average(); err != nil {
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

// average makes the model's auxiliary states what the devices' come to.
func (f *fit) average() error {
	if err := f.t.average(); err != nil || !f.sameAux {
		return err
	}
	return f.t.spread(f.t.aux, symbol.AuxName)
}

// begin puts the data where the epoch starts: its own order, and behind the batches done before an interruption.
func (f *fit) begin(ctx context.Context) error {
	f.metric.Reset()
	f.batch = 0
	if f.rebind != nil {
		if err := f.rebind(); err != nil {
			return err
		}
	}
	goesOn := f.m.epochSize > 0 && f.begun
	f.begun = true
	if goesOn {
		return nil
	}
	done := 0
	if s := f.m.states; s != nil {
		done = s.Batch
		if r, ok := f.train.(mxio.Resumer); ok && s.Data != nil && f.m.epochSize > 0 {
			f.batch = done
			if err := r.Restore(*s.Data); err != nil {
				return fmt.Errorf("model: resume epoch %d behind batch %d: %w", f.epoch, done, err)
			}
			return nil
		}
	}
	if s, ok := f.train.(mxio.Shuffler); ok {
		s.SetEpoch(f.epoch)
	} else {
		f.train.Reset()
	}
	for ; f.batch < done; f.batch++ {
		if _, err := f.train.Next(ctx); err != nil {
			return fmt.Errorf("model: resume epoch %d behind batch %d: %w", f.epoch, done, err)
		}
	}
	return nil
}

// dataState is where the data would be without the batch that was fetched ahead; nil where epochs are passes, which need
// no more than their number, and for iterators that do not know.
func (f *fit) dataState() *mxio.State {
	r, ok := f.train.(mxio.Resumer)
	if !ok || f.m.epochSize == 0 {
		return nil
	}
	if f.ahead != nil {
		return f.ahead
	}
	s := r.State()
	return &s
}

// batches trains to the end of the epoch.
func (f *fit) batches(ctx context.Context) error {
	for {
		if more, err := f.advance(ctx); err != nil || !more {
			return err
		}
	}
}

// advance ends the step that runs and begins the next. Meanwhile, while devices that do not wait are still at the first,
// the batch of the second is fetched and sent to them. Callbacks are told of a step before the next begins: parameters
// are what they were told of.
func (f *fit) advance(ctx context.Context) (more bool, err error) {
	more, err = f.fetch(ctx)
	if err := f.finish(); err != nil {
		return false, err
	}
	switch {
	case f.isFull(f.batch):
		return false, nil
	case ctx.Err() != nil:
		return false, f.interrupted(ctx)
	case err != nil:
		return false, f.failed(err)
	case !more:
		return false, f.checkAny()
	}
	return true, f.start()
}

// isFull tells whether n batches make an epoch by EpochSize.
func (f *fit) isFull(n int) bool { return f.m.epochSize > 0 && n >= f.m.epochSize }

// fetch loads the next batch, if there is one.
func (f *fit) fetch(ctx context.Context) (more bool, err error) {
	begun := f.batch
	if f.running {
		begun++
	}
	if ctx.Err() != nil || f.isFull(begun) {
		return false, nil
	}
	f.ahead = f.dataState()
	b, err := f.train.Next(ctx)
	if errors.Is(err, io.EOF) && f.m.epochSize > 0 && begun > 0 {
		f.train.Reset()
		b, err = f.train.Next(ctx)
	}
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err == nil {
		err = f.t.load(b)
	}
	if err == nil {
		err = f.next.keep(b)
	}
	return err == nil, err
}

// start begins the step on the batch that was loaded.
func (f *fit) start() error {
	if err := f.step(); err != nil {
		return f.failed(err)
	}
	f.now, f.next, f.running, f.ahead = f.next, f.now, true, nil
	return nil
}

// step begins the step. A monitor sees its arrays before the next batch comes into them.
func (f *fit) step() error {
	if f.monitor == nil {
		return f.t.step()
	}
	f.monitor.Tic()
	err := f.t.step()
	if err == nil {
		f.stats, err = f.monitor.Toc()
	}
	return err
}

// finish waits for the step that runs, if one does, measures it and tells the callbacks.
func (f *fit) finish() error {
	if !f.running {
		return nil
	}
	f.running = false
	if err := f.t.collect(); err != nil {
		return f.failed(err)
	}
	f.batch++
	if !f.t.outs.finite() {
		return f.failed(fmt.Errorf("the output is not finite: lower the learning rate (it is %g) or look for NaN in the data", f.t.update.rates().LearningRate()))
	}
	if err := f.metric.UpdateValid(f.now.labels, f.t.outs.arrays, f.now.valid); err != nil {
		return f.failed(err)
	}
	printStats(f.m.log, f.stats)
	f.stats = nil
	f.event = BatchEnd{Epoch: f.epoch, Batch: f.batch, BatchSize: f.t.batch, Metric: f.metric, Log: f.m.log}
	for _, c := range f.batchEnd {
		c.BatchEnd(&f.event)
	}
	return nil
}

func (f *fit) failed(err error) error {
	return fmt.Errorf("model: epoch %d, batch %d: %w", f.epoch, f.batch, err)
}

func (f *fit) checkAny() error {
	if f.batch == 0 {
		return fmt.Errorf("model: epoch %d: the training data has no batch; is the batch larger than the data?", f.epoch)
	}
	return nil
}

// shown is what metrics want of a batch: the iterator makes the next one in the same arrays.
type shown struct {
	labels []*ndarray.NDArray // on the host
	valid  int
}

func (s *shown) keep(b *mxio.DataBatch) error {
	s.valid = b.Valid()
	if len(s.labels) != len(b.Label) {
		s.labels = make([]*ndarray.NDArray, len(b.Label))
	}
	for i, l := range b.Label {
		if own := s.labels[i]; own == nil || !own.Shape().Equal(l.Shape()) || own.DType() != l.DType() {
			var err error
			if s.labels[i], err = ndarray.New(l.Shape(), ndarray.Of(l.DType())); err != nil {
				return fmt.Errorf("label %d: %w", i, err)
			}
		}
		if err := s.labels[i].CopyFrom(l); err != nil {
			return fmt.Errorf("label %d: %w", i, err)
		}
	}
	return nil
}

// validate scores on the validation data.
func (f *fit) validate(ctx context.Context) error {
	if f.eval == nil {
		return nil
	}
	f.metric.Reset()
	r, err := f.evaluator()
	if err != nil {
		return err
	}
	if err := measure(ctx, r, f.eval, f.metric, 0); err != nil {
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
