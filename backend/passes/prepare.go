package passes

import "github.com/gomx-org/gomx/backend"

// Prepare moves the calls of Infer that depend on nothing but parameters and constants (packed weights, folded BatchNorm)
// to the Prepare entry, which runs again only when a parameter changed. A parameter that Infer itself writes changes at
// every run and keeps its calls. Views stay: they cost nothing, and what moves gets copies of those it needs.
func Prepare(p *backend.Program) *backend.Program {
	if p.Entry(backend.Infer) == nil {
		return p
	}
	p = p.Clone()
	infer := p.Entry(backend.Infer)
	h := &hoister{p: p, fixed: make([]bool, len(p.Values)), made: make(map[backend.ValueID]*backend.Call), moved: make(map[backend.ValueID]backend.ValueID)}
	h.findFixed(infer)
	kept := make([]backend.Call, 0, len(infer.Calls))
	for i := range infer.Calls {
		c := infer.Calls[i]
		if h.moves(&c) {
			h.move(c)
		} else {
			kept = append(kept, c)
		}
	}
	infer.Calls = kept
	if len(h.calls) == 0 {
		return p
	}
	if e := p.Entry(backend.Prepare); e != nil {
		e.Calls = append(e.Calls, h.calls...)
	} else {
		p.Entries = append([]backend.Entry{{Kind: backend.Prepare, Calls: h.calls}}, p.Entries...)
	}
	return p
}

type hoister struct {
	p     *backend.Program
	fixed []bool                              // values that depend on parameters and constants alone
	made  map[backend.ValueID]*backend.Call   // views of Infer
	moved map[backend.ValueID]backend.ValueID // their copies in Prepare
	calls []backend.Call                      // for Prepare
}

func (h *hoister) findFixed(infer *backend.Entry) {
	written := make([]bool, len(h.p.Args))
	for i := range infer.Calls {
		if w, ok := infer.Calls[i].Attrs.(*backend.WriteAttrs); ok {
			written[w.Arg] = true
		}
	}
	for i := range h.p.Values {
		switch v := &h.p.Values[i]; v.Kind {
		case backend.ConstValue:
			h.fixed[i] = true
		case backend.ArgValue:
			h.fixed[i] = h.p.Args[v.Arg].Param && !written[v.Arg]
		}
	}
	if e := h.p.Entry(backend.Prepare); e != nil {
		for i := range e.Calls {
			for _, id := range e.Calls[i].Out {
				h.fixed[id] = true
			}
		}
	}
	for i := range infer.Calls {
		c := &infer.Calls[i]
		fixed := !c.Kind.HasEffects() && len(c.In) > 0
		for _, id := range c.In {
			fixed = fixed && h.fixed[id]
		}
		for _, id := range c.Out {
			h.fixed[id] = fixed
			h.made[id] = c
		}
	}
}

func isViewKind(k backend.Kind) bool { return k == backend.Reshape || k == backend.Slice }

func (h *hoister) moves(c *backend.Call) bool {
	return len(c.Out) > 0 && h.fixed[c.Out[0]] && !isViewKind(c.Kind)
}

// move adds the call to Prepare, after copies of the views it reads.
func (h *hoister) move(c backend.Call) {
	for _, id := range c.In {
		h.needs(id)
	}
	replace(&c, h.moved)
	h.calls = append(h.calls, c)
}

func (h *hoister) needs(id backend.ValueID) {
	view, ok := h.made[id]
	if _, done := h.moved[id]; !ok || done || !isViewKind(view.Kind) {
		return
	}
	h.needs(view.In[0])
	c := *view
	c.In = []backend.ValueID{view.In[0]}
	replace(&c, h.moved)
	v := *h.p.Value(id)
	c.Out = []backend.ValueID{h.p.NewValue(v)}
	h.moved[id] = c.Out[0]
	h.calls = append(h.calls, c)
}
