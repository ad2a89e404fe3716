package model

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/initializer"
	"github.com/gomx-org/gomx/optimizer"
)

// Option sets something about a FeedForward or a Module.
type Option func(*FeedForward)

// On chooses the device; default cpu(0). On several devices Fit trains with a share of every batch on each; Score and
// Predict run on the first.
func On(devices ...device.Context) Option {
	return func(m *FeedForward) {
		if len(devices) > 0 {
			m.devices = slices.Clone(devices)
		}
	}
}

// WorkLoad says how batches are shared out over the devices of On: in proportion to loads, rounded, the rest to the last
// device; default equal shares.
func WorkLoad(loads ...float64) Option { return func(m *FeedForward) { m.loads = slices.Clone(loads) } }

// KVStore chooses how several devices join their gradients: a kind of package kvstore, default local. One device needs no
// store.
func KVStore(kind string) Option { return func(m *FeedForward) { m.store = kind } }

// Epochs is the number of the last epoch: training goes from BeginEpoch to it. Default 1.
func Epochs(n int) Option { return func(m *FeedForward) { m.epochs = n } }

// BeginEpoch is the number of epochs already done; Load sets it.
func BeginEpoch(n int) Option { return func(m *FeedForward) { m.beginEpoch = n } }

// EpochSize ends an epoch after n batches without resetting the data, which goes on and is reset where it ends; 0, the
// default: an epoch is one pass.
func EpochSize(n int) Option { return func(m *FeedForward) { m.epochSize = n } }

// Optimizer chooses how weights change; default plain SGD with rate 0.01.
func Optimizer(o optimizer.Optimizer) Option { return func(m *FeedForward) { m.opt = o } }

// Initializer chooses how parameters begin; default Uniform(0.01), as MXNet's FeedForward.
func Initializer(i initializer.Initializer) Option { return func(m *FeedForward) { m.init = i } }

// Seed decides initial weights, the order of shuffled data and Dropout; default 0. The same seed gives the same bits.
func Seed(n int64) Option { return func(m *FeedForward) { m.seed = n } }

// WithParams gives parameters to begin with; what is missing is initialized.
func WithParams(p Params) Option { return func(m *FeedForward) { m.Params = p } }

// AllowExtraParams passes over parameters that the network does not have; otherwise they are an error.
func AllowExtraParams() Option { return func(m *FeedForward) { m.allowExtra = true } }

// FixedParams names parameters that training leaves as they are: those of a network learnt before, say, when a new last
// layer is trained on top. A name that the network does not have is an error.
func FixedParams(names ...string) Option {
	return func(m *FeedForward) { m.fixed = slices.Clone(names) }
}

// DataNames names the inputs that a Module is fed with, in any order; default data.
func DataNames(names ...string) Option {
	return func(m *FeedForward) { m.dataNames = slices.Clone(names) }
}

// LabelNames names the labels that a Module is fed with; default softmax_label where the network has it, else the labels of
// its loss layers.
func LabelNames(names ...string) Option {
	return func(m *FeedForward) { m.labelNames = slices.Clone(names) }
}

// AllowMissingParams lets a Module initialize parameters that are not among those given, as FeedForward always does;
// otherwise they are an error.
func AllowMissingParams() Option { return func(m *FeedForward) { m.allowMissing = true } }

// ForceInit lets a Module's InitParams and InitOptimizer begin anew what has begun; otherwise they leave it as it is.
func ForceInit() Option { return func(m *FeedForward) { m.forceInit = true } }

// Log takes the lines of the training log; default the standard logger.
func Log(l Logf) Option { return func(m *FeedForward) { m.log = l } }

// Mirror makes training take less memory and more time, with the same numbers: backward computes activations, normalized
// values and the like again instead of keeping them. See symbol.LowerOptions.
func Mirror() Option { return func(m *FeedForward) { m.mirror = true } }

// Compile hands options to the device, for debugging and profiling.
func Compile(o backend.Options) Option { return func(m *FeedForward) { m.compile = o } }
