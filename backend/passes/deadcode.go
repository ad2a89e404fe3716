package passes

import "github.com/gomx-org/gomx/backend"

// DeadCode drops the calls whose results nobody reads and that have no effects. What Forward saves for Backward counts as read.
func DeadCode(p *backend.Program) *backend.Program {
	p = p.Clone()
	live := make([]bool, len(p.Values))
	for e := len(p.Entries) - 1; e >= 0; e-- {
		calls := p.Entries[e].Calls
		var kept []backend.Call // last first
		for i := len(calls) - 1; i >= 0; i-- {
			if c := &calls[i]; isLive(c, live) {
				for _, id := range c.In {
					live[id] = true
				}
				kept = append(kept, *c)
			}
		}
		for i, c := range kept {
			calls[len(kept)-1-i] = c
		}
		p.Entries[e].Calls = calls[:len(kept)]
	}
	return p
}

func isLive(c *backend.Call, live []bool) bool {
	if c.Kind.HasEffects() {
		return true
	}
	for _, id := range c.Out {
		if live[id] {
			return true
		}
	}
	return false
}
