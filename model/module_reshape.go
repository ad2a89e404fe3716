package model

import (
	"slices"

	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/ndarray"
)

// keptShapes is how many other shapes of batches stay bound beside those of Bind.
const keptShapes = 4

// Reshape goes on with batches of other shapes, with the same parameters, gradients and optimizer. Shapes used lately are
// bound still. Forward does so by itself for the batch it gets.
func (mod *Module) Reshape(data, label []mxio.DataDesc) error {
	if err := mod.need("Reshape", false, false); err != nil {
		return err
	}
	in, err := mod.inputsOf(data, label)
	if err != nil {
		return err
	}
	for _, g := range append(mod.others, mod.base) {
		if sameDescs(g.in.provideData, data) && sameDescs(g.in.provideLabel, label) {
			mod.use(g)
			return nil
		}
	}
	g, err := mod.m.newGroup(in, mod.base.grad)
	if err != nil {
		return err
	}
	if err := mod.bindGroup(g, mod.base.sharedWith(g)); err != nil {
		return err
	}
	mod.use(g)
	mod.others = append(mod.others, g)
	if len(mod.others) > keptShapes {
		for _, mon := range mod.monitors {
			mon.remove(mod.others[0])
		}
		mod.others[0].close()
		mod.others = slices.Delete(mod.others, 0, 1)
	}
	return nil
}

// use goes on with a group. It has all but the outputs, and the number of training steps, in common with the others.
func (mod *Module) use(g *group) {
	if mod.t.group == g {
		return
	}
	g.setSteps(mod.t.steps())
	mod.t.group = g
	mod.run.outputs, mod.run.inputGrads = false, false
}

func sameDescs(a, b []mxio.DataDesc) bool {
	return slices.EqualFunc(a, b, func(a, b mxio.DataDesc) bool { return a.Name == b.Name && a.Shape.Equal(b.Shape) })
}

// fit makes the Module fit a batch. It allocates nothing where it does already.
func (mod *Module) fit(b *mxio.DataBatch) error {
	in := mod.t.in
	if fits(in.provideData, b.Data) && (!mod.takesLabels(b) || fits(in.provideLabel, b.Label)) {
		return nil
	}
	var label []mxio.DataDesc
	if mod.takesLabels(b) {
		label = reshaped(mod.base.in.provideLabel, b.Label)
	}
	return mod.Reshape(reshaped(in.provideData, b.Data), label)
}

// takesLabels tells whether a batch has labels and the module was bound with some.
func (mod *Module) takesLabels(b *mxio.DataBatch) bool {
	return len(b.Label) > 0 && len(mod.base.in.provideLabel) > 0
}

func fits(descs []mxio.DataDesc, arrays []*ndarray.NDArray) bool {
	if len(descs) != len(arrays) {
		return false
	}
	for i, a := range arrays {
		if !a.Shape().Equal(descs[i].Shape) {
			return false
		}
	}
	return true
}

// reshaped describes arrays under the names that descriptions have.
func reshaped(descs []mxio.DataDesc, arrays []*ndarray.NDArray) []mxio.DataDesc {
	list := slices.Clone(descs[:min(len(descs), len(arrays))])
	for i := range list {
		list[i].Shape = arrays[i].Shape()
	}
	return list
}
