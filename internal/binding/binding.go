// Package binding has what every device does when it ties an entry of a Program to memory: it refuses arguments that
// overlap, and remembers from which parameters Prepare's results were made.
package binding

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// Span is the memory of an argument, by address.
type Span struct {
	From, To uintptr
	Arg      int // position in Program.Args
}

// CheckOverlap makes sure that no argument that is written overlaps another. It sorts the spans, which must not be empty
// ones, and allocates nothing.
func CheckOverlap(p *backend.Program, spans []Span) error {
	slices.SortFunc(spans, func(s, t Span) int { return cmp.Compare(s.From, t.From) })
	// Spans that overlap nobody's writable one may overlap each other, so each is compared with the farthest two before it.
	var last, lastWritten *Span
	for k := range spans {
		s := &spans[k]
		writable := p.Args[s.Arg].Mode != backend.In
		other := lastWritten
		if writable {
			other = last
		}
		if other != nil && other.To > s.From {
			return fmt.Errorf("arguments %q and %q overlap and one is written", p.Args[other.Arg].Name, p.Args[s.Arg].Name)
		}
		if last == nil || s.To > last.To {
			last = s
		}
		if writable && (lastWritten == nil || s.To > lastWritten.To) {
			lastWritten = s
		}
	}
	return nil
}

// ReadsPrepared reports whether one of the calls uses a value that p's entry Prepare makes.
func ReadsPrepared(p *backend.Program, calls []backend.Call) bool {
	prepare := p.Entry(backend.Prepare)
	if prepare == nil {
		return false
	}
	made := make(map[backend.ValueID]bool)
	for _, c := range prepare.Calls {
		for _, id := range c.Out {
			made[id] = true
		}
	}
	for i := range calls {
		for _, id := range calls[i].In {
			if made[id] {
				return true
			}
		}
	}
	return false
}

// Prepared remembers what Prepare ran on last. The zero value is: on nothing.
type Prepared struct {
	valid   bool
	sources []source
}

// source is a state of an argument's memory.
type source struct {
	buffer  backend.Buffer
	offset  int
	version uint64
}

// Forget says that the results are being made anew, or lost.
func (m *Prepared) Forget() { m.valid = false }

// Remember says that Prepare has run on params, as they are now. Host memory has no version, so what was made from it is
// never taken for current.
func (m *Prepared) Remember(params []backend.Region) {
	m.valid, m.sources = true, m.sources[:0]
	for _, r := range params {
		if r.Buffer == nil {
			m.valid = false
			return
		}
		m.sources = append(m.sources, source{r.Buffer, r.Offset, r.Buffer.Version()})
	}
}

// Current reports whether the results are those of params as they are now.
func (m *Prepared) Current(params []backend.Region) bool {
	if !m.valid || len(m.sources) != len(params) {
		return false
	}
	for i, r := range params {
		if was := m.sources[i]; r.Buffer == nil || was.buffer != r.Buffer || was.offset != r.Offset || was.version != r.Buffer.Version() {
			return false
		}
	}
	return true
}
