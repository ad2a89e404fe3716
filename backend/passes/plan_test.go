package passes_test

import (
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/passes"
)

// shadow runs a Program on memory that holds, instead of numbers, which byte of which value was put there. Every call must
// find in its inputs' places what was made there, whatever the plan did since.
type shadow struct {
	t     *testing.T
	p     *backend.Program
	plan  *passes.MemoryPlan
	areas map[passes.Place][]tag // by area and argument; offsets 0
	wants map[backend.ValueID]tag
}

// tag names a byte: byte at of what value (or, for arguments, what the argument held when entry began).
type tag struct {
	value backend.ValueID
	entry int
	at    int
}

func checkPlan(t *testing.T, p *backend.Program) *passes.MemoryPlan {
	t.Helper()
	plan := passes.Memory(p, 64)
	s := &shadow{t: t, p: p, plan: plan, areas: map[passes.Place][]tag{}, wants: map[backend.ValueID]tag{}}
	s.areas[passes.Place{Area: passes.Arena}] = make([]tag, plan.Arena)
	s.areas[passes.Place{Area: passes.Persistent}] = make([]tag, plan.Persistent)
	s.areas[passes.Place{Area: passes.Consts}] = make([]tag, plan.Consts)
	for i := range p.Args {
		s.areas[passes.Place{Area: passes.InArg, Arg: i}] = make([]tag, p.Args[i].Shape.Size()*p.Args[i].DType.Size())
	}
	for i := range p.Values {
		id := backend.ValueID(i)
		s.wants[id] = tag{value: id, entry: -1}
		if p.Values[i].Kind == backend.ConstValue && plan.Places[i].Area == passes.Consts {
			s.write(id)
		}
	}
	order := []backend.EntryKind{backend.Prepare, backend.Infer, backend.Step, backend.Prepare, backend.Infer, backend.Forward, backend.Backward}
	for _, kind := range order {
		for e := range p.Entries {
			if p.Entries[e].Kind == kind {
				s.run(e)
			}
		}
	}
	return plan
}

func (s *shadow) mem(id backend.ValueID) []tag {
	at := s.plan.Places[id]
	require.NotEqual(s.t, passes.Nowhere, at.Area, "value %%%d has no place\n%v", id, s.p)
	area := s.areas[passes.Place{Area: at.Area, Arg: at.Arg}]
	n := s.p.Value(id).Bytes()
	require.LessOrEqual(s.t, at.Offset+n, len(area), "value %%%d lies outside", id)
	return area[at.Offset : at.Offset+n]
}

func (s *shadow) write(id backend.ValueID) {
	w, mem := s.wants[id], s.mem(id)
	for i := range mem {
		mem[i] = tag{w.value, w.entry, w.at + i}
	}
}

func (s *shadow) check(id backend.ValueID, what string) {
	w := s.wants[id]
	for i, got := range s.mem(id) {
		if got != (tag{w.value, w.entry, w.at + i}) {
			require.FailNow(s.t, "overwritten", "%s: byte %d of %%%d holds %v, want %v\n%v", what, i, id, got, w, s.p)
		}
	}
}

func (s *shadow) run(e int) {
	for i := range s.p.Args { // the caller may have put anything there since
		a := &s.p.Args[i]
		m := s.areas[passes.Place{Area: passes.InArg, Arg: i}]
		for k := range m {
			m[k] = tag{a.Value, e, k}
		}
		if a.Value >= 0 {
			s.wants[a.Value] = tag{a.Value, e, 0}
		}
	}
	written := map[int]tag{}
	for i := range s.p.Entries[e].Calls {
		c := &s.p.Entries[e].Calls[i]
		what := fmt.Sprintf("%v call %d", s.p.Entries[e].Kind, i)
		for _, id := range c.In {
			s.check(id, what)
		}
		s.separate(c, what)
		if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
			written[w.Arg] = s.wants[c.In[0]]
			if !s.plan.Idle(c) {
				copy(s.areas[passes.Place{Area: passes.InArg, Arg: w.Arg}], s.mem(c.In[0]))
			}
			continue
		}
		for _, id := range c.Out {
			s.wants[id] = tag{value: id, entry: -1}
			if from, ok := sees(s.p, c); ok { // the same bytes under another name
				w := s.wants[c.In[0]]
				s.wants[id] = tag{w.value, w.entry, w.at + from}
			}
		}
		if !s.plan.Idle(c) {
			for _, id := range c.Out {
				s.write(id)
			}
		}
		for _, id := range c.Out {
			s.check(id, what)
		}
	}
	for arg, w := range written {
		for i, got := range s.areas[passes.Place{Area: passes.InArg, Arg: arg}] {
			if got != (tag{w.value, w.entry, w.at + i}) {
				require.FailNow(s.t, "wrong result", "%v: argument %s at the end\n%v", s.p.Entries[e].Kind, s.p.Args[arg].Name, s.p)
			}
		}
	}
}

