//go:build cgo

package cpu

import "github.com/gomx-org/gomx/backend/passes"

// alignment of values: a cache line and a vector of the widest level.
const alignment = 64

// planned turns the memory plan into places, and the constants into the beginning of cx.consts.
func (cx *compileCtx) planned(plan *passes.MemoryPlan) {
	areas := map[passes.Area]space{
		passes.Nowhere: spaceNil, passes.Arena: spaceArena, passes.Persistent: spacePersistent, passes.Consts: spaceConst, passes.InArg: spaceArg,
	}
	cx.plan = plan
	cx.places = make([]place, len(plan.Places))
	cx.consts = make([]byte, plan.Consts)
	for id, at := range plan.Places {
		cx.places[id] = place{space: areas[at.Area], index: at.Arg, offset: at.Offset}
		if v := &cx.p.Values[id]; at.Area == passes.Consts {
			copy(cx.consts[at.Offset:], v.ConstBytes())
		}
	}
}
