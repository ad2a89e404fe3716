package mxio

import (
	"fmt"

	"github.com/gomx-org/gomx/device"
)

// LastBatchHandle says what becomes of a last batch that is not full.
type LastBatchHandle uint8

// The ways. Pad fills it with the epoch's first examples, Discard drops it, RollOver keeps its examples for the first batch of
// the next epoch, and Round, MXNet's round_batch, fills it with the first examples of the next epoch, which begins after
// them.
const (
	Pad LastBatchHandle = iota
	Discard
	RollOver
	Round
)

var handleNames = [...]string{"pad", "discard", "roll_over", "round"}

// String is MXNet's name.
func (h LastBatchHandle) String() string {
	if int(h) < len(handleNames) {
		return handleNames[h]
	}
	return fmt.Sprintf("LastBatchHandle(%d)", uint8(h))
}

// Option changes an iterator.
type Option func(*options)

type options struct {
	batch               int
	shuffle             bool
	seed                int64
	last                LastBatchHandle
	dataName, labelName string
	flat                bool
	parts, part         int
	ctx                 device.Context
	scale               float64
	labelCSV            string
	labelShape          []int
}

// BatchSize is the number of rows of a batch; 1 unless given, 128 for MNIST's.
func BatchSize(n int) Option { return func(o *options) { o.batch = n } }

// Shuffle mixes the examples anew in every epoch, as a function of seed and epoch.
func Shuffle(seed int64) Option { return func(o *options) { o.shuffle, o.seed = true, seed } }

// LastBatch says what becomes of a last batch that is not full: Pad unless given, Discard for MNIST's.
func LastBatch(h LastBatchHandle) Option { return func(o *options) { o.last = h } }

// DataName is the name of the input, data unless given.
func DataName(name string) Option { return func(o *options) { o.dataName = name } }

// LabelName is the name of the label, softmax_label unless given.
func LabelName(name string) Option { return func(o *options) { o.labelName = name } }

// LabelCSV is the file of CSVIter's labels; shape is that of one label, a single number unless given.
func LabelCSV(path string, shape ...int) Option {
	return func(o *options) { o.labelCSV, o.labelShape = path, shape }
}

// Flat sees each input as a vector: (N, rest).
func Flat() Option { return func(o *options) { o.flat = true } }

// Parts takes one of num equal parts of the examples, for training on several machines: those from ⌊N·index/num⌋ up to
// ⌊N·(index+1)/num⌋.
func Parts(num, index int) Option { return func(o *options) { o.parts, o.part = num, index } }

// On makes the batches on a device; cpu(0) unless given.
func On(ctx device.Context) Option { return func(o *options) { o.ctx = ctx } }

// Scale is what MNIST's pixels, 0 to 255, are multiplied with; 1/256 unless given.
func Scale(s float64) Option { return func(o *options) { o.scale = s } }

func newOptions(defaults options, opts []Option) (options, error) {
	o := defaults
	for _, f := range opts {
		f(&o)
	}
	switch {
	case o.batch < 1:
		return o, fmt.Errorf("batch size is %d, want at least 1", o.batch)
	case int(o.last) >= len(handleNames):
		return o, fmt.Errorf("last batch handle is %v, want Pad, Discard or RollOver", o.last)
	case o.parts < 1 || o.part < 0 || o.part >= o.parts:
		return o, fmt.Errorf("part %d of %d parts; parts count from 0", o.part, o.parts)
	}
	return o, nil
}
