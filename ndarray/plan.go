package ndarray

import (
	"errors"

	"github.com/gomx-org/gomx/backend"
)

// plan is one eager call compiled for one device, shapes and types, ready for the next arrays.
type plan struct {
	exe     backend.Executable
	bound   backend.Bound    // to the arrays of the last call, nil when they are let go
	regions []backend.Region // by position in Program.Args
	roles   []role           // likewise: where each region comes from
	outs    []outInfo
	extra   *cell // memory of run-time numbers and of the random state
}

type outInfo struct {
	shape Shape
	dtype DType
}

// role says what an argument of the Program is.
type role struct {
	kind  roleKind
	at    int // which input or output; of a number, its place in plan.extra
	dtype DType
	name  string  // of a number
	def   float64 // of a number: its value when the call gives none
}

type roleKind uint8

const (
	roleIn roleKind = iota
	roleOut
	roleNumber
	roleRNG
)

const extraSlot = 64 // bytes between numbers in plan.extra

// run computes into outs.
func (p *plan) run(c *call, outs []*NDArray) error {
	same := p.bound != nil
	for i := range p.roles {
		switch r := &p.roles[i]; r.kind {
		case roleIn:
			same = c.in[r.at].put(&p.regions[i]) && same
		case roleOut:
			same = outs[r.at].put(&p.regions[i]) && same
		case roleNumber:
			if err := c.home.send(p.regions[i], func(b []byte) { store(b, r.dtype, []float64{c.number(r.name, r.def)}) }); err != nil {
				return err
			}
		case roleRNG:
			if err := c.home.send(p.regions[i], func(b []byte) { state := nextRandom(); copy(view[int64](b), state[:]) }); err != nil {
				return err
			}
		}
	}
	if !same {
		if err := p.bind(); err != nil {
			return err
		}
	}
	err := p.bound.Run()
	p.letGo()
	return err
}

// put makes r the memory of a; it reports whether r was that already.
func (a *NDArray) put(r *backend.Region) bool {
	buf := a.memory().cell.buf
	if r.Buffer == buf && r.Offset == a.offset {
		return true
	}
	*r = backend.Region{Buffer: buf, Offset: a.offset, Length: a.length}
	return false
}

// bind points the entry at the regions.
func (p *plan) bind() error {
	if b, ok := p.bound.(backend.Rebinder); ok {
		err := b.Rebind(p.regions)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			p.unbind()
			return err
		}
	}
	p.unbind()
	b, err := p.exe.Bind(backend.Infer, p.regions)
	if err == nil {
		p.bound = b
	}
	return err
}

func (p *plan) unbind() {
	if p.bound != nil {
		p.bound.Close()
		p.bound = nil
	}
}

// letGo drops the arrays of the call when they are large: a Bound keeps their memory.
func (p *plan) letGo() {
	const small = 1 << 16
	total := 0
	for i := range p.roles {
		if p.roles[i].kind <= roleOut {
			total += p.regions[i].Length
		}
	}
	if total > small {
		p.unbind()
	}
}

func (p *plan) close() {
	p.unbind()
	p.exe.Close()
	if p.extra != nil {
		p.extra.release()
	}
}
