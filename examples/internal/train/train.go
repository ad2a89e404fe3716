// Package train is what the training programs share: their flags, their log, and how a run begins, is interrupted and
// ends.
package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/kvstore"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// Flags are the command-line flags of the training programs, as in MXNet 0.7's scripts. Programs set their own defaults
// through kong variables.
type Flags struct {
	Network         string  `help:"Network of the zoo (${networks}), or a symbol file FILE.json." default:"${network}"`
	DataDir         string  `help:"Folder of the data." default:"${data_dir}"`
	GPUs            string  `name:"gpus" help:"GPUs to train on, such as 0 or 0,1,3; the CPU without it."`
	NumExamples     int     `help:"Number of training examples; with the batch size it decides how long --lr-factor-epoch is." default:"${num_examples}"`
	BatchSize       int     `help:"Examples in a batch." default:"${batch_size}"`
	LR              float64 `name:"lr" help:"Learning rate." default:"${lr}"`
	NumEpochs       int     `aliases:"num-epoch" help:"Total number of epochs; also spelt --num-epoch." default:"${num_epochs}"`
	LRFactor        float64 `name:"lr-factor" help:"Factor on the learning rate after every --lr-factor-epoch epochs." default:"1"`
	LRFactorEpoch   float64 `name:"lr-factor-epoch" help:"Epochs, also parts of one such as .5, between changes of the learning rate." default:"1"`
	ModelPrefix     string  `help:"Save a checkpoint after each epoch as PREFIX-0001.params and so on." placeholder:"PREFIX"`
	SaveModelPrefix string  `help:"Save checkpoints here instead of --model-prefix." placeholder:"PREFIX"`
	LoadEpoch       *int    `help:"Go on after this epoch of --model-prefix." placeholder:"N"`
	Resume          bool    `help:"Go on from the moment at which a run with --model-prefix was interrupted."`
	KVStore         string  `name:"kv-store" help:"How gradients of several GPUs are joined (${kv_stores}); one needs none." default:"local"`
	Monitor         int     `help:"Log the size of weights and of operators' outputs every N batches." default:"0" placeholder:"N"`
	Seed            int64   `help:"Seed of initial weights, shuffling and Dropout." default:"0"`
	Plot            string  `help:"Draw accuracy and loss against epoch into this PNG file." placeholder:"FILE.png"`
}

// Parse reads the command line into cli, a pointer to a struct that embeds Flags; vars are the defaults, and networks, the
// names that the help lists. Mistakes end the program with one line and status 2.
func Parse(cli any, name, doc string, vars kong.Vars) {
	if vars["networks"] == "" {
		vars["networks"] = strings.Join(zoo.Names(), ", ")
	}
	vars["kv_stores"] = strings.Join(kvstore.Kinds(), ", ")
	parser := kong.Must(cli, kong.Name(name), kong.Description(doc), vars)
	_, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(2)
	}
}

// Data is what a program trains and validates on.
type Data struct {
	Train, Val mxio.DataIter
	Shape      [3]int // of one example: channels, height, width
	Classes    int
}

// Run trains as the flags say and ends the program: status 0, 1 with one line on what went wrong, 130 when interrupted.
func Run(name string, f *Flags, open func(ctx context.Context, f *Flags, log model.Logf) (*Data, error)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	l := newLog(os.Stderr)
	err := run(ctx, l, f, open)
	l.finish()
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
		return
	case interrupted && errors.Is(err, context.Canceled):
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(130)
	default:
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, l *logger, f *Flags, open func(context.Context, *Flags, model.Logf) (*Data, error)) error {
	devices, err := f.check()
	if err != nil {
		return err
	}
	l.printf("start with arguments %s", f)
	data, err := open(ctx, f, l.printf)
	if err != nil {
		return err
	}
	m, err := f.model(devices, data, l)
	if err != nil {
		return err
	}
	defer m.Close()
	measure, err := f.metric()
	if err != nil {
		return err
	}
	options := []model.FitOption{
		model.Validate(data.Val), model.Metric(measure), model.Each(50, model.Speedometer), model.OnBatchEnd(l.bar(f)),
	}
	if prefix := f.savePrefix(); prefix != "" {
		if err := os.MkdirAll(filepath.Dir(prefix), 0o777); err != nil {
			return fmt.Errorf("--model-prefix: %w", err)
		}
		options = append(options, model.Checkpoint(prefix))
	}
	if f.Monitor > 0 {
		options = append(options, model.WithMonitor(&model.Monitor{Interval: f.Monitor}))
	}
	h := &history{}
	if f.Plot != "" {
		options = append(options, model.OnEpochEnd(h.train), model.OnEvalEnd(h.val))
	}
	if err := m.Fit(ctx, data.Train, options...); err != nil {
		return err
	}
	if f.Plot != "" {
		return h.draw(f.Plot, f.Network)
	}
	return nil
}

