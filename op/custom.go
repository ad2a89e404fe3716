package op

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// CustomParam says which operator of one's own is meant, and hands it whatever else is given.
type CustomParam struct {
	OpType string            `gomx:"op_type,req" doc:"the name it is registered by, see op.RegisterCustom"`
	Kwargs map[string]string `gomx:"*"`

	use *customUse
}

// customUse is what a CustomProp answered, once.
type customUse struct {
	prop                     CustomProp
	args, outs, aux, labels  []string
	loss                     bool
	outGrad, inData, outData []bool // what Backward reads
}

func init() {
	Register(Op[CustomParam]{
		Name:    "Custom",
		Doc:     "an operator of one's own, registered by op.RegisterCustom; further parameters are the operator's",
		Args:    func(p *CustomParam) []string { return p.answers().args },
		Aux:     func(p *CustomParam) []string { return p.answers().aux },
		Outputs: func(p *CustomParam) []string { return p.answers().outs },
		Labels:  func(p *CustomParam) []string { return p.answers().labels },
		Loss:    func(p *CustomParam) bool { return p.answers().loss },
		Check:   (*CustomParam).ask,
		Shape:   customShape,
		Type:    customType,
		Forward: func(p *CustomParam, c *Ctx, in []Value) []Value {
			r := p.operator(c)
			if r == nil {
				return nil
			}
			outs, err := p.outputInfos(in)
			if err != nil {
				c.Failf("%w", err)
				return nil
			}
			vals := r.forward(c, in, p.states(c), outs)
			p.setStates(c, vals[len(outs):])
			return vals[:len(outs)]
		},
		Backward: func(p *CustomParam, c *Ctx, dout []Value) []Value {
			r := p.operator(c)
			if r == nil {
				return nil
			}
			vals := r.backward(c, dout, p.states(c))
			p.setStates(c, vals[len(c.in):])
			return vals[:len(c.in)]
		},
	})
}

// answers are those of the operator; before ask, those of CustomDefaults.
func (p *CustomParam) answers() *customUse {
	if p.use == nil {
		return &customUse{args: CustomDefaults{}.ListArguments(), outs: CustomDefaults{}.ListOutputs()}
	}
	return p.use
}

// ask finds the operator and asks what does not depend on shapes.
func (p *CustomParam) ask() error {
	if p.use != nil {
		return nil
	}
	prop, err := newCustomProp(p.OpType, p.Kwargs)
	if err != nil {
		return err
	}
	u := &customUse{prop: prop}
	err = guarded(func() error {
		u.args, u.outs, u.aux, u.labels = prop.ListArguments(), prop.ListOutputs(), prop.ListAuxiliaryStates(), prop.ListLabels()
		u.loss = !prop.NeedTopGrad()
		return u.askDependencies()
	})
	if err == nil {
		err = u.check()
	}
	if err != nil {
		return fmt.Errorf("op_type %q: %w", p.OpType, err)
	}
	p.use = u
	return nil
}

// askDependencies finds what Backward reads.
func (u *customUse) askDependencies() error {
	ids := make([]int, 2*len(u.outs)+len(u.args))
	for i := range ids {
		ids[i] = i
	}
	outGrad, in, out := ids[:len(u.outs)], ids[len(u.outs):len(ids)-len(u.outs)], ids[len(ids)-len(u.outs):]
	read := make([]bool, len(ids))
	for _, id := range u.prop.DeclareBackwardDependency(slices.Clone(outGrad), slices.Clone(in), slices.Clone(out)) {
		if id < 0 || id >= len(ids) {
			return fmt.Errorf("DeclareBackwardDependency returned %d, want numbers it was given", id)
		}
		read[id] = !u.loss || id >= len(u.outs)
	}
	u.outGrad, u.inData, u.outData = read[:len(outGrad)], read[len(outGrad):len(outGrad)+len(in)], read[len(outGrad)+len(in):]
	return nil
}

// check refuses lists of names that cannot be told apart.
func (u *customUse) check() error {
	if len(u.outs) == 0 {
		return fmt.Errorf("ListOutputs is empty")
	}
	for _, list := range [][]string{append(slices.Clone(u.args), u.aux...), u.outs} {
		for i, name := range list {
			if name == "" || slices.Contains(list[:i], name) {
				return fmt.Errorf("the name %q stands twice, or is empty, among %s", name, strings.Join(list, ", "))
			}
		}
	}
	for _, name := range u.labels {
		if !slices.Contains(u.args, name) {
			return fmt.Errorf("the label %q is no argument; there are %s", name, strings.Join(u.args, ", "))
		}
	}
	return nil
}

