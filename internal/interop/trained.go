package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/initializer"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/io/npy"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
)

// trainedNetwork is what models are trained with: it has BatchNorm, whose states must travel too.
const trainedNetwork = "resnet-cifar-20"

// training is a small set of examples, with which models are trained on one side and predict on both.
type training struct {
	w    *worker
	dir  string
	data string // the file of x and y
	x, y *ndarray.NDArray
}

// exchangeTrained trains a model on one side and has the other load it and predict.
func exchangeTrained(ctx context.Context, out io.Writer, w *worker, dir string, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 2))
	t := training{w: w, dir: dir, data: filepath.Join(dir, "examples.npz"),
		x: random(backend.Shape{8, 3, 28, 28}, uniform(r, -1, 1)),
		y: random(backend.Shape{8}, func() float64 { return float64(r.IntN(10)) })}
	if err := npy.SaveNPZ(t.data, map[string]*ndarray.NDArray{"data": t.x, "label": t.y}); err != nil {
		return err
	}
	for _, how := range []string{"FeedForward", "Module"} {
		for _, d := range []struct {
			text string
			run  func(ctx context.Context, how, prefix string) (got, want *ndarray.NDArray, err error)
		}{{"MXNet trains, gomx predicts", t.mxnetTrains}, {"gomx trains, MXNet predicts", t.gomxTrains}} {
			got, want, err := d.run(ctx, how, filepath.Join(dir, how))
			if err != nil {
				return fmt.Errorf("%s, %s: %w", how, d.text, err)
			}
			x, err := difference(got, want)
			if err != nil {
				return fmt.Errorf("%s, %s: the prediction %w", how, d.text, err)
			}
			if x > tolerance {
				return fmt.Errorf("%s, %s: predictions differ by %.2g of the largest value, want at most %g", how, d.text, x, tolerance)
			}
			if _, err := fmt.Fprintf(out, "%-20s %s: softmax %.1e\n", how, d.text, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// mxnetTrains has one of MXNet's two kinds of model train; got is what gomx predicts with it.
func (t *training) mxnetTrains(ctx context.Context, how, prefix string) (got, want *ndarray.NDArray, err error) {
	net := model.SymbolFile(filepath.Join(t.dir, "trained"))
	s, err := zoo.Open(trainedNetwork, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Save(net); err != nil {
		return nil, nil, err
	}
	if err := t.w.ask("train", request{"json": net, "data": t.data, "prefix": prefix, "how": how}, nil); err != nil {
		return nil, nil, err
	}
	m, err := model.Load(prefix, 1, model.Log(quiet))
	if err != nil {
		return nil, nil, err
	}
	defer m.Close()
	return t.both(ctx, m, prefix+"-want.npz")
}

// gomxTrains has gomx train; MXNet loads the model as one of its two kinds.
func (t *training) gomxTrains(ctx context.Context, how, prefix string) (got, want *ndarray.NDArray, err error) {
	prefix += "-gomx"
	s, err := zoo.Open(trainedNetwork, 0)
	if err != nil {
		return nil, nil, err
	}
	it, err := t.iter()
	if err != nil {
		return nil, nil, err
	}
	m := model.NewFeedForward(s, model.Optimizer(optimizer.SGD{LearningRate: 0.05, Momentum: 0.9}), model.Initializer(initializer.Xavier{}), model.Log(quiet))
	defer m.Close()
	if err := m.Fit(ctx, it); err != nil {
		return nil, nil, err
	}
	if err := m.Save(prefix, 1); err != nil {
		return nil, nil, err
	}
	if err := t.w.ask("predict", request{"prefix": prefix, "data": t.data, "out": prefix + "-want.npz", "how": how}, nil); err != nil {
		return nil, nil, err
	}
	return t.both(ctx, m, prefix+"-want.npz")
}

// both gives what the model predicts and what MXNet wrote into a file.
func (t *training) both(ctx context.Context, m *model.FeedForward, file string) (got, want *ndarray.NDArray, err error) {
	it, err := t.iter()
	if err != nil {
		return nil, nil, err
	}
	outs, err := m.Predict(ctx, it)
	if err != nil {
		return nil, nil, err
	}
	saved, err := npy.LoadNPZ(file)
	if err != nil {
		return nil, nil, err
	}
	return outs[0], saved["out"], nil
}

func (t *training) iter() (mxio.DataIter, error) {
	return mxio.NewNDArrayIter(mxio.Floats(t.x.Data32(), t.x.Shape()...), mxio.Floats(t.y.Data32(), t.y.Shape()...), mxio.BatchSize(4))
}

func quiet(string, ...any) {}
