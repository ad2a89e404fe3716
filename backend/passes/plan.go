package passes

import "github.com/gomx-org/gomx/backend"

// Area is a kind of memory that the plan places values in.
type Area uint8

// The areas. Arena and Persistent belong to the Executable: Arena is shared by entries that never need their values at
// the same time, Persistent holds what Prepare makes for others. Consts holds the constants, written once. InArg is the
// memory bound to an argument.
const (
	Nowhere Area = iota // no entry uses the value
	Arena
	Persistent
	Consts
	InArg
)

// Place is where a value lies: Offset bytes into its area. Arg is the position in Program.Args, for InArg.
type Place struct {
	Area   Area
	Arg    int
	Offset int
}

// MemoryPlan gives every value of a Program its place, and the size of each area in bytes.
type MemoryPlan struct {
	Places                    []Place // by ValueID
	Arena, Persistent, Consts int
	p                         *backend.Program
}

// Memory plans the memory of p, which must have passed Verify; offsets in Arena, Persistent and Consts are multiples of
// align, except those of slices.
//
// Reshape is always the memory of its input, and Slice where it is one contiguous piece; calls that would move nothing are
// told by Idle. A value that is written to an argument is made in the argument's memory where nobody can tell. The output
// of a Map may lie in the memory of an input of the same size, layout and shape whose last use it is, so a kernel must have
// read all inputs of an element before it writes its first output. Forward's values live until Backward's last use of
// them. Values inside the Body of a call get no place.
func Memory(p *backend.Program, align int) *MemoryPlan {
	m := &planner{p: p, align: align, lives: make([]lifetime, len(p.Values)), reads: make([][]int, len(p.Entries))}
	m.measure()
	m.findViews()
	for e := range p.Entries {
		m.findDirect(e)
		m.findInPlace(e)
	}
	return m.allocate()
}

// Idle reports whether a call has nothing to do because of where its values lie: views, and Writes of values made in the
// argument's memory.
func (m *MemoryPlan) Idle(c *backend.Call) bool {
	switch c.Kind {
	case backend.Reshape, backend.Slice:
		from, to := m.Places[c.In[0]], m.Places[c.Out[0]]
		return viewOffset(m.p, c) >= 0 && to == Place{from.Area, from.Arg, from.Offset + viewOffset(m.p, c)}
	case backend.Write:
		return m.Places[c.In[0]] == Place{Area: InArg, Arg: c.Attrs.(*backend.WriteAttrs).Arg}
	}
	return false
}

// viewOffset is where, in bytes, the output of a Reshape or Slice lies in its input; -1 when it is not one piece of it.
func viewOffset(p *backend.Program, c *backend.Call) int {
	x, y := p.Value(c.In[0]), p.Value(c.Out[0])
	if x.DType != y.DType || x.Layout != y.Layout || x.Layout != backend.Plain && !x.Shape.Equal(y.Shape) {
		return -1
	}
	a, ok := c.Attrs.(*backend.SliceAttrs)
	if !ok {
		return 0
	}
	if x.Layout != backend.Plain || y.Shape.Size() == 0 {
		return -1
	}
	at, partial := 0, false
	strides := x.Shape.Strides()
	for i := len(x.Shape) - 1; i >= 0; i-- {
		if partial && y.Shape[i] != 1 || a.Step[i] != 1 && y.Shape[i] != 1 {
			return -1
		}
		partial = partial || y.Shape[i] != x.Shape[i]
		at += a.Begin[i] * strides[i]
	}
	return at * x.DType.Size()
}

// allocate gives every block of memory its offset and every value its place.
func (m *planner) allocate() *MemoryPlan {
	plan := &MemoryPlan{Places: make([]Place, len(m.lives)), p: m.p}
	offsets := make([]int, len(m.lives))
	groups := make(map[backend.EntryKind][]block)
	usedConst := m.usedConsts()
	for i := range m.lives {
		l := &m.lives[i]
		id := backend.ValueID(i)
		bytes := roundUp(m.p.Value(id).Bytes(), m.align)
		switch {
		case usedConst[i]:
			offsets[i] = plan.Consts
			plan.Consts += bytes
		case !l.made || l.root != id || l.storage != id || l.direct > 0:
		case l.foreign:
			offsets[i] = plan.Persistent
			plan.Persistent += bytes
		default:
			groups[l.group] = append(groups[l.group], block{id, bytes, l.start, l.end, 0})
		}
	}
	for _, blocks := range groups {
		plan.Arena = max(plan.Arena, pack(blocks))
		for _, b := range blocks {
			offsets[b.id] = b.offset
		}
	}
	for i := range plan.Places {
		plan.Places[i] = m.place(backend.ValueID(i), offsets, usedConst)
	}
	return plan
}

// usedConsts tells which constants an entry reads.
func (m *planner) usedConsts() []bool {
	used := make([]bool, len(m.lives))
	for e := range m.p.Entries {
		for i := range m.p.Entries[e].Calls {
			for _, id := range m.p.Entries[e].Calls[i].In {
				used[id] = used[id] || m.p.Value(id).Kind == backend.ConstValue
			}
		}
	}
	return used
}

func (m *planner) place(id backend.ValueID, offsets []int, usedConst []bool) Place {
	l := m.lives[id]
	root := m.lives[l.root]
	storage := m.lives[root.storage]
	at := offsets[root.storage] + l.offset
	switch v := m.p.Value(l.root); {
	case v.Kind == backend.ArgValue:
		return Place{Area: InArg, Arg: v.Arg, Offset: l.offset}
	case v.Kind == backend.ConstValue && usedConst[l.root]:
		return Place{Area: Consts, Offset: at}
	case !root.made:
		return Place{}
	case root.direct > 0:
		return Place{Area: InArg, Arg: root.direct - 1, Offset: l.offset}
	case storage.foreign:
		return Place{Area: Persistent, Offset: at}
	}
	return Place{Area: Arena, Offset: at}
}

func roundUp(n, align int) int { return (n + align - 1) / align * align }