func customShape(p *CustomParam, s *Shapes) {
	u := p.answers()
	in, open := make([]Shape, len(u.args)), len(u.args)
	for i := range in {
		if sh := s.At(i); sh.Known() {
			in[i] = sh.Clone()
			open--
		}
	}
	if open == len(in) && open > 0 {
		return
	}
	var args, outs, aux []Shape
	err := guarded(func() (err error) {
		args, outs, aux, err = u.prop.InferShape(slices.Clone(in))
		return err
	})
	if outs == nil && len(in) > 0 {
		outs = slices.Repeat(in[:1], len(u.outs))
	}
	if err == nil && (args != nil && len(args) != len(u.args) || len(outs) != len(u.outs) || len(aux) != len(u.aux)) {
		err = fmt.Errorf("it gives %d, %d and %d shapes, want %d arguments, %d outputs and %d states", len(args), len(outs), len(aux), len(u.args), len(u.outs), len(u.aux))
	}
	if err != nil {
		if open == 0 || in[0] != nil {
			s.Failf("InferShape of %q: %w", p.OpType, err)
		}
		return
	}
	for i, sh := range args {
		s.WantAt(i, sh, "InferShape of %q says so", p.OpType)
	}
	for i, sh := range outs {
		s.SetOut(i, sh)
	}
	for i, sh := range aux {
		s.WantAux(u.aux[i], sh, "InferShape of %q says so", p.OpType)
	}
}

func customType(p *CustomParam, t *Types) {
	u := p.answers()
	first := slices.IndexFunc(t.In, func(d *DType) bool { return d != nil })
	if first < 0 && len(t.In) > 0 {
		return
	}
	in := make([]DType, len(t.In))
	for i := range in {
		in[i] = *t.In[first]
		if t.In[i] != nil {
			in[i] = *t.In[i]
		}
	}
	var args, outs, aux []DType
	err := guarded(func() (err error) {
		args, outs, aux, err = u.prop.InferType(slices.Clone(in))
		return err
	})
	if len(in) > 0 {
		if args == nil {
			args = in
		}
		if outs == nil {
			outs = slices.Repeat(in[first:first+1], len(u.outs))
		}
		if aux == nil {
			aux = slices.Repeat(in[first:first+1], len(u.aux))
		}
	}
	if err == nil && (len(args) != len(u.args) || len(outs) != len(u.outs) || len(aux) != len(u.aux)) {
		err = fmt.Errorf("it gives %d, %d and %d types, want %d arguments, %d outputs and %d states", len(args), len(outs), len(aux), len(u.args), len(u.outs), len(u.aux))
	}
	if err != nil {
		t.Failf("InferType of %q: %w", p.OpType, err)
		return
	}
	for i, d := range args {
		t.WantIn(i, d)
	}
	for i, d := range outs {
		t.WantOut(i, d)
	}
	for i, d := range aux {
		t.WantAux(i, d)
	}
}

// outputInfos asks for the shapes and types of the outputs by those of the inputs, now that all are known.
func (p *CustomParam) outputInfos(in []Value) ([]backend.ValueInfo, error) {
	u := p.answers()
	shapes, types := make([]Shape, len(in)), make([]*DType, len(in))
	for i, v := range in {
		t := v.DType()
		shapes[i], types[i] = v.Shape().Clone(), &t
	}
	s := NewShapes(u.args, u.aux, shapes, make([]Shape, len(u.aux)), make([]Shape, len(u.outs)))
	customShape(p, s)
	t := NewTypes(u.args, types, make([]*DType, len(u.aux)), make([]*DType, len(u.outs)))
	customType(p, t)
	if err := cmp.Or(s.Err(), t.Err()); err != nil {
		return nil, err
	}
	infos := make([]backend.ValueInfo, len(u.outs))
	for i := range infos {
		infos[i] = backend.ValueInfo{Shape: s.out[i], DType: *t.Out[i]}
	}
	return infos, nil
}

func (p *CustomParam) states(c *Ctx) []Value {
	vals := make([]Value, len(p.answers().aux))
	for i := range vals {
		vals[i] = c.Aux(i)
	}
	return vals
}

func (p *CustomParam) setStates(c *Ctx, vals []Value) {
	for i, v := range vals {
		c.SetAux(i, v)
	}
}
