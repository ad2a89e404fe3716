package cuda

import "github.com/gomx-org/gomx/backend"

// collect waits for a run and adds the times between its events to those of the calls.
func (b *bound) collect() error {
	d := b.x.dev
	if err := b.done.Synchronize(); err != nil {
		return d.fail(err)
	}
	b.en.runs++
	k := 0 // of the event
	for op, what := range b.en.ops {
		if what != opTime {
			continue
		}
		k++
		next := b.en.ops[op+1]
		if next < 0 {
			continue // the end of a segment
		}
		s, err := b.times[k].Since(b.times[k-1])
		if err != nil {
			return d.fail(err)
		}
		b.en.seconds[b.en.callOf[next]] += s
	}
	return nil
}

// Profile gives the time per call of every entry that ran.
func (x *executable) Profile() []backend.Timing {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []backend.Timing
	for _, e := range x.entries {
		if e.runs == 0 {
			continue
		}
		for i := range e.calls {
			c := &e.calls[i]
			list = append(list, backend.Timing{Entry: e.kind, Call: i, Node: c.Node, Kernel: e.kernelsOf(i), Runs: e.runs, Seconds: e.seconds[i]})
		}
	}
	return list
}

// kernelsOf names what a call runs.
func (en *entry) kernelsOf(call int) string {
	s := en.calls[call].Kind.String()
	for k, c := range en.callOf {
		if c == call {
			s += " " + en.steps[k].name()
		}
	}
	return s
}
