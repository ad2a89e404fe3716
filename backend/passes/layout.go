package passes

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// Layout moves calls into the layouts that the device prefers for them, and lets what lies between follow, so that values
// are converted as seldom as possible: one Relayout a value and layout. Arguments, and what a call without a wish reads and
// makes, stay in C order; weights take the form that WeightLayout names.
func Layout(p *backend.Program, dev backend.Supporter) *backend.Program {
	l := &layouter{p: p.Clone(), dev: dev, had: make(map[conversion]backend.ValueID)}
	for e := range l.p.Entries {
		l.entry(&l.p.Entries[e])
	}
	return l.p
}

type conversion struct {
	id backend.ValueID
	to backend.Layout
}

type layouter struct {
	p     *backend.Program
	dev   backend.Supporter
	calls []backend.Call                 // of the entry, so far
	had   map[conversion]backend.ValueID // conversions at hand
}

func (l *layouter) entry(e *backend.Entry) {
	for c, id := range l.had {
		// Backward may use what Forward converted, except of an argument, which may have changed since.
		if e.Kind != backend.Backward || l.p.Value(c.id).Kind != backend.TempValue || l.p.Value(id).Kind != backend.TempValue {
			delete(l.had, c)
		}
	}
	l.calls = nil
	for i := range e.Calls {
		c := e.Calls[i]
		if to := l.wanted(&c); to == backend.Plain || !l.move(&c, to) {
			l.convert(&c, l.plain(e.Kind, &c))
		}
	}
	e.Calls = l.calls
}

// plain are the layouts of the inputs of a call that stays in C order: all Plain but, in Infer, a parameter that a product
// multiplies with, which Prepare packs once.
func (l *layouter) plain(entry backend.EntryKind, c *backend.Call) []backend.Layout {
	in := make([]backend.Layout, len(c.In))
	if c.Kind != backend.MatMul || entry != backend.Infer {
		return in
	}
	if v := l.p.Value(c.In[1]); v.Kind == backend.ArgValue && l.p.Args[v.Arg].Param {
		in[1] = l.dev.WeightLayout(l.p, c, backend.Plain)
		if in[1] != backend.Plain && !l.supports(c, in) {
			in[1] = backend.Plain
		}
	}
	return in
}

// wanted is the layout to try for a call: that which the device prefers for it, or that which most of its data has already.
func (l *layouter) wanted(c *backend.Call) backend.Layout {
	if to := l.dev.Prefers(l.p, c); to != backend.Plain {
		return to
	}
	switch c.Kind {
	case backend.Map, backend.Pool, backend.PoolGrad, backend.Reduce, backend.Stats, backend.Concat, backend.Slice, backend.Pad:
		return l.common(c)
	}
	return backend.Plain
}

// common is the layout of the inputs that have the shape of the data, by number of elements; C order loses a tie, since more
// often than not a call in the other layout follows.
func (l *layouter) common(c *backend.Call) backend.Layout {
	plain, blocked, to := 0, 0, backend.Plain
	for _, id := range c.In {
		v := l.p.Value(id)
		switch {
		case v.Kind == backend.ConstValue || !l.isData(c, id):
		case v.Layout == backend.Plain:
			plain += v.Shape.Size()
		case to == backend.Plain || to == v.Layout:
			to = v.Layout
			blocked += v.Shape.Size()
		default:
			return backend.Plain // two layouts that are not C order
		}
	}
	if plain > blocked {
		return backend.Plain
	}
	return to
}

// isData reports whether an input lies in the layout of its call: all but what a Map broadcasts along the images.
func (l *layouter) isData(c *backend.Call, id backend.ValueID) bool {
	if c.Kind != backend.Map {
		return true
	}
	in, out := l.p.Value(id).Shape, l.p.Value(c.Out[0]).Shape
	return len(in) == len(out) && len(in) > 0 && in[0] == out[0]
}

// move puts the call into layout to, with conversions before it, if the device has a kernel for that.
func (l *layouter) move(c *backend.Call, to backend.Layout) bool {
	in := make([]backend.Layout, len(c.In))
	for i, id := range c.In {
		if l.isData(c, id) {
			in[i] = to
		}
	}
	switch c.Kind {
	case backend.Conv, backend.ConvGradData:
		in[1] = l.dev.WeightLayout(l.p, c, to)
	}
	outs := slices.Clone(c.Out)
	for _, id := range outs {
		if l.makesData(c) {
			l.p.Value(id).Layout = to
		}
	}
	if l.supports(c, in) {
		l.convert(c, in)
		return true
	}
	for _, id := range outs {
		l.p.Value(id).Layout = backend.Plain
	}
	return false
}

// makesData reports whether the results of a call lie in its layout; gradients of filters, sums and statistics do not.
func (l *layouter) makesData(c *backend.Call) bool {
	switch c.Kind {
	case backend.ConvGradFilter, backend.Reduce, backend.Stats:
		return false
	}
	return true
}

// supports asks the device about the call with inputs in the given layouts, which need not exist yet.
func (l *layouter) supports(c *backend.Call, in []backend.Layout) bool {
	mark := len(l.p.Values)
	try := *c
	try.In = slices.Clone(c.In)
	for i, id := range c.In {
		v := *l.p.Value(id)
		if v.Layout != in[i] {
			v.Kind, v.Const, v.Layout = backend.TempValue, nil, in[i]
			try.In[i] = l.p.NewValue(v)
		}
	}
	ok := l.dev.Supports(l.p, &try)
	l.p.Values = l.p.Values[:mark]
	return ok
}

// convert adds the call after the Relayouts that bring its inputs into the layouts in.
func (l *layouter) convert(c *backend.Call, in []backend.Layout) {
	for i, id := range c.In {
		to := l.as(id, in[i], c.Node)
		if to != id {
			for k := range c.Body {
				replace(&c.Body[k], map[backend.ValueID]backend.ValueID{id: to})
			}
		}
		c.In[i] = to
	}
	l.calls = append(l.calls, *c)
}

// as gives id in layout to.
func (l *layouter) as(id backend.ValueID, to backend.Layout, node string) backend.ValueID {
	v := *l.p.Value(id)
	if v.Layout == to {
		return id
	}
	key := conversion{id, to}
	if have, ok := l.had[key]; ok {
		return have
	}
	if v.Layout != backend.Plain && to != backend.Plain { // conversions know C order on one side
		id = l.as(id, backend.Plain, node)
	}
	out := l.p.NewValue(backend.ValueInfo{Shape: v.Shape, DType: v.DType, Layout: to})
	l.calls = append(l.calls, backend.Call{Kind: backend.Relayout, In: []backend.ValueID{id}, Out: []backend.ValueID{out}, Node: node})
	l.had[key] = out
	l.had[conversion{out, l.p.Value(id).Layout}] = id
	return out
}
