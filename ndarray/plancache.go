package ndarray

import (
	"sync"
	"sync/atomic"
)

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
