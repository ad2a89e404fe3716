package passes

import "github.com/gomx-org/gomx/backend"

// findDirect lets values that entry e writes to an argument be made in the argument's memory: when they are needed by this
// entry only and nothing reads what the argument held once they are being made, but for a Map that makes them element by
// element from it.
func (m *planner) findDirect(e int) {
	entry := &m.p.Entries[e]
	taken := make(map[backend.ValueID]bool)
	for i := range entry.Calls {
		w, ok := entry.Calls[i].Attrs.(*backend.WriteAttrs)
		if !ok {
			continue
		}
		written := entry.Calls[i].In[0]
		id := m.lives[written].root
		l, v := &m.lives[id], m.p.Value(id)
		if !l.made || l.entry != e || l.crosses || l.foreign || taken[id] ||
			v.Layout != backend.Plain || m.p.Value(written).Layout != backend.Plain || v.Bytes() != m.p.Value(written).Bytes() {
			continue
		}
		maker := &entry.Calls[l.start-m.begin(e)]
		if last := m.reads[e][w.Arg] - 1; last > l.start || last == l.start && !m.mapsInPlace(maker, id, m.p.Args[w.Arg].Value) {
			continue
		}
		taken[id] = true
		l.direct = w.Arg + 1
	}
}

// mapsInPlace reports whether call c is a Map that may write its output out over the memory of root: every input that lies
// there is read exactly where the output is written.
func (m *planner) mapsInPlace(c *backend.Call, out, root backend.ValueID) bool {
	if c.Kind != backend.Map {
		return false
	}
	storage := m.lives[root].storage
	o := m.p.Value(out)
	for _, id := range c.In {
		l := m.lives[id]
		if m.lives[l.root].storage != storage {
			continue
		}
		v := m.p.Value(id)
		if !v.Shape.Equal(o.Shape) || v.Layout != o.Layout || v.Bytes() != o.Bytes() || v.Bytes() != m.p.Value(l.root).Bytes() {
			return false
		}
	}
	return true
}

// findInPlace lets outputs of Maps in entry e take over the memory of inputs that nobody needs afterwards.
func (m *planner) findInPlace(e int) {
	begin := m.begin(e)
	for i := range m.p.Entries[e].Calls {
		c := &m.p.Entries[e].Calls[i]
		if c.Kind != backend.Map {
			continue
		}
		for k, out := range c.Out {
			if m.lives[out].direct == 0 && !m.lives[out].foreign {
				m.takeOver(c, k, begin+i)
			}
		}
	}
}

// takeOver puts output k of the Map c, run at time t, into the memory of the first input that allows it.
func (m *planner) takeOver(c *backend.Call, k, t int) {
	o := &m.lives[c.Out[k]]
inputs:
	for _, in := range c.In {
		root := m.lives[in].root
		storage := m.lives[root].storage
		s := &m.lives[storage]
		if !s.made || s.direct > 0 || s.foreign || s.group != o.group || s.end != t || !m.mapsInPlace(c, c.Out[k], root) {
			continue
		}
		for _, earlier := range c.Out[:k] {
			if m.lives[earlier].storage == storage {
				continue inputs
			}
		}
		o.storage, s.end = storage, o.end
		return
	}
}
