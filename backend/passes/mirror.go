package passes

import "github.com/gomx-org/gomx/backend"

const (
	mirrorBytes = 4096 // from here on a value is worth computing again
	maxChain    = 4    // layers between kept values; more gained little on ResNets, and lost on chains of sums
)

// Mirror lets backward compute again, by calls marked for it, what it would otherwise keep from forward (Chen et al. 2016,
// "Training Deep Nets with Sublinear Memory Cost", with one rule for what to keep). It runs behind CSE, which would merge the
// two. A value runs again only where all it needs is kept anyway, or runs again itself through at most maxChain layers: a
// chain through all layers would have all of them in memory at once. The numbers are those of the first time, to the bit.
func Mirror(p *backend.Program) *backend.Program {
	p = p.Clone()
	for e := range p.Entries {
		switch p.Entries[e].Kind {
		case backend.Step:
			mirrorInto(p, e, e)
		case backend.Backward:
			for f := range e {
				if p.Entries[f].Kind == backend.Forward {
					mirrorInto(p, f, e)
				}
			}
		}
	}
	return p
}

// mirror is the work on one forward and its backward, which may be one entry.
type mirror struct {
	p       *backend.Program
	made    map[backend.ValueID]*backend.Call // by forward
	kept    map[backend.ValueID]bool          // read by backward
	heavy   map[backend.ValueID]bool          // read by calls of forward that are not cheap
	written map[int]bool                      // arguments that forward writes: they hold something else afterwards
	layers  map[backend.ValueID]int           // answers of reach
	again   map[backend.ValueID]bool          // what backward computes again
	copies  map[backend.ValueID]backend.ValueID
	late    []backend.Call
}

func mirrorInto(p *backend.Program, forward, backward int) {
	m := &mirror{p: p, made: map[backend.ValueID]*backend.Call{}, kept: map[backend.ValueID]bool{}, heavy: map[backend.ValueID]bool{},
		written: map[int]bool{}, again: map[backend.ValueID]bool{}, layers: map[backend.ValueID]int{}, copies: map[backend.ValueID]backend.ValueID{}}
	isLate := func(c *backend.Call) bool { return forward != backward || c.Part == backend.PartLate }
	first, second := p.Entries[forward].Calls, p.Entries[backward].Calls
	cheap := false
	for i := range first {
		c := &first[i]
		if forward == backward && c.Part == backend.PartLate {
			continue
		}
		m.note(c)
		cheap = cheap || mayRunAgain(c)
	}
	if !cheap {
		return
	}
	for i := range second {
		if c := &second[i]; isLate(c) {
			for _, id := range c.In {
				m.kept[id] = m.made[id] != nil
			}
		}
	}
	for i := range second {
		c := second[i]
		if isLate(&c) {
			for k, id := range c.In {
				if m.made[id] != nil && m.runsAgain(id) {
					c.In[k] = m.copy(id)
				}
			}
		}
		m.late = append(m.late, c)
	}
	p.Entries[backward].Calls = m.late
}

func (m *mirror) note(c *backend.Call) {
	for _, id := range c.Out {
		m.made[id] = c
	}
	if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
		m.written[w.Arg] = true
	} else if !mayRunAgain(c) {
		for _, id := range c.In {
			m.heavy[id] = true
		}
	}
}

// mayRunAgain reports whether c is marked for it. Products, convolutions, sums and sorting are not cheap.
func mayRunAgain(c *backend.Call) bool {
	switch c.Kind {
	case backend.Map, backend.Pool, backend.Softmax, backend.Transpose, backend.Reshape, backend.Slice, backend.Concat, backend.Pad, backend.Gather:
		return c.Part == backend.PartCheap || c.Part == backend.PartAgain
	}
	return c.Part == backend.PartAgain && !c.Kind.HasEffects()
}

// runsAgain reports whether backward computes id, which forward made, again.
func (m *mirror) runsAgain(id backend.ValueID) bool {
	m.reach(id)
	return m.again[id]
}

// reach is how many layers backward computes to have id without keeping more than it does; −1 where it cannot. A layer ends
// where a call that is not cheap reads what runs again.
func (m *mirror) reach(id backend.ValueID) int {
	if n, known := m.layers[id]; known {
		return n
	}
	n := m.find(id)
	m.layers[id] = n
	return n
}

func (m *mirror) find(id backend.ValueID) int {
	v, c := m.p.Value(id), m.made[id]
	if v.Kind == backend.ConstValue || v.Kind == backend.ArgValue && !m.written[v.Arg] {
		return 0
	}
	n := -1
	if c != nil && mayRunAgain(c) {
		n = 0
		for _, in := range c.In {
			r := m.reach(in)
			if n = max(n, r); r < 0 {
				n = r
				break
			}
		}
	}
	if !m.kept[id] {
		m.again[id] = n >= 0
		return n
	}
	if n >= 0 && m.heavy[id] {
		n++
	}
	if n < 0 || n > maxChain || v.Bytes() < mirrorBytes {
		return 0
	}
	m.again[id] = true
	return n
}

// copy is id computed in backward.
func (m *mirror) copy(id backend.ValueID) backend.ValueID {
	c := m.made[id]
	if c == nil || !m.runsAgain(id) {
		return id
	}
	if to, ok := m.copies[id]; ok {
		return to
	}
	again := *c
	again.Part, again.In, again.Out = backend.PartLate, nil, nil
	for _, in := range c.In {
		again.In = append(again.In, m.copy(in))
	}
	for _, out := range c.Out {
		v := *m.p.Value(out)
		m.copies[out] = m.p.NewValue(v)
		again.Out = append(again.Out, m.copies[out])
	}
	m.late = append(m.late, again)
	return m.copies[id]
}
