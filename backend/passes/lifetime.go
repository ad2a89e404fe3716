package passes

import "github.com/gomx-org/gomx/backend"

// lifetime is when a value must be kept. Times are positions of calls, counted on from Forward into Backward, which form
// one group. That of a value which others are views of covers their uses too.
type lifetime struct {
	made       bool // by a call of an entry
	entry      int  // where
	group      backend.EntryKind
	start, end int
	crosses    bool            // used by another entry than the one that makes it
	foreign    bool            // used by another group
	root       backend.ValueID // what it is a view of, at offset; itself otherwise
	offset     int
	storage    backend.ValueID // whose memory a root lies in; itself, or the input of a Map in place
	direct     int             // 1 + the argument in whose memory it is made
}

type planner struct {
	p     *backend.Program
	align int
	lives []lifetime
	reads [][]int // 1 + the time of the last read of each argument's memory, by entry
}

// groupOf names the entries whose values lie in the arena at the same time by one of them.
func groupOf(k backend.EntryKind) backend.EntryKind {
	if k == backend.Backward {
		return backend.Forward
	}
	return k
}

// begin is the time of the first call of an entry.
func (m *planner) begin(e int) int {
	if m.p.Entries[e].Kind == backend.Backward {
		if f := m.p.Entry(backend.Forward); f != nil {
			return len(f.Calls)
		}
	}
	return 0
}

// use notes that v is needed in entry e at time t.
func (l *lifetime) use(e int, group backend.EntryKind, t int) {
	l.crosses = l.crosses || l.made && l.entry != e
	if l.made && l.group != group {
		l.foreign = true
		return
	}
	l.end = max(l.end, t)
}

// measure finds where each value is made and used, views not considered.
func (m *planner) measure() {
	for i := range m.lives {
		m.lives[i].root, m.lives[i].storage = backend.ValueID(i), backend.ValueID(i)
	}
	for e := range m.p.Entries {
		entry := &m.p.Entries[e]
		group, begin := groupOf(entry.Kind), m.begin(e)
		m.reads[e] = make([]int, len(m.p.Args))
		for i := range entry.Calls {
			c := &entry.Calls[i]
			t := begin + i
			for _, id := range c.Out {
				l := &m.lives[id]
				l.made, l.entry, l.group, l.start, l.end = true, e, group, t, t
			}
			for _, id := range c.In {
				m.lives[id].use(e, group, t)
				if v := m.p.Value(id); v.Kind == backend.ArgValue {
					m.reads[e][v.Arg] = t + 1
				}
			}
		}
	}
}

// isView reports whether the call's output can be seen as a part of its input.
func (m *planner) isView(c *backend.Call) bool {
	return (c.Kind == backend.Reshape || c.Kind == backend.Slice) && viewOffset(m.p, c) >= 0
}

// findViews makes views of what can be one, and lengthens the lives of what they show. The memory of an argument is shown
// only within an entry, and only while it holds what it held at entry.
func (m *planner) findViews() {
	for e := range m.p.Entries {
		entry := &m.p.Entries[e]
		written := m.writes(e)
		for i := range entry.Calls {
			c := &entry.Calls[i]
			if !m.isView(c) {
				continue
			}
			x, y := &m.lives[c.In[0]], &m.lives[c.Out[0]]
			root := m.p.Value(x.root)
			if root.Kind == backend.ArgValue {
				if y.crosses || written[root.Arg] > 0 && y.end >= written[root.Arg] {
					continue // a later view of y is judged by itself
				}
				m.reads[e][root.Arg] = max(m.reads[e][root.Arg], y.end+1)
			}
			y.root, y.offset = x.root, x.offset+viewOffset(m.p, c)
			m.extend(&m.lives[x.root], y)
		}
	}
}

// extend makes root live as long as its view y.
func (m *planner) extend(root, y *lifetime) {
	root.crosses = root.crosses || y.crosses || root.made && root.entry != y.entry
	if y.foreign || root.made && root.group != y.group {
		root.foreign = true
	}
	if root.group == y.group {
		root.end = max(root.end, y.end)
	}
}

// writes gives 1 + the time of the Write to each argument in entry e, 0 without.
func (m *planner) writes(e int) []int {
	at := make([]int, len(m.p.Args))
	for i := range m.p.Entries[e].Calls {
		if w, ok := m.p.Entries[e].Calls[i].Attrs.(*backend.WriteAttrs); ok {
			at[w.Arg] = m.begin(e) + i + 1
		}
	}
	return at
}