// check refuses what does not fit together or is not there, before anything long begins, and gives the devices.
func (f *Flags) check() ([]device.Context, error) {
	switch {
	case f.BatchSize < 1:
		return nil, fmt.Errorf("--batch-size is %d, want at least 1", f.BatchSize)
	case f.NumEpochs < 1:
		return nil, fmt.Errorf("--num-epochs is %d, want at least 1", f.NumEpochs)
	case (f.LoadEpoch != nil || f.Resume) && f.ModelPrefix == "":
		return nil, errors.New("--load-epoch and --resume want --model-prefix: where to load from")
	case f.LoadEpoch != nil && f.Resume:
		return nil, errors.New("--load-epoch and --resume cannot both be given")
	case f.Monitor < 0:
		return nil, fmt.Errorf("--monitor is %d, want at least 0", f.Monitor)
	case f.LRFactor <= 0 || f.LRFactor > 1:
		return nil, fmt.Errorf("--lr-factor is %g, want above 0 and at most 1", f.LRFactor)
	}
	if err := f.checkStore(); err != nil {
		return nil, err
	}
	return f.devices()
}

// devices are the GPUs asked for, or the CPU.
func (f *Flags) devices() ([]device.Context, error) {
	if f.GPUs == "" {
		return []device.Context{device.CPU(0)}, nil
	}
	var list []device.Context
	for _, g := range strings.Split(f.GPUs, ",") {
		c, err := device.Parse("gpu(" + strings.TrimSpace(g) + ")")
		if err != nil {
			return nil, fmt.Errorf("--gpus %s: want numbers such as 0 or 0,1,3", f.GPUs)
		}
		if _, err := c.Device(); err != nil {
			return nil, fmt.Errorf("--gpus %s: %w", f.GPUs, err)
		}
		list = append(list, c)
	}
	return list, nil
}

// checkStore refuses kinds of stores that do not exist, for one device too, which needs none.
func (f *Flags) checkStore() error {
	if name := strings.ToLower(f.KVStore); name == "" || name == "none" {
		return nil
	}
	kv, err := kvstore.Create(f.KVStore)
	if err != nil {
		return fmt.Errorf("--kv-store: %w", err)
	}
	return kv.Close()
}

func (f *Flags) savePrefix() string {
	if f.SaveModelPrefix != "" {
		return f.SaveModelPrefix
	}
	return f.ModelPrefix
}

// metric is accuracy and top-k as MXNet's scripts measure; the loss only where a picture wants it.
func (f *Flags) metric() (metric.EvalMetric, error) {
	names := []string{"accuracy", "top_k_accuracy_5", "top_k_accuracy_10", "top_k_accuracy_20"}
	if f.Plot != "" {
		names = append(names, "cross-entropy")
	}
	return metric.New(names...)
}

// model makes, loads or resumes the model.
func (f *Flags) model(devices []device.Context, data *Data, l *logger) (*model.FeedForward, error) {
	sgd := optimizer.SGD{LearningRate: f.LR, Momentum: 0.9, WD: 1e-5}
	if f.LRFactor < 1 {
		perEpoch := float64(f.NumExamples) / float64(f.BatchSize)
		sgd.LRScheduler = optimizer.FactorScheduler{Step: max(int(float64(int(perEpoch))*f.LRFactorEpoch), 1), Factor: f.LRFactor}
	}
	options := []model.Option{
		model.On(devices...), model.KVStore(f.KVStore), model.Epochs(f.NumEpochs), model.Optimizer(sgd), model.Seed(f.Seed), model.Log(l.printf),
		model.Initializer(initializer.Xavier{FactorType: "in", Magnitude: 2.34}),
	}
	switch {
	case f.Resume:
		return model.LoadInterrupted(f.ModelPrefix, options...)
	case f.LoadEpoch != nil:
		return model.Load(f.ModelPrefix, *f.LoadEpoch, options...)
	}
	net, err := f.network(data)
	if err != nil {
		return nil, err
	}
	return model.NewFeedForward(net, options...), nil
}

func (f *Flags) network(data *Data) (*symbol.Symbol, error) { return zoo.Open(f.Network, data.Classes) }

// String lists the flags as the log's first line shows them.
func (f *Flags) String() string {
	load := "None"
	if f.LoadEpoch != nil {
		load = fmt.Sprint(*f.LoadEpoch)
	}
	return fmt.Sprintf("batch_size=%d, data_dir=%q, gpus=%q, kv_store=%q, load_epoch=%s, lr=%g, lr_factor=%g, lr_factor_epoch=%g, model_prefix=%q, network=%q, num_epochs=%d, num_examples=%d, seed=%d",
		f.BatchSize, f.DataDir, f.GPUs, f.KVStore, load, f.LR, f.LRFactor, f.LRFactorEpoch, f.ModelPrefix, f.Network, f.NumEpochs, f.NumExamples, f.Seed)
}