// sees tells, without asking the plan, at which byte of its input the output of a Reshape or Slice is one piece.
func sees(p *backend.Program, c *backend.Call) (int, bool) {
	if c.Kind != backend.Reshape && c.Kind != backend.Slice {
		return 0, false
	}
	x := p.Value(c.In[0])
	switch a := c.Attrs.(type) {
	case nil:
		y := p.Value(c.Out[0])
		return 0, x.Layout == y.Layout && (x.Layout == backend.Plain || x.Shape.Equal(y.Shape))
	case *backend.SliceAttrs:
		var at []int
		var visit func(d, from int)
		y := p.Value(c.Out[0]).Shape
		st := x.Shape.Strides()
		visit = func(d, from int) {
			if d == len(y) {
				at = append(at, from)
				return
			}
			for i := range y[d] {
				visit(d+1, from+(a.Begin[d]+i*a.Step[d])*st[d])
			}
		}
		visit(0, 0)
		for i := range at { // all of at counts up from at[0]
			if at[i] != at[0]+i {
				return 0, false
			}
		}
		if len(at) == 0 {
			return 0, false
		}
		return at[0] * x.DType.Size(), true
	}
	return 0, false
}

// separate checks that outputs overlap inputs only where a Map may work in place.
func (s *shadow) separate(c *backend.Call, what string) {
	if s.plan.Idle(c) {
		return
	}
	for _, out := range c.Out {
		for _, in := range c.In {
			o, i := s.plan.Places[out], s.plan.Places[in]
			no, ni := s.p.Value(out).Bytes(), s.p.Value(in).Bytes()
			if o.Area != i.Area || o.Arg != i.Arg || o.Offset+no <= i.Offset || i.Offset+ni <= o.Offset {
				continue
			}
			ok := c.Kind == backend.Map && o == i && s.p.Value(out).Shape.Equal(s.p.Value(in).Shape)
			require.True(s.t, ok, "%s: %%%d is written over %%%d\n%v", what, out, in, s.p)
		}
	}
}

func TestMemoryOfRandomPrograms(t *testing.T) {
	views, idle := 0, 0
	for seed := range int64(400) {
		p := mixedProgram(t, seed)
		plan := checkPlan(t, p)
		for e := range p.Entries {
			for i := range p.Entries[e].Calls {
				c := &p.Entries[e].Calls[i]
				if plan.Idle(c) {
					idle++
				}
				if c.Kind == backend.Reshape && plan.Idle(c) {
					views++
				}
			}
		}
	}
	assert.Greater(t, views, 200)
	assert.Greater(t, idle-views, 200)
	for seed := range int64(30) {
		p, err := passes.Optimize(randomProgram(t, seed), blockDevice{}, backend.Options{})
		require.NoError(t, err)
		checkPlan(t, p)
	}
}

