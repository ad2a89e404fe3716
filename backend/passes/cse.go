package passes

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// CSE merges the calls of an entry that compute the same: kind, attributes, inputs and the form of the results agree. Equal
// constants become one first. Calls with effects stay; so do equal calls of different entries, which may not both run.
func CSE(p *backend.Program) *backend.Program {
	p = p.Clone()
	consts := sameConstants(p)
	for e := range p.Entries {
		same := make(map[backend.ValueID]backend.ValueID, len(consts))
		for from, to := range consts {
			same[from] = to
		}
		seen := make(map[string][]backend.ValueID)
		calls := p.Entries[e].Calls
		kept := calls[:0]
		for i := range calls {
			c := calls[i]
			replace(&c, same)
			if !c.Kind.HasEffects() && c.Body == nil {
				key := callKey(p, &c)
				if outs, ok := seen[key]; ok {
					for k, id := range c.Out {
						same[id] = outs[k]
					}
					continue
				}
				seen[key] = c.Out
			}
			kept = append(kept, c)
		}
		p.Entries[e].Calls = kept
		renameLater(p, e, same)
	}
	return p
}

// renameLater makes the entries after e read what is left: Backward reads what Forward made.
func renameLater(p *backend.Program, e int, same map[backend.ValueID]backend.ValueID) {
	for k := e + 1; k < len(p.Entries); k++ {
		for i := range p.Entries[k].Calls {
			replace(&p.Entries[k].Calls[i], same)
		}
	}
}

func callKey(p *backend.Program, c *backend.Call) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d", c.Kind)
	if c.Attrs != nil {
		s.WriteString(c.Attrs.String())
	}
	fmt.Fprint(&s, c.In)
	for _, id := range c.Out {
		v := p.Value(id)
		fmt.Fprintf(&s, " %d%v%s", v.DType, v.Shape, v.Layout)
	}
	return s.String()
}

// sameConstants finds, for every constant, the first that is equal to it.
func sameConstants(p *backend.Program) map[backend.ValueID]backend.ValueID {
	same := make(map[backend.ValueID]backend.ValueID)
	first := make(map[string]backend.ValueID)
	for i := range p.Values {
		v := &p.Values[i]
		if v.Kind != backend.ConstValue {
			continue
		}
		var s strings.Builder
		fmt.Fprintf(&s, "%d%v%s", v.DType, v.Shape, v.Layout)
		for _, x := range v.Const {
			fmt.Fprintf(&s, " %x", math.Float64bits(x))
		}
		if id, ok := first[s.String()]; ok {
			same[backend.ValueID(i)] = id
		} else {
			first[s.String()] = backend.ValueID(i)
		}
	}
	return same
}
