package ref

import (
	"fmt"
	"slices"
	"sync"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/internal/binding"
)

// alignment of values in memory, in bytes.
const alignment = 64

// Compile folds and shares what it can, unless o.NoFuse asks for the calls as they are, puts the bodies of fused calls in
// their place, plans the memory and makes a kernel for every call that has something to do.
func (d *device) Compile(p *backend.Program, o backend.Options) (backend.Executable, error) {
	if err := p.Verify(); err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	if !o.NoFuse {
		var err error
		if p, err = passes.Optimize(p, nil, o); err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	p = inline(p)
	if err := p.Verify(); err != nil {
		return nil, fmt.Errorf("%s: after inlining: %w", d.name, err)
	}
	if o.Trace != nil {
		o.Trace("inline", p)
	}
	x := &executable{device: d, p: p, plan: passes.Memory(p, alignment), profile: o.Profile, entries: make(map[backend.EntryKind]*entry)}
	gaps := &backend.NoKernelError{Device: d.name}
	for i := range p.Entries {
		x.addEntry(&p.Entries[i], gaps)
	}
	if len(gaps.Gaps) > 0 {
		return nil, gaps
	}
	if err := enough(x.plan.Arena + x.plan.Persistent + x.plan.Consts); err != nil {
		return nil, err
	}
	x.arena, x.persistent, x.consts = alignedBytes(x.plan.Arena), alignedBytes(x.plan.Persistent), alignedBytes(x.plan.Consts)
	for i := range p.Values {
		if at := x.plan.Places[i]; at.Area == passes.Consts {
			v := &p.Values[i]
			if v.Kind == backend.ConstValue {
				storeFloat(x.consts[at.Offset:at.Offset+v.Bytes()], v.DType, v.Const)
			}
		}
	}
	return x, nil
}

// inline replaces fused calls by their bodies. What a body makes for itself gets new values, since bodies may share names.
func inline(p *backend.Program) *backend.Program {
	q := p.Clone()
	for i := range q.Entries {
		q.Entries[i].Calls = flatten(q, nil, q.Entries[i].Calls)
	}
	return q
}

func flatten(p *backend.Program, dst, calls []backend.Call) []backend.Call {
	for _, c := range calls {
		if c.Body == nil {
			dst = append(dst, c)
			continue
		}
		names := make(map[backend.ValueID]backend.ValueID)
		for i := range c.Body {
			b := &c.Body[i]
			for k, id := range b.In {
				if n, ok := names[id]; ok {
					b.In[k] = n
				}
			}
			for k, id := range b.Out {
				if !slices.Contains(c.Out, id) {
					names[id] = p.NewValue(*p.Value(id))
					b.Out[k] = names[id]
				}
			}
		}
		dst = flatten(p, dst, c.Body)
	}
	return dst
}

// executable is a compiled Program with its memory. Its entries share the memory, so they run one at a time.
type executable struct {
	device                    *device
	p                         *backend.Program
	plan                      *passes.MemoryPlan
	entries                   map[backend.EntryKind]*entry
	profile                   bool
	arena, persistent, consts []byte

	mu       sync.Mutex
	closed   bool
	prepared binding.Prepared // what Prepare last ran on
}

// entry is what is known of an entry before arguments are bound.
type entry struct {
	kind         backend.EntryKind
	work         []work
	args         []int // read or written
	written      []bool
	needsPrepare bool
}

// work is a call that has something to do.
type work struct {
	call   *backend.Call
	kernel Kernel
	timing backend.Timing
}

func (x *executable) addEntry(e *backend.Entry, gaps *backend.NoKernelError) {
	n := &entry{kind: e.Kind, args: x.p.UsedArgs(e.Kind), written: make([]bool, len(x.p.Args))}
	for i := range e.Calls {
		c := &e.Calls[i]
		if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
			n.written[w.Arg] = true
		}
		for _, id := range c.In {
			if at := x.plan.Places[id]; at.Area == passes.Persistent && e.Kind != backend.Prepare {
				n.needsPrepare = true
			}
		}
		if x.plan.Idle(c) {
			continue
		}
		k, err := NewKernel(x.p, c)
		if err != nil {
			gaps.Gaps = append(gaps.Gaps, fmt.Sprintf("%s (%v)", x.p.CallString(c), err))
			continue
		}
		n.work = append(n.work, work{c, k, backend.Timing{Entry: e.Kind, Call: i, Node: c.Node, Kernel: "ref " + c.Kind.String()}})
	}
	x.entries[e.Kind] = n
}

func (x *executable) Program() *backend.Program { return x.p }

// Profile lists the calls that had something to do, entry by entry.
func (x *executable) Profile() []backend.Timing {
	x.mu.Lock()
	defer x.mu.Unlock()
	var all []backend.Timing
	if !x.profile {
		return nil
	}
	for i := range x.p.Entries {
		for _, w := range x.entries[x.p.Entries[i].Kind].work {
			all = append(all, w.timing)
		}
	}
	return all
}

func (x *executable) errClosed() error {
	return fmt.Errorf("%s: the executable is closed", x.device.name)
}

func (x *executable) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	x.arena, x.persistent, x.consts, x.entries = nil, nil, nil, nil
	return nil
}
