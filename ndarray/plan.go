package ndarray

import (
	"errors"
	"sync"
	"sync/atomic"

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
			if err := p.set(i, c.home, func(b []byte) { store(b, r.dtype, []float64{c.number(r.name, r.def)}) }); err != nil {
				return err
			}
		case roleRNG:
			if err := p.set(i, c.home, func(b []byte) { state := nextRandom(); copy(view[int64](b), state[:]) }); err != nil {
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

// set writes run-time numbers of the call into their place.
func (p *plan) set(i int, h *home, fill func([]byte)) error {
	r := p.regions[i]
	if b := r.Bytes(); b != nil {
		fill(b)
		r.Buffer.Touch()
		return nil
	}
	b := make([]byte, r.Length)
	fill(b)
	return h.dev.Copy(r, backend.HostRegion(b))
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

// planCache keeps the plans of one device, at most maxPlans kinds of call; the one not used for longest goes first.
type planCache struct {
	mu    sync.RWMutex
	sets  map[string]*planSet
	clock atomic.Int64
}

const maxPlans = 512

// planSet holds the idle plans of one kind of call; as many exist as ever ran at the same time, since a plan has one
// arena.
type planSet struct {
	mu   sync.Mutex
	idle []*plan
	used atomic.Int64
	gone bool // dropped from the cache
}

// find gives the set of a key, nil when there is none.
func (c *planCache) find(key []byte) *planSet {
	c.mu.RLock()
	s := c.sets[string(key)]
	c.mu.RUnlock()
	if s != nil {
		s.used.Store(c.clock.Add(1))
	}
	return s
}

// add gives the set of a key, making it when there is none.
func (c *planCache) add(key []byte) *planSet {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.sets[string(key)]; s != nil {
		return s
	}
	if len(c.sets) >= maxPlans {
		c.evict()
	}
	s := &planSet{}
	s.used.Store(c.clock.Add(1))
	if c.sets == nil {
		c.sets = map[string]*planSet{}
	}
	c.sets[string(key)] = s
	return s
}

func (c *planCache) evict() {
	oldest := ""
	var stamp int64
	for key, s := range c.sets {
		if u := s.used.Load(); oldest == "" || u < stamp {
			oldest, stamp = key, u
		}
	}
	s := c.sets[oldest]
	delete(c.sets, oldest)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	for _, p := range s.idle {
		p.close()
	}
	s.idle = nil
}

// take gives an idle plan, nil when all are at work.
func (s *planSet) take() *plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) == 0 {
		return nil
	}
	p := s.idle[len(s.idle)-1]
	s.idle = s.idle[:len(s.idle)-1]
	return p
}

// put brings a plan back.
func (s *planSet) put(p *plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		p.close()
		return
	}
	s.idle = append(s.idle, p)
}
