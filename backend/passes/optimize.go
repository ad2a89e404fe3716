package passes

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// Optimize runs all passes in order for a device, calling o.Trace after each and verifying what it made. dev may be nil for
// a device without wishes: calls then stay in C order and are not fused. An error means that a pass made a wrong Program.
func Optimize(p *backend.Program, dev backend.Supporter, o backend.Options) (*backend.Program, error) {
	steps := []struct {
		name string
		skip bool
		run  func(*backend.Program) *backend.Program
	}{
		{"fold", false, Fold},
		{"cse", false, CSE},
		{"deadcode", false, DeadCode},
		{"mirror", false, Mirror},
		{"layout", dev == nil || o.NoLayout, func(p *backend.Program) *backend.Program { return Layout(p, dev) }},
		{"fuse", dev == nil || o.NoFuse, func(p *backend.Program) *backend.Program { return Fuse(p, dev) }},
		{"prepare", false, Prepare},
		{"deadcode", false, DeadCode},
	}
	for _, s := range steps {
		if s.skip {
			continue
		}
		p = s.run(p)
		if err := p.Verify(); err != nil {
			return nil, fmt.Errorf("BUG: pass %s: %w", s.name, err)
		}
		if o.Trace != nil {
			o.Trace(s.name, p)
		}
	}
	return p, nil
}

// replace renames the inputs of a call, and of its body, by to; values that to does not know stay.
func replace(c *backend.Call, to map[backend.ValueID]backend.ValueID) {
	for i, id := range c.In {
		if n, ok := to[id]; ok {
			c.In[i] = n
		}
	}
	for i := range c.Body {
		replace(&c.Body[i], to)
	}
}
