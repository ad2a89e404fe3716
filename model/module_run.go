package model

import (
	"errors"
	"fmt"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// run is what a Module's forward and backward passes have left, and how devices make them.
type run struct {
	outputs    bool // Forward ran
	forward    bool // for training, so that Backward may follow
	grads      bool // Backward ran
	inputGrads bool // with gradients of the inputs

	train                     bool
	heads                     [][]*ndarray.NDArray // head gradients of each device; nil without
	forwardPart, backwardPart func(i int) error
}

// newTrainer makes what trains with the base group.
func (mod *Module) newTrainer(g *group) *trainer {
	t := &trainer{group: g}
	mod.run = run{
		forwardPart: func(i int) error { return t.parts[i].exe.Forward(mod.run.train) },
		backwardPart: func(i int) error {
			if mod.run.heads == nil {
				return t.parts[i].exe.Backward()
			}
			return t.parts[i].exe.Backward(mod.run.heads[i]...)
		},
	}
	t.stepPart = func(i int) error {
		if err := t.parts[i].exe.Forward(true); err != nil {
			return err
		}
		return t.parts[i].exe.Backward()
	}
	return t
}

// Forward computes the outputs of a batch; with train, Dropout and BatchNorm act as in training and Backward may follow. A
// batch of other shapes than those bound makes the Module Reshape. Labels may be missing without train.
func (mod *Module) Forward(b *mxio.DataBatch, train bool) error {
	err := mod.need("Forward", true, false)
	switch {
	case err != nil:
		return err
	case train && !mod.training:
		return mod.needTraining("Forward", false)
	case train && len(mod.base.in.provideLabel) > 0 && len(b.Label) == 0:
		return errors.New("model: Module.Forward: the batch has no labels, which training wants")
	}
	if err := mod.fit(b); err != nil {
		return err
	}
	r := &mod.run
	r.outputs, r.forward, r.inputGrads = false, false, false
	if err := mod.t.loadBatch(b, train || mod.takesLabels(b)); err != nil {
		return fmt.Errorf("model: Module.Forward: %w", err)
	}
	r.train = train
	if err := mod.t.team.each(r.forwardPart); err != nil {
		return fmt.Errorf("model: Module.Forward: %w", err)
	}
	r.outputs, r.forward = true, train
	return nil
}

// Backward computes the gradients, after Forward for training. heads gives the gradient of each output for the whole batch,
// nil for loss layers, which need none; without any, every output must be one.
func (mod *Module) Backward(heads ...*ndarray.NDArray) error {
	if err := mod.needTraining("Backward", false); err != nil {
		return err
	}
	r := &mod.run
	if !r.forward {
		return errors.New("model: Module.Backward: nothing to go back through: call Forward for training first")
	}
	r.heads = nil
	if len(heads) > 0 {
		var err error
		if r.heads, err = mod.headsOf(heads); err != nil {
			return err
		}
	}
	if err := mod.t.team.each(r.backwardPart); err != nil {
		return fmt.Errorf("model: Module.Backward: %w", err)
	}
	r.grads, r.inputGrads = true, true
	return nil
}

// headsOf shares head gradients out over the devices.
func (mod *Module) headsOf(heads []*ndarray.NDArray) ([][]*ndarray.NDArray, error) {
	outs := mod.t.outs.arrays
	if len(heads) != len(outs) {
		return nil, fmt.Errorf("model: Module.Backward: %d head gradients for %d outputs", len(heads), len(outs))
	}
	shares := make([][]*ndarray.NDArray, len(mod.t.parts))
	for k, h := range heads {
		if h != nil && !h.Shape().Equal(outs[k].Shape()) {
			return nil, fmt.Errorf("model: Module.Backward: the gradient of %s is %v, want %v", mod.OutputNames()[k], h.Shape(), outs[k].Shape())
		}
		row := 0
		for i, p := range mod.t.parts {
			share := h
			if h != nil && !p.whole {
				n := p.exe.Outputs()[k].Shape()[0]
				share = h.Slice(row, row+n)
				row += n
			}
			shares[i] = append(shares[i], share)
		}
	}
	return shares, nil
}

// ForwardBackward is Forward for training, and Backward.
func (mod *Module) ForwardBackward(b *mxio.DataBatch) error {
	if err := mod.Forward(b, true); err != nil {
		return err
	}
	return mod.Backward()
}

// Update changes the parameters by their gradients, those of all devices together.
func (mod *Module) Update() error {
	if err := mod.needTraining("Update", true); err != nil {
		return err
	}
	if !mod.run.grads {
		return errors.New("model: Module.Update: there are no gradients yet: call ForwardBackward first")
	}
	if err := mod.t.update.after(mod.t.steps() - 1); err != nil {
		return fmt.Errorf("model: Module.Update: %w", err)
	}
	return nil
}

// ZeroGrads sets the gradients of parameters and inputs to zero, where they are added up: see GradRequest.
func (mod *Module) ZeroGrads() error {
	if err := mod.need("ZeroGrads", false, false); err != nil {
		return err
	}
	return ndarray.Try(func() {
		for _, e := range mod.Executors() {
			for name, req := range mod.base.grad {
				if req != symbol.GradNull {
					e.Grad(name).Fill(0)
				}
			}
		}
	})
}

// GetOutputs gives the outputs of the latest Forward, those of all devices joined, on the host. The next Forward overwrites
// them.
func (mod *Module) GetOutputs() ([]*ndarray.NDArray, error) {
	if err := mod.need("GetOutputs", true, false); err != nil {
		return nil, err
	}
	if !mod.run.outputs {
		return nil, errors.New("model: Module.GetOutputs: there are none yet: call Forward first")
	}
	if err := mod.t.collect(); err != nil {
		return nil, fmt.Errorf("model: Module.GetOutputs: %w", err)
	}
	return mod.t.outs.arrays, nil
}

// GetInputGrads gives the gradients of the inputs, in the order of DataShapes, those of all devices joined, on the host. The
// next Backward overwrites them.
func (mod *Module) GetInputGrads() ([]*ndarray.NDArray, error) {
	if err := mod.needTraining("GetInputGrads", false); err != nil {
		return nil, err
	}
	switch {
	case mod.t.dins == nil:
		return nil, errors.New("model: Module.GetInputGrads: there are none: Bind with InputsNeedGrad")
	case !mod.run.inputGrads:
		return nil, errors.New("model: Module.GetInputGrads: there are none yet: call Backward first")
	}
	if i, err := mod.t.dins.collect(); err != nil {
		return nil, fmt.Errorf("model: Module.GetInputGrads: %w", mod.t.team.named(i, err))
	}
	return mod.t.dins.arrays, nil
}

// UpdateMetric counts the outputs of the latest Forward in a metric.
func (mod *Module) UpdateMetric(m metric.EvalMetric, labels []*ndarray.NDArray) error {
	outs, err := mod.GetOutputs()
	if err != nil {
		return err
	}
	return m.Update(labels, outs)
}

// runBatch is Forward without training, and its outputs.
func (mod *Module) runBatch(b *mxio.DataBatch) ([]*ndarray.NDArray, error) {
	if err := mod.Forward(b, false); err != nil {
		return nil, err
	}
	return mod.GetOutputs()
}