// mixedProgram makes calls of all sorts on small values, with arguments that are read and written.
func mixedProgram(t *testing.T, seed int64) *backend.Program {
	r := rand.New(rand.NewSource(seed))
	p := &backend.Program{}
	var forward, prepared []backend.Value
	for _, kind := range []backend.EntryKind{backend.Prepare, backend.Infer, backend.Forward, backend.Backward, backend.Step} {
		b := backend.NewBuilder(p)
		vals := []backend.Value{b.Const(backend.Shape{4}, backend.Float32, 1, 2, 3, 4)}
		for i := range 3 {
			vals = append(vals, b.Arg(fmt.Sprint("in", i), backend.In, backend.Shape{8, 4}, backend.Float32))
			vals = append(vals, b.Arg(fmt.Sprint("w", i), backend.InOut, backend.Shape{8, 4}, backend.Float32))
			b.Arg(fmt.Sprint("out", i), backend.Out, backend.Shape{8, 4}, backend.Float32)
		}
		borrow := prepared
		if kind == backend.Backward {
			borrow = forward
		}
		for _, v := range borrow {
			vals = append(vals, b.Value(v.ID))
		}
		for range 3 + r.Intn(20) {
			vals = append(vals, mixedCall(b, r, vals)...)
		}
		for i, at := range r.Perm(6)[:r.Intn(5)] {
			name := fmt.Sprint([]string{"out", "w"}[at/3], at%3)
			v := vals[len(vals)-1-r.Intn(min(len(vals), 4+i))]
			if v.Shape().Size() != 32 || written(p, b, v) {
				continue
			}
			b.Write(name, v)
		}
		switch kind {
		case backend.Forward:
			forward = vals[7:]
		case backend.Prepare:
			prepared = vals[7:]
		}
		require.NoError(t, b.Finish(kind))
	}
	if p.Verify() != nil { // a Write before the last read of its argument: say another
		return mixedProgram(t, seed+1000)
	}
	return p
}

// written keeps arguments themselves out of Writes: after the first they can no longer be read.
func written(p *backend.Program, b *backend.Builder, v backend.Value) bool {
	return p.Value(v.ID).Kind == backend.ArgValue
}

func mixedCall(b *backend.Builder, r *rand.Rand, vals []backend.Value) []backend.Value {
	pick := func() backend.Value {
		if n := len(vals); r.Intn(2) == 0 {
			return vals[n-1-r.Intn(min(n, 3))]
		}
		return vals[r.Intn(len(vals))]
	}
	x, y := pick(), pick()
	s := x.Shape()
	switch r.Intn(9) {
	case 0, 1:
		return []backend.Value{b.Map1(expr.MustParse("x -> x + 1"), x)}
	case 2:
		if _, ok := backend.Broadcast(s, y.Shape()); ok {
			return b.Map(expr.MustParse("x y -> x + y, x - y"), x, y)
		}
	case 3:
		if s.Size() == 32 {
			return []backend.Value{b.Reshape(x, []backend.Shape{{8, 4}, {32}, {4, 8}}[r.Intn(3)])}
		}
	case 4:
		if len(s) == 2 && s[0] > 2 {
			return []backend.Value{b.SliceAxis(x, 0, 1+r.Intn(2), s[0]-2)}
		}
	case 5:
		if len(s) == 2 && s[1] > 1 {
			return []backend.Value{b.SliceAxis(x, 1, 1, 1)}
		}
	case 6:
		if len(s) == 2 {
			return []backend.Value{b.Softmax(x, 1)}
		}
	case 7:
		if len(s) == 2 && s[0] == 6 {
			return []backend.Value{b.Concat(0, x, b.SliceAxis(x, 0, 2, 2))}
		}
	case 8:
		if len(s) > 0 {
			return []backend.Value{b.Sum(x, 0)}
		}
	}
	return []backend.Value{b.Map1(expr.MustParse("x y -> 2*x"), x, x)}
}

// A chain of elementwise calls needs one piece of memory, and none when its end goes to an argument.
func TestMemoryInPlace(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	x := b.Arg("x", backend.In, backend.Shape{64}, backend.Float32)
	w := b.Arg("w", backend.InOut, backend.Shape{64}, backend.Float32)
	v := x
	for range 5 {
		v = b.Map1(expr.MustParse("x -> x*x"), v)
	}
	b.Write("w", b.Sub(w, v))
	require.NoError(t, b.Finish(backend.Step))
	plan := checkPlan(t, p)
	assert.Equal(t, 256, plan.Arena)
	calls := p.Entries[0].Calls
	assert.True(t, plan.Idle(&calls[len(calls)-1]), "the new weight is made where the old one was")
}

// What reads an argument's old contents after a value for it is made keeps that value out of the argument's memory.
func TestMemoryReadsBeforeWrite(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	w := b.Arg("w", backend.InOut, backend.Shape{8}, backend.Float32)
	b.Arg("y", backend.Out, backend.Shape{8}, backend.Float32)
	v := b.Map1(expr.MustParse("x -> x*x"), w)
	b.Write("y", b.Add(v, b.Reshape(w, backend.Shape{8})))
	b.Write("w", v)
	require.NoError(t, b.Finish(backend.Step))
	plan := checkPlan(t, p)
	assert.Equal(t, passes.Arena, plan.Places[v.ID].Area)
}

