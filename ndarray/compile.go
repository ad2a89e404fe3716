package ndarray

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// calc is where a lowering says its kernel calls: a Builder, and what an eager call has besides.
type calc struct {
	*backend.Builder
	call  *call
	roles map[string]role // by argument
}

func inName(i int) string  { return fmt.Sprint("in:", i) }
func outName(i int) string { return fmt.Sprint("out:", i) }

// number is a run-time number as a Value of type t; def is its value in calls that give none.
func (c *calc) number(name string, t DType, def float64) backend.Value {
	arg := "number:" + name
	c.roles[arg] = role{kind: roleNumber, name: name, dtype: t, def: def}
	return c.Arg(arg, backend.In, Shape{}, t)
}

// compile makes a plan for calls like this one.
func (c *call) compile(l lowering) (*plan, error) {
	outs, err := l.infer(c.in)
	if err != nil {
		return nil, wrap(c.op, err)
	}
	if c.inPlace && (!outs[0].shape.Equal(c.in[0].shape) || outs[0].dtype != c.in[0].dtype) {
		return nil, errorf(c.op, "the result is %v %v, which does not fit into %v %v", outs[0].dtype, outs[0].shape, c.in[0].dtype, c.in[0].shape)
	}
	b := &calc{Builder: backend.NewBuilder(&backend.Program{}), call: c, roles: map[string]role{"rng": {kind: roleRNG}}}
	b.Node(c.op)
	in := make([]backend.Value, len(c.in))
	for i, a := range c.in {
		b.roles[inName(i)] = role{kind: roleIn, at: i}
		in[i] = b.Arg(inName(i), backend.In, a.shape.Clone(), a.dtype)
	}
	results := l.lower(b, in)
	if err := b.Err(); err != nil {
		return nil, wrap(c.op, err)
	}
	for i, o := range outs {
		if c.inPlace {
			b.Write(inName(i), results[i])
			continue
		}
		b.roles[outName(i)] = role{kind: roleOut, at: i}
		b.Arg(outName(i), backend.Out, o.shape, o.dtype)
		b.Write(outName(i), results[i])
	}
	if err := b.Finish(backend.Infer); err != nil {
		return nil, wrap(c.op, err)
	}
	return b.plan(outs)
}

// plan compiles the finished Program.
func (b *calc) plan(outs []outInfo) (*plan, error) {
	c := b.call
	exe, err := c.home.dev.Compile(b.P, backend.Options{})
	if err != nil {
		return nil, wrap(c.op, err)
	}
	p := &plan{exe: exe, outs: outs, regions: make([]backend.Region, len(b.P.Args)), roles: make([]role, len(b.P.Args))}
	if err := p.assign(b); err != nil {
		exe.Close()
		return nil, wrap(c.op, err)
	}
	return p, nil
}

// assign says where each argument's memory comes from, and makes that of the run-time numbers.
func (p *plan) assign(b *calc) error {
	extra := 0
	for i := range b.P.Args {
		r, ok := b.roles[b.P.Args[i].Name]
		if !ok {
			return fmt.Errorf("BUG: argument %q has no memory", b.P.Args[i].Name)
		}
		if r.kind == roleNumber || r.kind == roleRNG {
			r.at = extra
			extra += extraSlot
		}
		p.roles[i] = r
	}
	if extra == 0 {
		return nil
	}
	var err error
	if p.extra, err = b.call.home.pool.get(extra); err != nil {
		return err
	}
	for i := range p.roles {
		if r := &p.roles[i]; r.kind == roleNumber || r.kind == roleRNG {
			a := &b.P.Args[i]
			p.regions[i] = backend.Region{Buffer: p.extra.buf, Offset: r.at, Length: a.Shape.Size() * a.DType.Size()}
		}
	}
	return nil
}
