package cuda

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// A training step updates every parameter by a Map of its own, and most are small: ResNet-50 has 161. Equal Maps side by side
// become one launch, whatever their shapes. NoFuse, which keeps calls as they are, keeps launches apart too.

// lineUp brings equal Maps whose results are only written to arguments, as those of updates and of moving averages are, side
// by side: behind all other calls of their entry, before its Writes. It is a pass like those of backend/passes.
func lineUp(p *backend.Program) *backend.Program {
	p = p.Clone()
	for e := range p.Entries {
		p.Entries[e].Calls = linedUp(p, p.Entries[e].Calls)
	}
	return p
}

func linedUp(p *backend.Program, calls []backend.Call) []backend.Call {
	read := map[backend.ValueID]bool{} // by other calls than Writes
	for i := range calls {
		if calls[i].Kind != backend.Write {
			for _, id := range calls[i].In {
				read[id] = true
			}
		}
	}
	keys := make([]string, len(calls))
	count := map[string]int{}
	for i := range calls {
		if m := oneOfMany(p, &calls[i]); m != nil && !anyOf(read, calls[i].Out) {
			keys[i] = m.manyKey()
			count[keys[i]]++
		}
	}
	var others, writes []backend.Call
	var order []string
	equal := map[string][]backend.Call{}
	for i, c := range calls {
		switch k := keys[i]; {
		case c.Kind == backend.Write:
			writes = append(writes, c)
		case count[k] < 2 || k == "":
			others = append(others, c)
		default:
			if equal[k] == nil {
				order = append(order, k)
			}
			equal[k] = append(equal[k], c)
		}
	}
	if len(order) == 0 {
		return calls
	}
	for _, k := range order {
		others = append(others, equal[k]...)
	}
	return append(others, writes...)
}

func anyOf(set map[backend.ValueID]bool, ids []backend.ValueID) bool {
	for _, id := range ids {
		if set[id] {
			return true
		}
	}
	return false
}

// oneOfMany gives a call that a kernel for many Maps can compute: one whose inputs are stretched along all dimensions or none.
// It gives nil for others.
func oneOfMany(p *backend.Program, c *backend.Call) *mapCall {
	if c.Kind != backend.Map || !supportsMap(p, c) {
		return nil
	}
	m := newMapCall(c.Attrs.(*backend.MapAttrs).E, p.Value, c.In, c.Out)
	if m.text.dims > 0 || m.count == 0 || m.text.forMany().rows < 2 {
		return nil
	}
	return m
}

// manyKey is equal for Maps that one launch can compute: the same text with the same numbers.
func (m *mapCall) manyKey() string { return fmt.Sprint(m.text.key(), m.numbers()) }

// equalMaps gives the Maps with which calls begin that one launch can compute, and how many calls these are together with the
// idle ones among them. None reads or writes what another one writes.
func (cx *compileCtx) equalMaps(calls []backend.Call) (maps []*mapCall, n int) {
	if cx.apart {
		return nil, 0
	}
	var room int
	var key string
	for i := range calls {
		if cx.Plan.Idle(&calls[i]) {
			continue
		}
		m := oneOfMany(cx.P, &calls[i])
		switch {
		case m == nil:
			return maps, n
		case len(maps) == 0:
			key, room = m.manyKey(), m.text.forMany().rows
		case len(maps) == room || m.manyKey() != key || cx.collides(m, maps):
			return maps, n
		}
		maps, n = append(maps, m), i+1
	}
	return maps, n
}

// collides reports whether m must come behind one of the Maps.
func (cx *compileCtx) collides(m *mapCall, maps []*mapCall) bool {
	for _, other := range maps {
		if cx.anyOverlap(m.out, other.operands()) || cx.anyOverlap(m.in, other.out) {
			return true
		}
	}
	return false
}

func (cx *compileCtx) anyOverlap(a, b []backend.ValueID) bool {
	for _, x := range a {
		for _, y := range b {
			p, q := cx.Places[x], cx.Places[y]
			if p.Space == q.Space && p.Index == q.Index && p.Offset < q.Offset+cx.Value(y).Bytes() && q.Offset < p.Offset+cx.Value(x).Bytes() {
				return true
			}
		}
	}
	return false
}

// emitMaps computes equal Maps in one launch.
func (cx *compileCtx) emitMaps(maps []*mapCall) error {
	text := maps[0].text.forMany()
	table, blocks := text.table(cx, maps)
	cx.launch(text.kernel(), dim3{blocks, 1, 1}, append([]arg{table}, maps[0].numbers()...)...)
	cx.steps[len(cx.steps)-1].maps = len(maps)
	return nil
}