// A view of a view of an argument, read after the argument's Write, must not be the argument's memory.
func TestMemoryViewsReadAfterWrite(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	w := b.Arg("w", backend.InOut, backend.Shape{4, 8}, backend.Float32)
	b.Arg("y", backend.Out, backend.Shape{16}, backend.Float32)
	half := b.SliceAxis(b.Reshape(w, backend.Shape{32}), 0, 16, 16)
	b.Write("w", b.Full(backend.Float32, w.Shape(), 1))
	b.Write("y", half)
	require.NoError(t, b.Finish(backend.Step))
	checkPlan(t, p)
}

// Entries share the arena; what Forward saves outlives it, what Prepare makes lies apart.
func TestMemoryOfEntries(t *testing.T) {
	p := &backend.Program{}
	sq := expr.MustParse("x -> x*x")
	entry := func(kind backend.EntryKind, from backend.Value, steps int) backend.Value {
		b := backend.NewBuilder(p)
		x := b.Arg("x", backend.In, backend.Shape{16, 16}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{16, 16}, backend.Float32)
		v := b.Map1(sq, x)
		if from.Valid() {
			v = b.Add(v, b.Value(from.ID))
		}
		for range steps {
			v = b.Softmax(v, 1)
		}
		if kind != backend.Prepare && kind != backend.Forward {
			b.Write("y", b.Softmax(v, 1))
		}
		require.NoError(t, b.Finish(kind))
		return v
	}
	made := entry(backend.Prepare, backend.Value{}, 0)
	entry(backend.Infer, made, 3)
	saved := entry(backend.Forward, backend.Value{}, 2)
	entry(backend.Backward, saved, 2)
	entry(backend.Step, backend.Value{}, 3)
	plan := checkPlan(t, p)
	assert.Equal(t, 1024, plan.Persistent)
	assert.LessOrEqual(t, plan.Arena, 3*1024)
	assert.Equal(t, passes.Persistent, plan.Places[made.ID].Area)
}

// A network of the size of ResNet-50 is planned in a moment, always the same way, in memory near what is alive at once.
func TestMemoryOfLargePrograms(t *testing.T) {
	p := &backend.Program{}
	b := backend.NewBuilder(p)
	v := b.Arg("x", backend.In, backend.Shape{32, 64}, backend.Float32)
	var saved []backend.Value
	for i := range 500 {
		v = b.Softmax(v, 1)
		if i%3 == 0 {
			v = b.Map1(expr.MustParse("x -> max(x, 0)"), v)
		}
		saved = append(saved, v)
	}
	for i := range saved {
		v = b.Add(b.Softmax(v, 1), saved[len(saved)-1-i])
	}
	b.Arg("y", backend.Out, v.Shape(), backend.Float32)
	b.Write("y", v)
	require.NoError(t, b.Finish(backend.Step))
	begin := time.Now()
	plan := passes.Memory(p, 64)
	t.Logf("%d calls planned in %v", len(p.Entries[0].Calls), time.Since(begin))
	assert.Less(t, plan.Arena, 504*32*64*4)
	assert.Equal(t, plan.Places, passes.Memory(p, 64).Places)
}

func BenchmarkMemory(b *testing.B) {
	p := &backend.Program{}
	bb := backend.NewBuilder(p)
	v := bb.Arg("x", backend.In, backend.Shape{4, 4}, backend.Float32)
	var saved []backend.Value
	for i := range 1000 {
		v = bb.Reshape(bb.Softmax(v, 1), backend.Shape{4, 4})
		v = bb.Pad(v, backend.PadConstant, []int{0, 0}, []int{0, i % 7}, 0)
		v = bb.SliceAxis(v, 1, 0, 4)
		saved = append(saved, v)
	}
	for i := range saved {
		v = bb.Add(bb.Softmax(v, 1), saved[len(saved)-1-i])
	}
	if err := bb.Finish(backend.Step); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		passes.Memory(p, 64)
	}
}
