package model

import (
	"fmt"
	"slices"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/symbol"
)

// Module is a network trained by hand, step by step, or by Fit: MXNet's mx.mod.Module. It is taken into use in this order,
// and what comes too early is an error that says what is missing:
//
//	mod := model.NewModule(net, model.On(device.GPU(0)))
//	err := mod.Bind(train.ProvideData(), train.ProvideLabel())
//	err = mod.InitParams(model.Initializer(initializer.Xavier{}))
//	err = mod.InitOptimizer("local", optimizer.SGD{LearningRate: 0.1})
//	… for each batch
//	err = mod.ForwardBackward(batch)
//	err = mod.Update()
//	err = mod.UpdateMetric(metric, batch.Label)
//
// Options are those of a FeedForward. They may be given to NewModule, to hold throughout, or to the method at which they
// count. Methods must not be called at the same time.
type Module struct {
	m *FeedForward // the network, its parameters and the way it is trained

	t        *trainer   // nil until Bind; its update is nil until InitOptimizer
	base     *group     // what Bind bound
	others   []*group   // bound to other shapes of batches, the latest last
	lender   *Module    // whose arrays, and optimizer, these are; nil: the module's own
	training bool       // bound for it
	ready    bool       // parameters have values
	given    Params     // by NewModule's options, for InitParams
	pending  *States    // of a checkpoint, for InitOptimizer
	monitors []*Monitor // of all groups
	run      run
}

// NewModule makes a Module of a network. Mistakes in the network and its names are reported by Bind.
func NewModule(s *symbol.Symbol, options ...Option) *Module {
	m := NewFeedForward(s, options...)
	mod := &Module{m: m, given: m.Params}
	m.Params = Params{}
	mod.setNames()
	return mod
}

// setNames sets the names of inputs where options did not.
func (mod *Module) setNames() {
	m := mod.m
	if m.dataNames == nil {
		m.dataNames = []string{"data"}
	}
	if m.labelNames == nil {
		m.labelNames = m.Symbol.ListLabels()
		if slices.Contains(m.Symbol.ListArguments(), "softmax_label") {
			m.labelNames = []string{"softmax_label"}
		}
	}
}

// Symbol is the network.
func (mod *Module) Symbol() *symbol.Symbol { return mod.m.Symbol }

// DataNames are those of the inputs.
func (mod *Module) DataNames() []string { return mod.m.dataNames }

// LabelNames are those of the labels.
func (mod *Module) LabelNames() []string { return mod.m.labelNames }

// OutputNames are those of the outputs.
func (mod *Module) OutputNames() []string { return mod.m.Symbol.ListOutputs() }

// DataShapes describes the inputs as bound; nil before Bind.
func (mod *Module) DataShapes() []mxio.DataDesc {
	if mod.t == nil {
		return nil
	}
	return mod.t.in.provideData
}

// LabelShapes describes the labels as bound; nil before Bind, and for prediction without them.
func (mod *Module) LabelShapes() []mxio.DataDesc {
	if mod.t == nil {
		return nil
	}
	return mod.t.in.provideLabel
}

// OutputShapes describes the outputs of a whole batch; nil before Bind.
func (mod *Module) OutputShapes() []mxio.DataDesc {
	if mod.t == nil {
		return nil
	}
	var list []mxio.DataDesc
	for i, a := range mod.t.outs.arrays {
		list = append(list, mxio.DataDesc{Name: mod.OutputNames()[i], Shape: a.Shape(), DType: a.DType()})
	}
	return list
}

// Executors are the network on each device, nil before Bind: their arrays are a device's own, such as gradients. Reshape,
// and batches of another size, change them.
func (mod *Module) Executors() []*symbol.Executor {
	if mod.t == nil {
		return nil
	}
	list := make([]*symbol.Executor, len(mod.t.parts))
	for i, p := range mod.t.parts {
		list[i] = p.exe
	}
	return list
}

// need checks that what must come before a method has come.
func (mod *Module) need(method string, params, optimizer bool) error {
	switch {
	case mod.t == nil:
		return fmt.Errorf("model: Module.%s: not bound to shapes and devices yet: call Bind first", method)
	case params && !mod.ready:
		return fmt.Errorf("model: Module.%s: the parameters have no values yet: call InitParams first", method)
	case optimizer && mod.t.update == nil:
		return fmt.Errorf("model: Module.%s: there is no optimizer yet: call InitOptimizer first", method)
	}
	return nil
}

// needTraining is need for what only training has.
func (mod *Module) needTraining(method string, optimizer bool) error {
	if err := mod.need(method, true, false); err != nil {
		return err
	}
	if !mod.training {
		return fmt.Errorf("model: Module.%s: bound for inference: Bind without ForInference", method)
	}
	return mod.need(method, true, optimizer)
}

// checkNames refuses names of inputs that the network does not have.
func (mod *Module) checkNames() error {
	if err := mod.m.Symbol.Err(); err != nil {
		return err
	}
	args := mod.m.Symbol.ListArguments()
	for _, kind := range []struct {
		option string
		names  []string
	}{{"DataNames", mod.m.dataNames}, {"LabelNames", mod.m.labelNames}} {
		for _, n := range kind.names {
			if !slices.Contains(args, n) {
				return fmt.Errorf("model: %s: the network has no input %q; %s", kind.option, n, nearest(n, args))
			}
		}
	}
	return nil
}

// Close gives back what Bind and InitOptimizer got. What GetParams gave stays. A Module whose arrays another one uses is
// closed after that one.
func (mod *Module) Close() error {
	err := mod.release()
	mod.m.Close()
	return err
}

// release undoes Bind.
func (mod *Module) release() error {
	if mod.t == nil {
		return nil
	}
	for _, g := range append(mod.others, mod.base) {
		for _, mon := range mod.monitors {
			mon.remove(g)
		}
	}
	for _, g := range mod.others {
		g.close()
	}
	if mod.borrows() {
		mod.t.update = nil // it is the lender's to close
	}
	mod.t.group = mod.base
	err := mod.t.close()
	mod.t, mod.base, mod.others = nil, nil, nil
	return err
}

// borrows tells whether the optimizer is another module's.
func (mod *Module) borrows() bool {
	return mod.lender != nil && mod.lender.t != nil && mod.t.update == mod.lender.t.update
}
